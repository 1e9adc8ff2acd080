import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { emailAddress } from '../fields/emailAddress.js';
import { phoneNumber } from '../fields/phoneNumber.js';
import { Account } from './Account.js';

const identifier = z.string().min(1).max(1000);
const meta = z.record(z.string(), z.unknown());

/**
 * A contact or identity of an account's owner: an e-mail address, a phone number, an identity at
 * another provider, or one of the application's own. Item: PK `account#<accountId>`, SK
 * `accesstype#<kind>#<ulid>`; each identity belongs to one account.
 *
 * @example
 * ```ts
 * import { AccessType, type InferInput } from '@latchkey/schema';
 *
 * export const contact: InferInput<typeof AccessType>['data'] = {
 *   kind: 'email',
 *   value: 'ada@example.com',
 * };
 * ```
 */
export const AccessType = defineEntity({
  name: 'AccessType',
  schema: z.object({
    accountId: z.ulid(),
    verified: z.boolean().optional(),
    /** The `ulid` of the contact that this one takes the place of, as soon as it is verified. */
    replaces: z.ulid().optional(),
    /** Of one that was added to an account: until when it can be verified, unless it is added again. */
    pendingUntil: z.date().optional(),
    /** The digest of what a sign-up gave to whoever asked for it, by which they confirm the address. */
    handle: z.string().min(32).max(128).optional(),
    meta: meta.optional(),
    data: z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('email'), value: emailAddress }),
      z.strictObject({ kind: z.literal('phone'), value: phoneNumber }),
      z.strictObject({
        kind: z.literal('oauth'),
        provider: z.string().min(1).max(100),
        value: identifier,
        authToken: z.string().max(8192).optional(),
      }),
      z.strictObject({ kind: z.literal('custom'), value: identifier, meta }),
    ]),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.data.kind', '.ulid'], relatedTo: Account },
    { name: '_id2', PK: ['.data.kind', '.data.value', '.data.provider?'], unique: true },
  ],
  secrets: ['data.authToken', 'handle'],
});
