import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PLAIN_DATA } from '@latchkey/schema';
import { assertItemSize } from '../attributes/assertItemSize.js';
import { toAttributeValue } from '../attributes/toAttributeValue.js';
import type { Expression } from './Expression.js';
import type { FieldScope } from './FieldScope.js';
import type { UpdateStep } from './updateOperators.js';

/**
 * Writes steps as one update expression.
 *
 * `[{ operator: '$inc', path: 'count', value: 1 }]` is `SET #0 = if_not_exists(#0, :0) + :1`.
 *
 * @param extra - assignments to add to the `SET` clause.
 */
export function compileUpdate(
  steps: readonly UpdateStep[],
  expression: Expression,
  scope: FieldScope,
  extra: readonly string[] = [],
): string {
  const set = [...extra];
  const remove: string[] = [];
  const add: string[] = [];
  const take: string[] = [];
  for (const { operator, path, value } of steps) {
    // An upsert that makes a document does not come here. A name that no clause uses is refused.
    if (operator === '$setOnInsert' || isNothing(value)) continue;
    const { stored, lists, shape: at } = scope.field(path);
    const name = expression.path(stored, lists);
    const put = (given: unknown, valueShape = at): string =>
      expression.value(checked(toAttributeValue(given, valueShape, path)));
    const checked = (attribute: AttributeValue): AttributeValue => {
      assertItemSize({ [path]: attribute }, path);
      return attribute;
    };
    switch (operator) {
      case '$set':
        set.push(`${name} = ${put(value)}`);
        break;
      case '$setIfNull':
        set.push(`${name} = if_not_exists(${name}, ${put(value)})`);
        break;
      case '$inc': {
        const zero = typeof value === 'bigint' ? 0n : 0;
        set.push(`${name} = if_not_exists(${name}, ${put(zero)}) + ${put(value)}`);
        break;
      }
      case '$append':
      case '$prepend': {
        const there = `if_not_exists(${name}, ${put([], PLAIN_DATA)})`;
        const given = put(value);
        const order = operator === '$append' ? [there, given] : [given, there];
        set.push(`${name} = list_append(${order.join(', ')})`);
        break;
      }
      case '$addToSet':
        add.push(`${name} ${put(value)}`);
        break;
      case '$pull':
        take.push(`${name} ${put(value)}`);
        break;
      case '$remove':
        remove.push(name);
        break;
    }
  }
  return [clause('SET', set), clause('REMOVE', remove), clause('ADD', add), clause('DELETE', take)]
    .filter((text) => text !== '')
    .join(' ');
}

/** Whether there is nothing to add to a set, or to take from it. */
function isNothing(value: unknown): boolean {
  return value instanceof Set && value.size === 0;
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length > 0 ? `${keyword} ${parts.join(', ')}` : '';
}
