import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';
import { Account } from './Account.js';

/**
 * A session, which an auth token refers to. `token` is the digest of the secret in the auth token.
 * Item: PK `account#<accountId>`, SK `session#<ulid>`.
 *
 * @example
 * ```ts
 * import { Session, type Infer } from '@latchkey/schema';
 *
 * export const isOver = (session: Infer<typeof Session>, now: Date) => session.expiresAt <= now;
 * ```
 */
export const Session = defineEntity({
  name: 'Session',
  schema: z.object({
    accountId: z.ulid(),
    token: z.string().min(32).max(128),
    valid: z.boolean(),
    connectionInfo: z
      .object({ ip: z.string().max(64).optional(), userAgent: z.string().max(1024).optional() })
      .catchall(z.unknown()),
    expiresAt: z.date(),
    /** The account's `sessionGeneration` when the session began. */
    generation: z.string().min(1).max(26),
    /** How often the auth token has been renewed. */
    rotation: z.int().nonnegative(),
    rotatedAt: z.date().optional(),
    /** The digest of the secret before the last rotation, which is good for a moment longer. */
    previousToken: z.string().min(32).max(128).optional(),
    /** The name of the key that has signed the current token, where it has one. */
    kid: z.string().min(1).max(64).optional(),
    /** When a request was last seen; kept only as exactly as an idle timeout needs it. */
    lastSeenAt: z.date().optional(),
    /** Tells whether its owner has asked to stay logged in for longer. */
    remembered: z.boolean().optional(),
    /** Tells whether its end was asked for, so that no use of the session moves it. */
    fixedEnd: z.boolean().optional(),
    /** When its owner last proved who they are (`auth_time` of OpenID Connect). */
    authTime: z.date().optional(),
    /** The account that acts in it, where that is not its owner. */
    impersonatedBy: z.ulid().optional(),
    /** That account's own session, with which this one ends. */
    impersonatorSessionId: z.ulid().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.ulid'], relatedTo: Account }],
  expiresAt: 'expiresAt',
  secrets: ['token', 'previousToken'],
});
