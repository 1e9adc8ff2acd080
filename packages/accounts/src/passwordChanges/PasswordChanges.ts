import type { AccountsCore } from '../core/AccountsCore.js';
import { changeAccount } from '../core/changeAccount.js';
import { readConnectionInfo, type SessionRequest } from '../core/SessionRequest.js';
import { requireObject } from '../errors/requireObject.js';
import { resetCounts } from '../oneTimeTokens/resetCounts.js';
import { beginAnew, provePassword } from './changeOwnPassword.js';
import { parseNewPassword, replacePassword } from './replacePassword.js';

/** What {@link PasswordChanges.changePassword} takes. */
export interface ChangePasswordInput {
  /** As `handleRequest` has let it through. */
  readonly request: SessionRequest;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** What {@link PasswordChanges.setPassword} takes. */
export interface SetPasswordInput {
  readonly accountId: string;
  readonly newPassword: string;
}

/**
 * New passwords for those who are known already.
 *
 * @example
 * ```ts
 * import type { Accounts, SessionRequest } from '@latchkey/accounts';
 *
 * export async function change(
 *   accounts: Accounts,
 *   request: SessionRequest,
 *   form: { currentPassword: string; newPassword: string },
 * ) {
 *   await accounts.handleRequest(request);
 *   const { authToken } = await accounts.changePassword({ request, ...form });
 *   return authToken;
 * }
 * ```
 */
export class PasswordChanges {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Changes the password of the account that makes a request, by the one before (ASVS 6.2.3). The
   * attempt is counted before it is looked at, together with those of `reauthenticate`. Every other
   * session has ended, and every token sent out before is void, when it returns; the request's session
   * goes on with a new token, which is put on the request. The owner is told, at every verified
   * address.
   *
   * @returns the new token, for the client.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed` before the attempt is counted; `InvalidSession`, `ImpersonatedSession`;
   *   `LoginFailed` for a wrong password, and for an account without one; `AccountLocked`,
   *   `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly changePassword = async (input: ChangePasswordInput): Promise<{ authToken: string }> => {
    requireObject(input, '');
    const { request, newPassword } = input;
    const start = { flow: 'ChangePassword', method: 'password', input: { request } } as const;
    return changeAccount(this.#core, start, async (flow) => {
      const { passwords } = this.#core;
      const currentPassword = passwords.parse(input.currentPassword, 'currentPassword');
      const { ip } = readConnectionInfo(request);
      const account = await flow.load({ secrets: true, session: true });
      // First what says nothing of the current one: a refusal must not cost an attempt.
      const password = await parseNewPassword(this.#core, account, newPassword);
      const proven = await provePassword(this.#core, account, {
        password: currentPassword,
        newPassword: password,
        ip,
      });
      const { authToken, session } = await beginAnew(this.#core, flow, account, proven);
      flow.facts.sessionId = session.ulid;
      return { authToken };
    });
  };

  /**
   * Gives an account a new password, because the application says so: two requests. Every session of
   * the account has ended, every token sent out before is void, and the attempts on the password are
   * forgotten, when it returns. The owner is told, at every verified address. An account that had no
   * password has one then.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`, `UserNotFound`, `TooBusy`, `ServiceUnavailable`.
   */
  readonly setPassword = async (input: SetPasswordInput): Promise<void> => {
    requireObject(input, '');
    const { accountId, newPassword } = input;
    await changeAccount(this.#core, { flow: 'SetPassword', input: { accountId } }, async (flow) => {
      const { passwords } = this.#core;
      passwords.parse(newPassword, 'newPassword');
      const account = await flow.load();
      const password = await parseNewPassword(this.#core, account, newPassword);
      const value = await passwords.hash(password);
      await flow.commit(account, (change) => {
        replacePassword(this.#core, change, value);
        change.writeAll(resetCounts(this.#core, change.account, ['password', 'reauthentication']));
        return () => undefined;
      });
    });
  };
}
