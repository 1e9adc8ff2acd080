import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { Account, Contact } from '../core/Account.js';

/**
 * Tells whether an account can be logged in to by an identifier of its: an address, once verified.
 */
export function isVerifiedIdentifier(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  { kind, value }: LoginIdentifier,
): boolean {
  if (kind !== 'email' && kind !== 'phone') return true;
  return accessTypes.some(
    ({ data, verified }) => verified === true && data.kind === kind && data.value === value,
  );
}

/**
 * Tells whether an account's owner has confirmed an e-mail address; of an account without one there
 * is nothing to confirm.
 */
export function isActivated(contacts: readonly Pick<Contact, 'data' | 'verified'>[]): boolean {
  const mailboxes = contacts.filter(({ data }) => data.kind === 'email');
  return mailboxes.length === 0 || mailboxes.some(({ verified }) => verified === true);
}
