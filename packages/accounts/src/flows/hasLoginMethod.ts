import type { Account } from '../core/Account.js';

/**
 * Tells whether an account's owner has a login method: a verified e-mail address, to which links
 * are sent; a verified identity; or a password together with a username or a verified phone number.
 * A phone number alone can neither log in nor recover an account. Whatever takes a login method away asks
 * here, about the account as it would be then.
 */
export function hasLoginMethod({
  username,
  accessTypes,
  tokens,
}: Pick<Account, 'accessTypes' | 'tokens'> & { readonly username?: string | undefined }): boolean {
  const hasPassword = tokens.some(({ kind }) => kind === 'password');
  const verified = accessTypes.filter((contact) => contact.verified === true);
  if (verified.some(({ data }) => data.kind !== 'phone')) return true;
  return hasPassword && (username !== undefined || verified.length > 0);
}
