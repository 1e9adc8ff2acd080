import type { ContactsAndTokens } from './ContactsAndTokens.js';

/**
 * Whether an account's owner has a way in: a username with a password, or a contact that is
 * verified. An address that is not verified is none: nobody logs in or recovers an account by it.
 */
export function hasWayIn({
  username,
  accessTypes,
  tokens,
}: ContactsAndTokens & { readonly username?: string | undefined }): boolean {
  const hasPassword = tokens.some(({ kind }) => kind === 'password');
  return (
    (username !== undefined && hasPassword) || accessTypes.some(({ verified }) => verified === true)
  );
}
