import type { Account } from '../core/Account.js';

/**
 * Tells whether an account's owner has a login method: a verified e-mail address, to which links
 * are sent; a verified identity; or a password together with a username or a verified phone number.
 * A phone number alone is not enough: it cannot recover an account, numbers pass on to others, and
 * strangers can use up the guesses at its codes (ASVS 6.6.1). Whatever takes a login method away asks
 * here, about the account as it would be then.
 */
export function hasLoginMethod({
  username,
  accessTypes,
  tokens,
}: Pick<Account, 'accessTypes' | 'tokens'> & { readonly username?: string | undefined }): boolean {
  const verified = accessTypes.filter((contact) => contact.verified === true);
  if (verified.some(({ data }) => data.kind !== 'phone')) return true;
  return hasPassword({ tokens }) && (username !== undefined || verified.length > 0);
}

/** Tells whether an account has a password. */
export function hasPassword({ tokens }: Pick<Account, 'tokens'>): boolean {
  return tokens.some(({ kind }) => kind === 'password');
}
