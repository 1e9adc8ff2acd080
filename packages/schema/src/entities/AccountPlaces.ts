import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';

/**
 * Count of accounts under a plan with a limit. One for each namespace; item: PK
 * `accountplaces#accounts`, SK `accountplaces`.
 *
 * @example
 * ```ts
 * import { AccountPlaces, type Infer } from '@latchkey/schema';
 *
 * export const isFull = ({ taken }: Infer<typeof AccountPlaces>, max: number) => taken >= max;
 * ```
 */
export const AccountPlaces = defineEntity({
  name: 'AccountPlaces',
  schema: z.object({
    counter: z.literal('accounts'),
    /** As many as there are accounts with `hasPlace`: both are only ever written together. */
    taken: z.number(),
  }),
  indexes: [{ name: '_id', PK: ['.counter'] }],
});
