import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';

/**
 * Count of attempts from one client network in one time window. Item: PK
 * `addressattempts#<network>`, SK `addressattempts#<beginning of the window>`.
 *
 * @example
 * ```ts
 * import { AddressAttempts, type Infer } from '@latchkey/schema';
 *
 * export const networkOf = ({ network }: Infer<typeof AddressAttempts>) => network;
 * ```
 */
export const AddressAttempts = defineEntity({
  name: 'AddressAttempts',
  schema: z.object({
    network: z.string().min(1).max(64),
    windowStart: z.date(),
    attempts: z.number(),
    expiresAt: z.date(),
  }),
  indexes: [{ name: '_id', PK: ['.network'], SK: ['.windowStart'] }],
  expiresAt: 'expiresAt',
});
