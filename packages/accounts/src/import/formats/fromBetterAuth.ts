import {
  identity,
  profileOf,
  recordsOf,
  timeOf,
  withoutEmpty,
  type ExportRecord,
} from './record.js';

/**
 * A row of better-auth's table `user` with the rows of `account` that belong to it as `accounts`
 * (https://www.better-auth.com/docs/concepts/database). Its hashes are for `betterAuthScrypt`. The secrets
 * of its plugin `twoFactor` are encrypted with a key of its own, and are left out.
 */
export function fromBetterAuth(user: ExportRecord): ExportRecord {
  const accounts = recordsOf(user.accounts);
  const isPassword = ({ providerId }: ExportRecord): boolean => providerId === 'credential';
  return withoutEmpty({
    foreignId: user.id,
    username: user.username,
    email: user.email,
    emailVerified: isTrue(user.emailVerified),
    phone: user.phoneNumber,
    phoneVerified: isTrue(user.phoneNumberVerified),
    contacts: accounts
      .filter((account) => !isPassword(account))
      .map(({ providerId, accountId }) => identity(providerId, accountId)),
    passwordHash: accounts.find(isPassword)?.password,
    profile: profileOf({ name: user.name, image: user.image }),
    deactivated: isTrue(user.banned),
    createdAt: timeOf(user.createdAt),
  });
}

/** SQLite and MySQL have 1 for true. */
function isTrue(value: unknown): unknown {
  return value === 1 || value === 0 ? value === 1 : value;
}
