import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import { keyText } from './batchGet.js';
import type { Sender } from './Sender.js';

/** DynamoDB's limit on the items of one `BatchWriteItem`. */
export const MAX_BATCH = 25;

/**
 * Puts and deletes items, 25 in a request; what DynamoDB leaves unprocessed is sent again.
 *
 * @param given - the requests; undefined where there is nothing to do.
 * @throws {@link EntityError} `BatchIncomplete` with the positions of the requests that were not
 *   done, after every other was.
 */
export async function batchWrite(
  sender: Sender,
  tableName: string,
  given: readonly (WriteRequest | undefined)[],
): Promise<void> {
  const requests = given.filter((request) => request !== undefined);
  const undone = new Set<string>();
  const failures: unknown[] = [];
  for (let start = 0; start < requests.length; start += MAX_BATCH) {
    const chunk = requests.slice(start, start + MAX_BATCH);
    const { left, failure } = await writeChunk(sender, tableName, chunk);
    for (const request of left) undone.add(keyOf(request, sender.attributes));
    if (failure !== undefined) failures.push(failure);
  }
  if (undone.size === 0) return;
  const [cause] = failures;
  // Nothing was done, and this is why.
  if (cause instanceof Error && undone.size === requests.length) throw cause;
  throw new EntityError(
    'BatchIncomplete',
    `DynamoDB left ${undone.size} of ${requests.length} writes unprocessed.`,
    {
      undone: given.flatMap((request, at) =>
        request && undone.has(keyOf(request, sender.attributes)) ? [at] : [],
      ),
    },
    cause === undefined ? {} : { cause },
  );
}

/** Writes up to 25 items; gives what was never done, and the error of a request that failed. */
async function writeChunk(
  sender: Sender,
  tableName: string,
  chunk: readonly WriteRequest[],
): Promise<{ left: readonly WriteRequest[]; failure?: unknown }> {
  let pending: readonly WriteRequest[] = chunk;
  for (let attempt = 1; ; attempt++) {
    try {
      const { UnprocessedItems } = await sender.send({
        name: 'BatchWriteItem',
        input: { RequestItems: { [tableName]: [...pending] } },
      });
      pending = UnprocessedItems?.[tableName] ?? [];
    } catch (failure) {
      return { left: pending, failure };
    }
    if (pending.length === 0 || attempt === MAX_ATTEMPTS) return { left: pending };
    await backOff(attempt);
  }
}

/** The key of the item that a request is about. */
export function keyOf(
  { PutRequest, DeleteRequest }: WriteRequest,
  attributes: TableAttributes,
): string {
  return keyText(attributes.keyOf(PutRequest?.Item ?? DeleteRequest?.Key));
}
