import * as z from 'zod';
import { defineEntity } from '../definition/defineEntity.js';

/**
 * Count of messages with a secret to one address, or for one account, in one time window. Item: PK
 * `sentmessages#<recipient>`, SK `sentmessages#<beginning of the window>`.
 *
 * @example
 * ```ts
 * import { SentMessages, type Infer } from '@latchkey/schema';
 *
 * export const isOver = ({ expiresAt }: Infer<typeof SentMessages>, now: Date) => expiresAt <= now;
 * ```
 */
export const SentMessages = defineEntity({
  name: 'SentMessages',
  schema: z.object({
    /** `email/` or `phone/` and the address's digest, or `account/` and that of the account's id. */
    recipient: z.string().min(1).max(64),
    windowStart: z.date(),
    messages: z.number(),
    expiresAt: z.date(),
  }),
  indexes: [{ name: '_id', PK: ['.recipient'], SK: ['.windowStart'] }],
  expiresAt: 'expiresAt',
});
