import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';
import { backOff, MAX_ATTEMPTS } from './backOff.js';
import type { Sender } from './Sender.js';

/** DynamoDB's limit on the items of one `BatchWriteItem`. */
const MAX_BATCH = 25;

/**
 * Puts and deletes items, 25 in a request; what DynamoDB leaves unprocessed is sent again.
 *
 * @throws {@link EntityError} `BatchIncomplete` with the positions of the requests that were not
 *   done, after every other was.
 */
export async function batchWrite(
  sender: Sender,
  tableName: string,
  requests: readonly WriteRequest[],
): Promise<void> {
  const undone: number[] = [];
  for (let start = 0; start < requests.length; start += MAX_BATCH) {
    const chunk = requests.slice(start, start + MAX_BATCH);
    const left = await writeChunk(sender, tableName, chunk);
    undone.push(...left.map((key) => start + chunk.findIndex((given) => keyOf(given) === key)));
  }
  if (undone.length === 0) return;
  throw new EntityError(
    'BatchIncomplete',
    `DynamoDB left ${undone.length} of ${requests.length} writes undone.`,
    { undone },
  );
}

/** Writes up to 25 items; gives the keys of those that were never done. */
async function writeChunk(
  sender: Sender,
  tableName: string,
  chunk: readonly WriteRequest[],
): Promise<string[]> {
  let pending: WriteRequest[] = [...chunk];
  for (let attempt = 1; ; attempt++) {
    const { UnprocessedItems } = await sender.send(
      new BatchWriteItemCommand({ RequestItems: { [tableName]: pending } }),
    );
    pending = UnprocessedItems?.[tableName] ?? [];
    if (pending.length === 0) return [];
    if (attempt === MAX_ATTEMPTS) return pending.map(keyOf);
    await backOff(attempt);
  }
}

/** The key of the item that a request is about. */
export function keyOf({ PutRequest, DeleteRequest }: WriteRequest): string {
  const key = PutRequest?.Item ?? DeleteRequest?.Key;
  return `${key?.PK?.S ?? ''}\0${key?.SK?.S ?? ''}`;
}
