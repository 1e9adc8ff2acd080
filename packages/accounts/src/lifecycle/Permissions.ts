import { changeAccount } from '../core/changeAccount.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { readObject, requireUlid } from '../errors/requireObject.js';

/** A permission of an account, by name. */
export interface PermissionInput {
  /** The account's id. */
  readonly accountId: string;
  /** 1 to 256 characters; the application decides what they mean. */
  readonly permission: string;
}

const MAX_LENGTH = 256;

/**
 * The permissions of accounts, which only the application can change. A change takes effect with
 * the next request, also in open sessions; see {@link Accounts.sessions} `requirePermission`.
 */
export class Permissions {
  readonly #core: ChangeCore;

  /** @internal */
  constructor(core: ChangeCore) {
    this.#core = core;
  }

  /**
   * Grants an account a permission; no effect if it already has it. Two requests; concurrent
   * changes are not lost.
   *
   * @returns the account's permissions after the change.
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async grant(input: PermissionInput): Promise<readonly string[]> {
    return this.#change(input, '$addToSet');
  }

  /**
   * Revokes a permission of an account; no effect if it does not have it. Two requests.
   *
   * @returns the account's permissions after the change.
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async revoke(input: PermissionInput): Promise<readonly string[]> {
    return this.#change(input, '$pull');
  }

  /**
   * Lists the permissions of an account: one strongly consistent request.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async list(input: { readonly accountId: string }): Promise<readonly string[]> {
    input = readObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    return withAccountErrors(async () => {
      const { item } = await this.#core.accounts.findOne({
        filter: { accountId },
        consistent: true,
      });
      return permissionsOf(item);
    });
  }

  async #change(
    input: PermissionInput,
    operator: '$addToSet' | '$pull',
  ): Promise<readonly string[]> {
    input = readObject(input, '');
    const { accountId, permission } = input;
    const start = { flow: 'UpdateUser', method: 'permissions', input: { accountId } } as const;
    return changeAccount(this.#core, start, async (flow) => {
      requirePermissionName(permission);
      return flow.commit(undefined, (change) => {
        change.changePermissions(operator, [permission]);
        return () => permissionsOf(change.saved);
      });
    });
  }
}

function permissionsOf(
  account: { readonly permissions: readonly string[] } | null,
): readonly string[] {
  if (account) return account.permissions;
  throw new AccountError('UserNotFound', {});
}

function requirePermissionName(value: unknown): void {
  const invalid = (reason: string): AccountError =>
    new AccountError('InvalidInput', { path: 'permission', reason });
  if (typeof value !== 'string') throw invalid('notAString');
  if (value === '') throw invalid('empty');
  if (value.length > MAX_LENGTH) throw invalid('tooLong');
  if (!value.isWellFormed()) throw invalid('notWellFormed');
}
