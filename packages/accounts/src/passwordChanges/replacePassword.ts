import { AccountError } from '../errors/AccountError.js';
import { hasLoginMethod, hasPassword } from '../flows/hasLoginMethod.js';
import type { Account } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';

/**
 * Checks the password that an account is to have from now on, and gives it in its composed form.
 *
 * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
 */
export async function parseNewPassword(
  { passwords }: Pick<AccountsCore, 'passwords'>,
  { username, accessTypes }: Pick<Account, 'username' | 'accessTypes'>,
  newPassword: unknown,
): Promise<string> {
  // What is known of a person is no part of a good password (ASVS 6.2.11).
  const localParts = accessTypes.flatMap(({ data }) =>
    data.kind === 'email' ? [data.value.split('@')[0]] : [],
  );
  return passwords.parseNew(newPassword, 'newPassword', [username, ...localParts]);
}

/**
 * Gives an account a new password, which is a remedy: every session ends, what is pending is revoked
 * (a reset link must not survive the password that it was for: contao#7510), and the owner is told.
 *
 * @param value - the new password's hash.
 */
export function replacePassword(
  { tokens }: Pick<AccountsCore, 'tokens'>,
  change: AccountChange,
  value: string,
): void {
  const { accountId, tokens: stored } = change.account;
  const password = stored.filter(({ kind }) => kind === 'password').at(-1);
  change.revokeAllSessions();
  change
    .revokePending('contacts', 'tokens')
    .notify({ kind: 'PasswordChanged' })
    .write(
      password
        ? tokens.updateOneOperation({
            filter: {
              accountId,
              kind: 'password',
              createdFor: password.createdFor,
              ulid: password.ulid,
            },
            update: { $set: { value } },
          })
        : tokens.createOneOperation({
            item: { accountId, kind: 'password', createdFor: accountId, value },
          }),
    );
}

/**
 * Takes an account's password away, with the effects of a new one: every session ends, what is pending is
 * revoked, and the owner is told. Of two changes at once that would take the last login methods, one is
 * made.
 *
 * @throws AccountError `PasswordNotFound`, `LastLoginMethod`
 */
export function removePassword(core: Pick<AccountsCore, 'tokens'>, change: AccountChange): void {
  const { account } = change;
  if (!hasPassword(account)) throw new AccountError('PasswordNotFound', {});
  const others = account.tokens.filter(({ kind }) => kind !== 'password');
  if (!hasLoginMethod({ ...account, tokens: others })) {
    throw new AccountError('LastLoginMethod', {});
  }
  deletePasswords(core, change);
}

/** {@link removePassword}, whether or not another login method remains. */
export function deletePasswords(
  { tokens }: Pick<AccountsCore, 'tokens'>,
  change: AccountChange,
): void {
  const passwords = change.account.tokens.filter(({ kind }) => kind === 'password');
  change.revokeAllSessions();
  change
    .requireSameVersion()
    .revokePending('contacts', 'tokens')
    .notify({ kind: 'PasswordRemoved' })
    .writeAll(
      passwords.map(({ accountId, kind, createdFor, ulid }) =>
        tokens.deleteOneOperation({ filter: { accountId, kind, createdFor, ulid } }),
      ),
    );
}
