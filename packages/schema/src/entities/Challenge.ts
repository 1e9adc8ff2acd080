import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';

/**
 * Value that a browser was given and must bring back once, before it is known which account it acts
 * for: the `state` of a sign-in with an identity provider, or the challenge of a passkey. Digests
 * stand for the value and for the secret that the browser keeps. Item: PK
 * `challenge#<digest of the value>`, SK `challenge#<kind>`.
 *
 * @example
 * ```ts
 * import { Challenge, type Infer } from '@latchkey/schema';
 *
 * export const isOver = ({ expiresAt }: Infer<typeof Challenge>, now: Date) => expiresAt <= now;
 * ```
 */
export const Challenge = defineEntity({
  name: 'Challenge',
  schema: z.object({
    digest: z.string().min(32).max(128),
    kind: z.enum([
      'identityProvider',
      'passkeyRegistration',
      'passkeyLogin',
      'passkeyReauthentication',
    ]),
    /** The digest of the secret that the browser keeps. */
    boundTo: z.string().min(32).max(128),
    /** Data of the flow that goes on with it; never a secret. */
    data: z.record(z.string(), z.unknown()).optional(),
    expiresAt: z.date(),
  }),
  indexes: [{ name: '_id', PK: ['.digest'], SK: ['.kind'] }],
  expiresAt: 'expiresAt',
  secrets: ['boundTo'],
});
