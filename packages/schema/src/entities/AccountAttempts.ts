import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { Account } from './Account.js';

/**
 * Count of attempts at one authenticator of an account since its last success. Item: PK
 * `account#<accountId>`, SK `accountattempts#<authenticator>`, in the range that a login reads.
 *
 * @example
 * ```ts
 * import { AccountAttempts, type Infer } from '@latchkey/schema';
 *
 * export const isFresh = ({ attempts }: Infer<typeof AccountAttempts>) => attempts === 0;
 * ```
 */
export const AccountAttempts = defineEntity({
  name: 'AccountAttempts',
  schema: z.object({
    accountId: z.ulid(),
    /**
     * `knownDevice` is the password on a device that has logged in before, `reauthentication` the
     * password again, of who is logged in; `loginCode` the codes sent to one address.
     */
    authenticator: z.enum([
      'password',
      'knownDevice',
      'reauthentication',
      'totp',
      'recoveryCode',
      'phone',
      'token',
      'loginCode',
    ]),
    /** Since the last success, or since a window of time without any attempt: the waits go by it. */
    attempts: z.number(),
    /** Since the last success, however long ago that is; absent where it was counted before this was kept. */
    failuresInARow: z.number().optional(),
    lastAttemptAt: z.date(),
    /** When the row is removed if nothing more happens. */
    expiresAt: z.date(),
  }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.authenticator'], relatedTo: Account }],
  expiresAt: 'expiresAt',
});
