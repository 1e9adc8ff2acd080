import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { emailAddress } from '../fields/emailAddress.js';
import { phoneNumber } from '../fields/phoneNumber.js';
import { Account } from './Account.js';

const identifier = z.string().min(1).max(1000);
/** Bytes in base64url, without padding. */
const base64url = z.string().regex(/^[\w-]+$/);
const meta = z.record(z.string(), z.unknown());

/**
 * A contact or identity of an account's owner: an e-mail address, a phone number, an identity at
 * another provider, one of the application's own, or a passkey. Item: PK `account#<accountId>`, SK
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
    /** Of a passkey: the owner's name for it. */
    name: z.string().min(1).max(64).optional(),
    /** Of a passkey: the authenticator's signature counter at its last use; 0 where it has none. */
    signCount: z.int().nonnegative().optional(),
    /** Of a passkey: tells whether it was synchronised at its last use. */
    backedUp: z.boolean().optional(),
    /** Of a passkey: when somebody has last logged in with it. */
    lastUsedAt: z.date().optional(),
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
      z.strictObject({
        kind: z.literal('passkey'),
        /** The credential's id: at most 1023 bytes (WebAuthn §4). */
        value: base64url.max(1364),
        /** The credential's public key, as a COSE key. */
        publicKey: base64url.max(4096),
        /** Tells whether the passkey can be synchronised between devices. */
        backupEligible: z.boolean(),
        /** How the authenticator can be reached, as the browser has reported it. */
        transports: z.array(z.string().min(1).max(32)).max(16).optional(),
        /** The model of the authenticator. */
        aaguid: z.guid().optional(),
      }),
    ]),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.data.kind', '.ulid'], relatedTo: Account },
    { name: '_id2', PK: ['.data.kind', '.data.value', '.data.provider?'], unique: true },
  ],
  secrets: ['data.authToken', 'handle'],
});
