import type { ScanCommandInput, ScanCommandOutput, WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Item } from '../entity/EntityModel.js';
import { isOwnItem } from '../entity/isOwnItem.js';
import type { TableAttributes } from '../keys/TableAttributes.js';
import { assertOptions } from '../options/assertOptions.js';
import { clearTableOptions } from '../options/options.js';
import { keyText } from './batchGet.js';
import { batchWrite, MAX_BATCH } from './batchWrite.js';
import type { Sender } from './Sender.js';
import type { Table } from './Table.js';
import { tableContext } from './TableContext.js';
import type { Reference } from './TransactOperation.js';

/** Progress of `clearTable`. */
export interface ClearProgress {
  /** How many items it has deleted, unique items included. */
  readonly deletedCount: number;
}

/** Input of `clearTable`. */
export interface ClearTableOptions {
  /** Documents that stay. */
  readonly keep?: readonly Reference<unknown>[];
  /**
   * Called and awaited after every request with the number of items deleted so far. An error that
   * it throws ends the call.
   */
  readonly onProgress?: (progress: ClearProgress) => unknown;
}

/**
 * Deletes every document of every entity, and every unique item; for a namespace, those in it and in
 * nested namespaces. The table itself and the items of other programs stay. It reads the whole table
 * and deletes 25 items per request, without conditions. An interrupted call can be repeated. Items
 * that are written while it runs may remain.
 *
 * @throws {@link EntityError} `InvalidInput`, `RequestFailed`, `BatchIncomplete`
 * @example
 * ```ts
 * import { clearTable, type Table } from '@latchkey/entity';
 *
 * export const afterEachTest = (table: Table) => clearTable(table);
 * ```
 */
export async function clearTable(
  table: Table,
  options: ClearTableOptions = {},
): Promise<ClearProgress> {
  const { tableName, prefix, sender } = tableContext.of(table, 'clearTable');
  assertOptions(tableName, 'clearTable', clearTableOptions, options);
  const { keep = [], onProgress } = options;
  const { attributes } = sender;
  const kept = new Set(keep.flatMap(({ key }) => (key ? [keyText(key)] : [])));
  let deletedCount = 0;
  let startKey: Item | undefined;
  do {
    const page: ScanCommandOutput = await sender.send({
      name: 'Scan',
      input: {
        ...ownItemsParams(sender, tableName, prefix),
        ExclusiveStartKey: startKey,
      },
    });
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
