import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { Account } from './Account.js';

const meta = z.record(z.string(), z.unknown());
const location = z.strictObject({
  ip: z.string().max(64).optional(),
  device: z.string().max(1024).optional(),
  meta: meta.optional(),
});

/**
 * A secret of an account: its password, or a token that was sent to its owner. `value` stores a
 * digest, never the secret itself. Item: PK `account#<accountId>`, SK
 * `accounttoken#<kind>#<createdFor>#<ulid>`.
 *
 * @example
 * ```ts
 * import { AccountToken, type Infer } from '@latchkey/schema';
 *
 * export const isUsed = (token: Infer<typeof AccountToken>) => token.used === true;
 * ```
 */
export const AccountToken = defineEntity({
  name: 'AccountToken',
  schema: z.object({
    accountId: z.ulid(),
    kind: z.enum([
      'password',
      'email_verification',
      'phone_verification',
      'password_recovery',
      'magick_link',
      'login_code',
      'contact_recovery',
      'twoFactorAuth',
      'custom',
    ]),
    /** Purpose of the token: the account's id, an address, or the application's own purpose. */
    createdFor: z.string().min(2).max(300),
    reason: z.string().max(1000).optional(),
    value: z.string().min(4).max(1000),
    used: z.boolean().optional(),
    usageLocations: z.array(location).optional(),
    location: location.optional(),
    meta: meta.optional(),
    /** Of a TOTP secret: the newest time step of which a code was taken (RFC 6238 §5.2). */
    lastUsedStep: z.int().nonnegative().optional(),
    expiresAt: z.date().optional(),
  }),
  indexes: [
    {
      name: '_id',
      PK: ['.accountId'],
      SK: ['.kind', '.createdFor', '.ulid'],
      relatedTo: Account,
    },
    {
      name: '_id2',
      PK: ['.value'],
      unique: true,
      where: { kind: { $notIn: ['password'] } },
    },
  ],
  expiresAt: 'expiresAt',
  secrets: ['value'],
});
