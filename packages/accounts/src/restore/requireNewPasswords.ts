import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import { findFlows } from '../accounts/flowsOf.js';
import { changeAccount } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { invalidOption } from '../errors/invalidOption.js';
import { requireUlid } from '../errors/requireObject.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { hasPassword } from '../flows/hasLoginMethod.js';
import { deletePasswords } from '../passwordChanges/replacePassword.js';

/** Result of {@link requireNewPasswords}: each id that was given is in one of the lists. */
export interface RequiredNewPasswords {
  /** Accounts whose old password is void, and whose owners can reset it by themselves. */
  readonly done: readonly string[];
  /**
   * Accounts whose old password is void, too, but without a verified e-mail address: a reset token has to be
   * handed to the owner (`addResetPasswordToken`).
   */
  readonly unreachable: readonly string[];
  /** Accounts that have no password, as after an earlier call. */
  readonly withoutPassword: readonly string[];
  /** Ids that no account has: those that were created after the backup, or deleted before. */
  readonly notFound: readonly string[];
}

/**
 * Voids the passwords of accounts, so that each owner has to choose a new one: for accounts whose password was
 * changed after the backup that the table was restored from, since the restored one is the password before.
 * Which accounts those are, the table cannot know; the application's record of events can.
 *
 * For each account, one Query and one transaction, in turn: the password is deleted, every session ends,
 * whatever was sent out is revoked, and the owner is notified (`PasswordRemoved`). A reset sets a password
 * again (`passwords.requestReset`); other login methods stay. The event is `RemovePassword`. A call that was
 * interrupted can be repeated.
 *
 * @param accounts - an `Accounts`.
 * @param accountIds - ids of accounts, each checked before anything is written.
 * @throws AccountError `InvalidInput` for an id that has not the form of one; `InvalidConfiguration` for
 *   anything but an `Accounts`; `ServiceUnavailable`.
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { requireNewPasswords } from '@latchkey/accounts/restore';
 *
 * export async function afterRestore(accounts: Accounts, changedSince: string[]) {
 *   const { unreachable } = await requireNewPasswords(accounts, changedSince);
 *   return unreachable; // tell their owners by another way
 * }
 * ```
 */
export async function requireNewPasswords<F extends AccountFields>(
  accounts: Accounts<F>,
  accountIds: Iterable<string>,
): Promise<RequiredNewPasswords> {
  const core = findFlows(accounts)?.core;
  if (!core) throw invalidOption('accounts', 'It must be an Accounts.');
  const ids = idsOf(accountIds);
  const result: Record<keyof RequiredNewPasswords, string[]> = {
    done: [],
    unreachable: [],
    withoutPassword: [],
    notFound: [],
  };
  for (const accountId of ids) result[await requireNewPassword(core, accountId)].push(accountId);
  return result;
}

function idsOf(accountIds: unknown): readonly string[] {
  const isList =
    typeof accountIds === 'object' && accountIds !== null && Symbol.iterator in accountIds;
  if (!isList) {
    throw new AccountError('InvalidInput', { path: 'accountIds', reason: 'notAList' });
  }
  const ids = [...new Set(accountIds as Iterable<unknown>)];
  return ids.map((id, index) => {
    requireUlid(id, `accountIds.${String(index)}`);
    return id;
  });
}

async function requireNewPassword(
  core: AccountsCore,
  accountId: string,
): Promise<keyof RequiredNewPasswords> {
  const start = { flow: 'RemovePassword', method: 'password', input: { accountId } } as const;
  try {
    return await changeAccount(core, start, async (flow) => {
      const account = await flow.load();
      if (!hasPassword(account)) return 'withoutPassword';
      return flow.commit(account, (change) => {
        deletePasswords(core, change);
        const isReachable = change.account.accessTypes.some(
          ({ data, verified }) => verified === true && data.kind === 'email',
        );
        return () => (isReachable ? 'done' : 'unreachable');
      });
    });
  } catch (error) {
    if (AccountError.is(error) && error.code === 'UserNotFound') return 'notFound';
    throw error;
  }
}
