import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';

/**
 * Marks a table as a sandbox, which may be emptied. Written while the table is still empty; item:
 * PK `sandboxmark#sandbox`, SK `sandboxmark`.
 *
 * @example
 * ```ts
 * import type { Table } from '@latchkey/entity';
 * import { SandboxMark } from '@latchkey/schema';
 *
 * export async function isSandbox(table: Table): Promise<boolean> {
 *   const { item } = await table.entity(SandboxMark).findOne({ filter: { mark: 'sandbox' } });
 *   return item !== null;
 * }
 * ```
 */
export const SandboxMark = defineEntity({
  name: 'SandboxMark',
  schema: z.object({ mark: z.literal('sandbox') }),
  indexes: [{ name: '_id', PK: ['.mark'] }],
});
