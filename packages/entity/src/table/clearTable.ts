import {
  ScanCommand,
  type ScanCommandInput,
  type ScanCommandOutput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import { isOwnItem } from '../entity/isOwnItem.js';
import type { Key } from '../keys/Key.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import { keyText } from './batchGet.js';
import { batchWrite, MAX_BATCH } from './batchWrite.js';
import type { Sender } from './Sender.js';

/** Progress of `table.clear`. */
export interface ClearProgress {
  /** How many items it has deleted, unique items included. */
  readonly deletedCount: number;
}

/** Choice of what is to be deleted, and what is not. */
export interface ClearOptions {
  /** Start of the partition keys to be deleted; empty for all. */
  readonly prefix: string;
  readonly keep: readonly Key[];
  readonly onProgress?: (progress: ClearProgress) => unknown;
}

/**
 * Deletes the documents and unique items of a table, or of a namespace, page by page; the items of
 * other programs stay.
 */
export async function clearTable(
  sender: Sender,
  tableName: string,
  { prefix, keep, onProgress }: ClearOptions,
): Promise<ClearProgress> {
  const { attributes } = sender;
  const kept = new Set(keep.map(keyText));
  let deletedCount = 0;
  let startKey: Item | undefined;
  do {
    const page: ScanCommandOutput = await sender.send(
      new ScanCommand({
        ...ownItemsParams(sender, tableName, prefix),
        ExclusiveStartKey: startKey,
      }),
    );
    const requests = ownItems(page, attributes).flatMap((item): WriteRequest[] => {
      const key = attributes.keyOf(item);
      return kept.has(keyText(key)) ? [] : [{ DeleteRequest: { Key: attributes.keyItem(key) } }];
    });
    for (let start = 0; start < requests.length; start += MAX_BATCH) {
      const chunk = requests.slice(start, start + MAX_BATCH);
      await batchWrite(sender, tableName, chunk);
      deletedCount += chunk.length;
      await onProgress?.({ deletedCount });
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey);
  return { deletedCount };
}

/** Tells whether a table holds no item at all, not even one of another program. */
export async function isTableEmpty(sender: Sender, tableName: string): Promise<boolean> {
  const { Count = 0 } = await sender.send(
    new ScanCommand({ TableName: tableName, ConsistentRead: true, Limit: 1, Select: 'COUNT' }),
  );
  return Count === 0;
}

/** A strongly consistent scan of what {@link isOwnItem} looks at. */
function ownItemsParams(
  { attributes: { PK, SK } }: Sender,
  TableName: string,
  prefix: string,
): ScanCommandInput {
  return {
    TableName,
    // Without it, what was written a moment ago could be missed.
    ConsistentRead: true,
    ProjectionExpression: '#PK, #SK, #e, ownerPK, ownerSK',
    ExpressionAttributeNames: { '#PK': PK, '#SK': SK, '#e': '_e' },
    ...(prefix !== '' && {
      FilterExpression: 'begins_with(#PK, :prefix)',
      ExpressionAttributeValues: { ':prefix': { S: prefix } },
    }),
  };
}

function ownItems({ Items = [] }: ScanCommandOutput, attributes: TableAttributes): Item[] {
  return Items.filter((item) => isOwnItem(item, attributes));
}
