import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../core/AccountsCore.js';
import type { AccountOfLogin } from '../login/AccountOfLogin.js';
import { voidTokens } from '../core/revokeTokens.js';

/** A password for an account to have from now on. */
export interface Replacement {
  readonly account: AccountOfLogin;
  /** The new password's hash. */
  readonly value: string;
  /** The generation that the account's sessions have from now on. */
  readonly sessionGeneration: string;
  /** What must still be true of the account. */
  readonly condition?: Parameters<AccountsCore['accounts']['checkOperation']>[0]['condition'];
}

/**
 * Checks the password that an account is to have from now on, and gives it in its composed form.
 *
 * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
 */
export async function parseNewPassword(
  { passwords }: Pick<AccountsCore, 'passwords'>,
  { username, accessTypes }: AccountOfLogin,
  newPassword: unknown,
): Promise<string> {
  // What is known of a person is no part of a good password (ASVS 6.2.11).
  const localParts = accessTypes.flatMap(({ data }) =>
    data.kind === 'email' ? [data.value.split('@')[0]] : [],
  );
  return passwords.parseNew(newPassword, 'newPassword', [username, ...localParts]);
}

/**
 * The writes that give an account a new password: the hash, a new generation, which ends every
 * session, and the end of every token that was sent out before, whether it was read or not (a reset
 * link must not survive the password that it was for: contao#7510). To be called right before the
 * transaction.
 */
export function replacePassword(
  { accounts, table, tokens }: Pick<AccountsCore, 'accounts' | 'table' | 'tokens'>,
  { account, value, sessionGeneration, condition }: Replacement,
): TransactOperation<unknown>[] {
  const { accountId } = account;
  const stored = account.tokens.filter(({ kind }) => kind === 'password').at(-1);
  return [
    accounts.updateOneOperation({
      filter: { accountId },
      update: { $set: { sessionGeneration, ...voidTokens(table, account) } },
      ...(condition && { condition }),
    }),
    stored
      ? tokens.updateOneOperation({
          filter: { accountId, kind: 'password', createdFor: stored.createdFor, ulid: stored.ulid },
          update: { $set: { value } },
        })
      : tokens.createOneOperation({
          item: { accountId, kind: 'password', createdFor: accountId, value },
        }),
  ];
}
