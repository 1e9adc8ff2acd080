import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PLAIN_DATA } from '@latchkey/schema';
import { compareAttributes, sameAttribute } from '../attributes/compareAttributes.js';
import { toAttributeValue } from '../attributes/toAttributeValue.js';
import type { Clause, FieldTest } from './Clause.js';

type Item = Readonly<Record<string, AttributeValue>>;
type Matcher = (item: Item) => boolean;

/**
 * Decides whether items meet a condition, as DynamoDB does for a filter expression: for items that
 * were read by key, where DynamoDB takes no filter.
 *
 * @throws {@link EntityError} `UnsupportedValue` for a value that DynamoDB cannot hold.
 */
export function matcherOf(clause: Clause): Matcher {
  switch (clause.kind) {
    case 'test':
      return matcherOfTest(clause);
    case 'not': {
      const matches = matcherOf(clause.clause);
      return (item) => !matches(item);
    }
    case 'all': {
      const parts = clause.clauses.map(matcherOf);
      return (item) => parts.every((matches) => matches(item));
    }
    case 'any': {
      const parts = clause.clauses.map(matcherOf);
      return (item) => parts.some((matches) => matches(item));
    }
  }
}

function matcherOfTest({ path, field, operator, operand }: FieldTest): Matcher {
  const attribute = (given: unknown, shape = field.shape): AttributeValue =>
    toAttributeValue(given, shape, path);
  const test = (holds: (value: AttributeValue | undefined) => boolean): Matcher => {
    return (item) => holds(attributeAt(item, field.stored));
  };
  switch (operator) {
    case '$exists':
      return test((value) => (value !== undefined) === operand);
    case '$type':
      return test((value) => value !== undefined && Object.hasOwn(value, operand as string));
    case '$in':
    case '$notIn': {
      const listed = (operand as unknown[]).map((each) => attribute(each));
      const isListed = (value: AttributeValue | undefined): boolean =>
        listed.some((each) => sameAttribute(each, value));
      return test(operator === '$in' ? isListed : (value) => !isListed(value));
    }
    case '$startsWith':
      return test((value) => value?.S?.startsWith(operand as string) === true);
    case '$contains': {
      const part = attribute(operand, field.shape.element ?? PLAIN_DATA);
      return test((value) => contains(value, part));
    }
    default: {
      const other = attribute(operand);
      switch (operator) {
        case '$eq':
          return test((value) => sameAttribute(value, other));
        case '$ne':
          return test((value) => !sameAttribute(value, other));
        case '$lt':
          return test((value) => compareAttributes(value, other) < 0);
        case '$lte':
          return test((value) => compareAttributes(value, other) <= 0);
        case '$gt':
          return test((value) => compareAttributes(value, other) > 0);
        case '$gte':
          return test((value) => compareAttributes(value, other) >= 0);
      }
    }
  }
}

function attributeAt(item: Item, stored: readonly string[]): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const segment of stored) {
    if (value?.M) value = Object.hasOwn(value.M, segment) ? value.M[segment] : undefined;
    else value = value?.L && /^\d+$/.test(segment) ? value.L[Number(segment)] : undefined;
  }
  return value;
}

/** A part of a text or of bytes, or an element of a list or set. */
function contains(value: AttributeValue | undefined, part: AttributeValue): boolean {
  if (value?.S !== undefined) return part.S !== undefined && value.S.includes(part.S);
  if (value?.B) return part.B !== undefined && Buffer.from(value.B).includes(Buffer.from(part.B));
  if (value?.L) return value.L.some((element) => sameAttribute(element, part));
  if (value?.SS) return part.S !== undefined && value.SS.includes(part.S);
  const elements: AttributeValue[] = [
    ...(value?.NS ?? []).map((N) => ({ N })),
    ...(value?.BS ?? []).map((B) => ({ B })),
  ];
  return elements.some((element) => sameAttribute(element, part));
}
