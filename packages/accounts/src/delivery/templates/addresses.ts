import { emailAddress, phoneNumber } from '@latchkey/schema';
import { AccountError } from '../../errors/AccountError.js';
import type { Recipient } from '../Delivery.js';
import { invalidOption } from '../../errors/invalidOption.js';
import { requireName } from './configuration.js';

/** Sender of a mail: an address alone, or with a display name (default: the application's). */
export type MailFrom = string | { readonly address: string; readonly name?: string };

/** {@link MailFrom}, checked. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/**
 * Gives the one address that a mail goes to.
 *
 * What is stored is checked again, because an application may call a sender with a recipient of its
 * own: a list, a quoted local part or a line break would make it another message (ASVS 1.3.11).
 *
 * @throws AccountError `InvalidInput` with the path `to`, reason `notAnEmailAddress`.
 */
export function requireEmailRecipient({ kind, value }: Recipient): string {
  if (kind !== 'email' || !isStoredEmail(value)) throw invalid('notAnEmailAddress');
  return value;
}

/**
 * Gives the one number that a text message goes to.
 *
 * @throws AccountError `InvalidInput` with the path `to`, reason `notAPhoneNumber`.
 */
export function requirePhoneRecipient({ kind, value }: Recipient): string {
  const isStored = phoneNumber.safeParse(value).data === value;
  if (kind !== 'phone' || !isStored) throw invalid('notAPhoneNumber');
  return value;
}

/**
 * Checks whom mails are from.
 *
 * @throws AccountError `InvalidConfiguration` with the path `from`.
 */
export function parseSender(from: MailFrom, applicationName: string): Mailbox {
  const { address, name = applicationName } = typeof from === 'string' ? { address: from } : from;
  const { data } = emailAddress.safeParse(address);
  if (data === undefined) {
    throw invalidOption(
      'from',
      'It must be a single e-mail address, or an object with address and name.',
    );
  }
  return { address: data, name: requireName(name, 'from.name') };
}

function isStoredEmail(value: string): boolean {
  return emailAddress.safeParse(value).data === value;
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'to', reason });
}
