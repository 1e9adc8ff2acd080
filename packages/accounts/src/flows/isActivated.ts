import type { Contact } from '../core/Contact.js';

/**
 * Tells whether an account's owner has confirmed an e-mail address; of an account without one there
 * is nothing to confirm.
 */
export function isActivated(contacts: readonly Pick<Contact, 'data' | 'verified'>[]): boolean {
  const mailboxes = contacts.filter(({ data }) => data.kind === 'email');
  return mailboxes.length === 0 || mailboxes.some(({ verified }) => verified === true);
}
