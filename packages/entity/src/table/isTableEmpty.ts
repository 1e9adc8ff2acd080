import type { Table } from './Table.js';
import { tableContext } from './TableContext.js';

/**
 * Tells whether the whole table is empty, including all namespaces and items of other programs;
 * strongly consistent.
 *
 * @throws {@link EntityError} `InvalidInput`, `TableNotFound`, `RequestFailed`
 * @example
 * ```ts
 * import { isTableEmpty, type Table } from '@latchkey/entity';
 *
 * export const isFresh = (table: Table) => isTableEmpty(table);
 * ```
 */
export async function isTableEmpty(table: Table): Promise<boolean> {
  const { tableName: TableName, sender } = tableContext.of(table, 'isTableEmpty');
  const { Count = 0 } = await sender.send({
    name: 'Scan',
    input: { TableName, ConsistentRead: true, Limit: 1, Select: 'COUNT' },
  });
  return Count === 0;
}
