import type { EntityError } from '../errors/EntityError.js';
import { batchGet, keyText } from './batchGet.js';
import type { Sender } from './Sender.js';
import type { Write } from './transactWrite.js';

/**
 * Finds the sum that is no number for DynamoDB, where a transaction was refused for one: DynamoDB does
 * not say which of several it is, and the stored numbers do. One strongly consistent read.
 *
 * @returns the error of the first such sum; undefined if none is, as where others have changed the
 *   numbers meanwhile.
 */
export async function refusedSum(
  sender: Sender,
  writes: readonly Write[],
): Promise<EntityError | undefined> {
  const sums = writes.flatMap(({ action: { Update }, noNumber }) =>
    Update?.TableName !== undefined && noNumber
      ? [{ noNumber, tableName: Update.TableName, key: sender.attributes.keyOf(Update.Key) }]
      : [],
  );
  const [first] = sums;
  if (!first) return undefined;
  const keys = sums.map(({ key }) => key);
  const items = await batchGet(sender, first.tableName, keys, { ConsistentRead: true });
  for (const { noNumber, key } of sums) {
    const error = noNumber(items.get(keyText(key)));
    if (error) return error;
  }
  return undefined;
}
