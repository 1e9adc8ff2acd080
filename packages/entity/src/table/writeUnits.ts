import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { itemSize } from '../attributes/assertItemSize.js';

const BYTES_OF_UNIT = 1024;

/**
 * Write request units of a transaction that creates items: twice those of each item
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html). Any
 * other write counts as an item of at most 1 KB.
 *
 * @param writes - the transaction's items.
 *
 * @example
 * ```ts
 * import { writeUnits, type Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export function unitsOfAccount(table: Table, username: string): number {
 *   const item = { accountId: table.newUlid(), username };
 *   const params = table.entity(Account).createOneParams({ item });
 *   return writeUnits('TransactItems' in params ? (params.TransactItems ?? []) : []);
 * }
 * ```
 */
export function writeUnits(writes: readonly TransactWriteItem[]): number {
  const units = writes.map(({ Put }) => Math.ceil(itemSize(Put?.Item ?? {}) / BYTES_OF_UNIT));
  return 2 * units.reduce((sum, each) => sum + Math.max(1, each), 0);
}
