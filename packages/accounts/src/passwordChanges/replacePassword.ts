import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import type { AccountOfLogin } from '../login/AccountOfLogin.js';
import { voidOperations, voidSurplus } from '../oneTimeTokens/voidOperations.js';

/** A password for an account to have from now on. */
export interface Replacement {
  readonly account: AccountOfLogin;
  /** The new password's hash. */
  readonly value: string;
  /** The generation that the account's sessions have from now on. */
  readonly sessionGeneration: string;
  /** The `ulid` of a token that the same transaction uses up already. */
  readonly except?: string;
  /** Whether it must be the first since the account was read to end all of its sessions. */
  readonly isFirst?: boolean;
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
 * session, and the end of every token that was sent out before (a reset link must not survive the
 * password that it was for: contao#7510).
 */
export async function replacePassword(
  core: Pick<AccountsCore, 'accounts' | 'oneTimeTokens' | 'table' | 'tokens'>,
  { account, value, sessionGeneration, except, isFirst = false }: Replacement,
): Promise<TransactOperation<unknown>[]> {
  const { accountId } = account;
  const stored = account.tokens.filter(({ kind }) => kind === 'password').at(-1);
  const voided = { now: core.table.now(), ...(except !== undefined && { except }) };
  await voidSurplus(core, account.tokens, voided);
  return [
    core.accounts.updateOneOperation({
      filter: { accountId },
      update: { $set: { sessionGeneration } },
      ...(isFirst && { condition: { sessionGeneration: account.sessionGeneration } }),
    }),
    stored
      ? core.tokens.updateOneOperation({
          filter: { accountId, kind: 'password', createdFor: stored.createdFor, ulid: stored.ulid },
          update: { $set: { value } },
        })
      : core.tokens.createOneOperation({
          item: { accountId, kind: 'password', createdFor: accountId, value },
        }),
    ...voidOperations(core, account.tokens, voided),
  ];
}
