import type { Account } from '../core/Account.js';
import type { Contact } from '../core/Contact.js';

/** Finds the contact of an account that is an e-mail address. */
export function mailboxContact(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  email: string,
): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'email' && data.value === email);
}
