import { AccountError } from '../../errors/AccountError.js';
import type { Message, Recipient } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';

/** Sends a message, or throws: the type of `delivery.send`. */
export type Send = (message: Message) => Promise<void>;

/** A sender for each kind of address that the application uses. */
export type SendersByKind = Readonly<
  Partial<Record<Recipient['kind'], (message: Message) => unknown>>
>;

/**
 * Combines several senders into one, which picks by the kind of the recipient's address.
 *
 * @param senders - One for `email`, one for `phone`, or both.
 * @throws AccountError `InvalidConfiguration` if neither is a function. The returned function
 *   throws `InvalidInput` with the path `to.kind` if there is no sender for the address.
 * @example
 * ```ts
 * import { sendBy, type Message } from '@latchkey/accounts';
 *
 * export const delivery = {
 *   send: sendBy({
 *     email: async ({ kind, to }: Message) => console.log('a mail', kind, to.value),
 *     phone: async ({ kind, to }: Message) => console.log('a text message', kind, to.value),
 *   }),
 * };
 * ```
 */
export function sendBy(senders: SendersByKind): Send {
  const given = Object.entries<unknown>(senders).filter(([, send]) => send !== undefined);
  const isUsable = given.every(
    ([kind, send]) => ['email', 'phone'].includes(kind) && typeof send === 'function',
  );
  if (given.length === 0 || !isUsable) {
    throw invalidOption('senders', 'It must have a function for email, phone or both.');
  }
  const { email, phone } = senders;
  return async (message) => {
    const send = { email, phone }[message.to.kind];
    if (!send) throw new AccountError('InvalidInput', { path: 'to.kind', reason: 'noSender' });
    await send(message);
  };
}
