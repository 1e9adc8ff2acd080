import { identity, profileOf, recordsOf, withoutEmpty, type ExportRecord } from './record.js';

/**
 * A row of Auth.js' table `users` with the rows of `accounts` that belong to it as `accounts`
 * (https://authjs.dev/concepts/database-models). Auth.js keeps no passwords.
 */
export function fromAuthJs(user: ExportRecord): ExportRecord {
  const { emailVerified = null } = user;
  return withoutEmpty({
    foreignId: user.id,
    email: user.email,
    // When it was verified.
    emailVerified: emailVerified !== null && emailVerified !== false,
    contacts: recordsOf(user.accounts)
      .filter(({ type }) => type !== 'email' && type !== 'credentials')
      .map(({ provider, providerAccountId }) => identity(provider, providerAccountId)),
    profile: profileOf({ name: user.name, image: user.image }),
  });
}
