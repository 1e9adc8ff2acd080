import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { Account } from './Account.js';

/**
 * How often somebody has tried one authenticator of an account since it last worked. Item:
 * PK `account#<accountId>`, SK `accountattempts#<authenticator>`: within what a login reads.
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
    /** `reauthentication` is the password again, of who is logged in. */
    authenticator: z.enum([
      'password',
      'reauthentication',
      'totp',
      'recoveryCode',
      'phone',
      'token',
    ]),
    attempts: z.number(),
    lastAttemptAt: z.date(),
    expiresAt: z.date(),
  }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.authenticator'], relatedTo: Account }],
  expiresAt: 'expiresAt',
});
