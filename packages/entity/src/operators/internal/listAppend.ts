import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { lengthRules } from '@latchkey/schema';
import type { Stored, Target, WriteClause } from '../Operator.js';
import { defaultAttribute } from './defaultAttribute.js';
import { typeGuard } from './typeGuard.js';

/** The expression that joins a stored list and given elements; `order` says which comes first. */
export function listAppend(
  target: Target,
  operand: Stored,
  order: (list: string, added: string) => readonly [string, string],
): WriteClause | undefined {
  const { field } = target;
  const [schema] = field.storedSchemas;
  const rules = schema && lengthRules(schema);
  const isBounded = rules !== undefined && (rules.min > 0 || rules.max < Infinity);
  if (!operand?.L || !rules || field.hasWrapperRules || (isBounded && field.isNullable)) {
    return undefined;
  }
  const added = operand.L.length;
  const start = defaultAttribute(target)?.L ?? [];
  return (expression) => {
    const name = expression.field(field);
    const list = `if_not_exists(${name}, ${expression.value({ L: start })})`;
    const [first, second] = order(list, expression.value(operand));
    const set = `${name} = list_append(${first}, ${second})`;
    if (field.isNullable) return { set, condition: typeGuard(expression, name, 'L') };
    if (!isBounded) return { set };
    const size = (comparator: string, length: number): string =>
      `size(${name}) ${comparator} ${expression.value({ N: String(length - added) })}`;
    const limits = [
      ...(rules.min > 0 ? [size('>=', rules.min)] : []),
      ...(rules.max < Infinity ? [size('<=', rules.max)] : []),
    ].join(' AND ');
    const total = start.length + added;
    if (total < rules.min || total > rules.max) return { set, condition: limits };
    return { set, condition: `(attribute_not_exists(${name}) OR (${limits}))` };
  };
}

/** A stored list, or an empty one or its default where there is none, with elements added. */
export function growList(
  target: Target,
  current: Stored,
  refuse: (reason: string) => never,
  grow: (list: readonly AttributeValue[]) => AttributeValue[],
): Stored {
  const list = current ?? defaultAttribute(target) ?? { L: [] };
  return { L: grow(list.L ?? refuse('it does not hold a list')) };
}
