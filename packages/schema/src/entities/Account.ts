import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { username } from '../fields/username.js';

/**
 * A user's account. Item: PK `account#<accountId>`, SK `account`.
 *
 * @example
 * ```ts
 * import { Account, type Infer } from '@latchkey/schema';
 *
 * export const nameOf = (account: Infer<typeof Account>) => account.username ?? account.accountId;
 * ```
 */
export const Account = defineEntity({
  name: 'Account',
  schema: z.object({
    accountId: z.ulid(),
    username: username.optional(),
    permissions: z.array(z.string().min(1).max(256)).default([]),
    deactivated: z.boolean().default(false),
    profile: z.record(z.string(), z.unknown()).optional(),
    /** The id that the person had in another system, of an account that was imported from there. */
    foreignId: z.string().min(1).max(256).optional(),
    /** Sessions that began under another generation are void: one write revokes them all. */
    sessionGeneration: z.string().min(1).max(26).default('0'),
    /**
     * Sessions with a smaller ulid are void: there were more than an account may have, or the one with this
     * ulid has ended all others.
     */
    sessionsFrom: z.ulid().optional(),
    /**
     * Sessions that begin later have a greater ulid, whatever the clocks say: the newest session at that
     * time, or the generation of a revocation.
     */
    sessionsTo: z.ulid().optional(),
    /** Tokens that were sent to someone and have no greater ulid are void; factors are not. */
    tokensVoidBefore: z.ulid().optional(),
    /** Contacts that were added, are not verified and have no greater ulid have lapsed. */
    pendingVoidBefore: z.ulid().optional(),
    /**
     * Contacts that are not verified and have no greater ulid have lapsed, those of the sign-up too; and
     * so have passkeys.
     */
    contactsVoidBefore: z.ulid().optional(),
    /**
     * How many tokens of the kind there can be at most: those that were issued by the application since
     * they were counted last.
     */
    customTokenCount: z.number().optional(),
    passwordRecoveryCount: z.number().optional(),
    emailVerificationCount: z.number().optional(),
    /**
     * Tells whether it takes one of the places that there are for accounts; see `AccountPlaces`.
     */
    hasPlace: z.boolean().optional(),
    /** Tells whether its deletion has begun, which nothing takes back. */
    deleting: z.boolean().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'] },
    { name: '_id2', PK: ['.username'], unique: true },
    // `_id3` is the name of the index by which accounts can be listed.
    { name: '_id4', PK: ['.foreignId'], unique: true },
  ],
});
