import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { isUniqueItem } from '../entity/isOwnItem.js';
import { documentId } from '../keys/documentId.js';
import type { Key } from '../keys/Key.js';
import { ownerOf } from '../keys/ownerOf.js';
import type { Table } from '../table/Table.js';
import { tableContext } from '../table/TableContext.js';
import type { Reference } from '../table/TransactOperation.js';

/** The document that has a unique value. */
export interface UniqueOwner {
  /** Input of `findById`. */
  readonly ownerId: string;
}

/** Reference to a unique value, for `table.batchGet`. */
export interface UniqueReference extends Reference<UniqueOwner> {
  /** Two values with the same key are the same to the table. */
  readonly key: Key;
}

/**
 * References to the unique values that planned writes would take, so that many values can be looked up
 * with one `table.batchGet` before anything is written. The order is that of the writes.
 *
 * @param writes - the `TransactItems` of `entity.createOneParams`, of an entity with unique values.
 * @throws {@link EntityError} `InvalidInput` for anything but a table.
 *
 * @example
 * ```ts
 * import { uniqueReferences, type Table } from '@latchkey/entity';
 * import { Account } from '@latchkey/schema';
 *
 * export async function isTaken(table: Table, username: string): Promise<boolean> {
 *   const accounts = table.entity(Account);
 *   const params = accounts.createOneParams({ item: { accountId: table.newUlid(), username } });
 *   const writes = 'TransactItems' in params ? params.TransactItems : undefined;
 *   const owners = await table.batchGet(uniqueReferences(table, writes ?? []));
 *   return owners.some((owner) => owner !== null);
 * }
 * ```
 */
export function uniqueReferences(
  table: Table,
  writes: readonly TransactWriteItem[],
): UniqueReference[] {
  const { attributes } = tableContext.of(table, 'uniqueReferences').sender;
  return writes.flatMap(({ Put }) => {
    if (!Put?.Item || !isUniqueItem(Put.Item, attributes)) return [];
    return [
      {
        key: attributes.keyOf(Put.Item),
        read: (item) =>
          Promise.resolve(
            isUniqueItem(item, attributes) ? { ownerId: documentId(ownerOf(item)) } : null,
          ),
      },
    ];
  });
}
