import type { Account } from '../core/Account.js';

/**
 * Tells whether an account's owner has a login method: a verified e-mail address, to which links
 * are sent; a verified identity elsewhere; or a password together with a username or a verified
 * phone, which alone nobody logs in by, nor recovers an account by. What is not verified is none.
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
