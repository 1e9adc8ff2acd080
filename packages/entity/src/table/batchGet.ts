import type { KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import type { Key } from '../keys/Key.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import type { Sender } from './Sender.js';

/** DynamoDB's limit on the items of one `BatchGetItem`. */
export const MAX_BATCH = 100;

/** How the items of a batch are read, and what of them. */
export type BatchGetOptions = Pick<
  KeysAndAttributes,
  'ConsistentRead' | 'ProjectionExpression' | 'ExpressionAttributeNames'
>;

/**
 * Reads items by key, in as few requests as DynamoDB allows; what it leaves unprocessed is asked
 * for again.
 *
 * @param given - the keys; undefined for one that no item can have.
 * @returns the items that exist, by {@link keyText}.
 * @throws {@link EntityError} `BatchIncomplete` with the positions of what was not read, after all else.
 */
export async function batchGet(
  sender: Sender,
  tableName: string,
  given: readonly (Key | undefined)[],
  options: BatchGetOptions,
): Promise<Map<string, Item>> {
  const { attributes } = sender;
  const textOf = (item: Item): string => keyText(attributes.keyOf(item));
  const keys = given.filter((key) => key !== undefined);
  const found = new Map<string, Item>();
  const unread = new Set<string>();
  const unique = [...new Map(keys.map((key) => [keyText(key), attributes.keyItem(key)])).values()];
  for (let start = 0; start < unique.length; start += MAX_BATCH) {
    let pending = unique.slice(start, start + MAX_BATCH);
    for (let attempt = 1; pending.length > 0; attempt++) {
      const { Responses, UnprocessedKeys } = await sender.send({
        name: 'BatchGetItem',
        input: { RequestItems: { [tableName]: { ...options, Keys: pending } } },
      });
      for (const item of Responses?.[tableName] ?? []) {
        found.set(textOf(item), item);
      }
      pending = UnprocessedKeys?.[tableName]?.Keys ?? [];
      if (pending.length === 0) break;
      if (attempt === MAX_ATTEMPTS) {
        for (const key of pending) unread.add(textOf(key));
        break;
      }
      await backOff(attempt);
    }
  }
  if (unread.size === 0) return found;
  const undone = given.flatMap((key, at) => (key && unread.has(keyText(key)) ? [at] : []));
  const message = `DynamoDB left ${undone.length} of ${keys.length} reads unprocessed.`;
  throw new EntityError('BatchIncomplete', message, { undone });
}

/** A key as one text; keys hold no NUL. */
export function keyText(key: Key): string {
  return `${key.PK}\0${key.SK}`;
}
