import { PLAIN_DATA } from '@latchkey/schema';
import { toAttributeValue } from '../attributes/toAttributeValue.js';
import { isEverything, isNothing, testsOf, type Clause, type FieldTest } from './Clause.js';
import { Expression } from './Expression.js';
import type { FieldScope } from './FieldScope.js';
import { invalidCondition, parseCondition } from './parseCondition.js';

// DynamoDB's limits on one expression (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html),
// less than what the package adds to a condition.
const MAX_IN = 100;
const MAX_BYTES = 4096 - 256;
const MAX_OPERATORS = 300 - 20;

const COMPARATORS = {
  $eq: '=',
  $ne: '<>',
  $lt: '<',
  $lte: '<=',
  $gt: '>',
  $gte: '>=',
} as const;

/**
 * Writes a condition as a condition expression; an empty one as undefined.
 *
 * `{ total: { $gt: 5 }, $not: { state: 'paid' } }` is `#0 > :0 AND (NOT #1 = :1)`.
 *
 * @throws {@link EntityError} `InvalidInput` for an operator that does not exist or has a wrong
 *   operand, and for more than one expression can hold; `UnsupportedValue` for a value that
 *   DynamoDB cannot hold.
 */
export function compileCondition(
  condition: Readonly<Record<string, unknown>>,
  expression: Expression,
  scope: FieldScope,
): string | undefined {
  return compileClause(parseCondition(condition, scope), expression, scope);
}

/** Writes a condition that is taken apart; see {@link compileCondition}. */
export function compileClause(
  clause: Clause,
  expression: Expression,
  scope: FieldScope,
): string | undefined {
  if (isEverything(clause)) return undefined;
  if (isNothing(clause)) {
    const version = expression.path(['_v']);
    return `attribute_exists(${version}) AND attribute_not_exists(${version})`;
  }
  const text = writeClause(clause, expression, 'all');
  if (text.length > MAX_BYTES || operatorsIn(clause) > MAX_OPERATORS) {
    const message = 'is part of a condition that exceeds 4 KB or 300 operators';
    throw invalidCondition(scope.name, longestTest(clause)?.path ?? '', message);
  }
  return text;
}

/** Refuses a condition that is not valid, where it is not known whether it will be sent. */
export function assertCondition(
  condition: Readonly<Record<string, unknown>> | undefined,
  scope: FieldScope,
): void {
  if (condition) compileCondition(condition, new Expression(), scope);
}

/** @param within - what the text will be part of; DynamoDB refuses parentheses around nothing. */
function writeClause(clause: Clause, expression: Expression, within: Clause['kind']): string {
  switch (clause.kind) {
    case 'test':
      return writeTest(clause, expression, within);
    case 'not':
      return enclosed(`NOT ${writeClause(clause.clause, expression, 'not')}`, within !== 'not');
    default: {
      const joint = clause.kind === 'all' ? ' AND ' : ' OR ';
      const parts = clause.clauses.map((part) => writeClause(part, expression, clause.kind));
      return enclosed(parts.join(joint), within !== clause.kind);
    }
  }
}

function enclosed(text: string, isEnclosed: boolean): string {
  return isEnclosed ? `(${text})` : text;
}

function writeTest(
  { path, field, operator, operand }: FieldTest,
  expression: Expression,
  within: Clause['kind'],
): string {
  const name = expression.path(field.stored, field.lists);
  const value = (given: unknown, shape = field.shape): string =>
    expression.value(toAttributeValue(given, shape, path));
  switch (operator) {
    case '$in':
      return enclosed(writeIn(operand as unknown[]).join(' OR '), within !== 'any' && isLong());
    case '$notIn':
      return enclosed(
        writeIn(operand as unknown[])
          .map((text) => `NOT ${text}`)
          .join(' AND '),
        within !== 'all',
      );
    case '$exists':
      return `${operand === true ? 'attribute_exists' : 'attribute_not_exists'}(${name})`;
    case '$type':
      return `attribute_type(${name}, ${value(operand, PLAIN_DATA)})`;
    case '$startsWith':
      return `begins_with(${name}, ${value(operand, PLAIN_DATA)})`;
    case '$contains':
      return `contains(${name}, ${value(operand, field.shape.element ?? PLAIN_DATA)})`;
    default:
      return `${name} ${COMPARATORS[operator]} ${value(operand)}`;
  }

  function isLong(): boolean {
    return (operand as unknown[]).length > MAX_IN;
  }

  /** DynamoDB takes at most 100 operands in one `IN`. */
  function writeIn(values: readonly unknown[]): string[] {
    const placeholders = values.map((each) => value(each));
    const texts: string[] = [];
    for (let start = 0; start < placeholders.length; start += MAX_IN) {
      texts.push(`${name} IN (${placeholders.slice(start, start + MAX_IN).join(',')})`);
    }
    return texts;
  }
}

function operatorsIn(clause: Clause): number {
  switch (clause.kind) {
    case 'test':
      // Each part of a long list is an `IN`, perhaps negated, and joined to the next.
      return 3 * Math.ceil(listOf(clause).length / MAX_IN) - 2;
    case 'not':
      return 1 + operatorsIn(clause.clause);
    default:
      return clause.clauses.reduce((sum, part) => sum + 1 + operatorsIn(part), 0);
  }
}

/** The test that makes a condition long, for the error. */
function longestTest(clause: Clause): FieldTest | undefined {
  return [...testsOf(clause)].sort((a, b) => listOf(b).length - listOf(a).length)[0];
}

/** The values of `$in` and `$notIn`; of any other operator, its one operand. */
function listOf({ operator, operand }: FieldTest): readonly unknown[] {
  return operator === '$in' || operator === '$notIn' ? (operand as unknown[]) : [operand];
}
