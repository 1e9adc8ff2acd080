import { mailboxContact, type Account, type Token } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { changeAccount } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject, requireUlid } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneParser.js';
import { tokenRefused, type IssuedOneTimeToken } from '../oneTimeTokens/OneTimeTokens.js';
import { changeByToken } from '../flows/changeByToken.js';
import { sendLink, suppressEnumeration } from '../flows/sendLink.js';
import { removeAdditions } from '../flows/removeAdditions.js';
import { resetCounts } from '../flows/resetCounts.js';
import { PASSWORD_COUNTS } from '../throttling/throttlePolicy.js';
import { beginAnew, provePassword } from './changeOwnPassword.js';
import { parseNewPassword, replacePassword } from './replacePassword.js';

/** Input of {@link Passwords.change}. */
export interface ChangePasswordInput {
  /** Request accepted by `handleRequest`. */
  readonly request: SessionRequest;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Input of {@link Passwords.setPassword}. */
export interface SetPasswordInput {
  readonly accountId: string;
  readonly newPassword: string;
}

/** Input of {@link Passwords.requestReset}: one identifier of the account. */
export type RequestPasswordResetInput = {
  /** Request of the visitor: counted by address, and stored with the token. */
  readonly request?: SessionRequest;
} & (
  | {
      /** A username, a verified e-mail address or phone number, or an account id. */
      readonly username: string;
      readonly email?: undefined;
    }
  | { readonly email: string; readonly username?: undefined }
);

/** Input of {@link Passwords.addResetPasswordToken}. */
export interface AddResetPasswordTokenInput {
  readonly accountId: string;
  /** Reason, for the application's own records: at most 1000 characters. */
  readonly reason?: string;
  /**
   * Value of the token, 4 to 1000 characters (default: 256 random bits). Anyone who guesses it can
   * take over the account, and it is stored under a fast digest that only protects long random
   * tokens.
   */
  readonly token?: string;
  /** Request that asked for the token, which is stored with it. */
  readonly request?: SessionRequest;
}

/** Input of {@link Passwords.reset}. */
export interface ResetPasswordInput {
  readonly token: string;
  readonly newPassword: string;
  /**
   * Request that presents the token, which is stored with it. A token of fewer than 22 characters
   * requires it, since attempts at such a token are counted by address, and works only if
   * `throttling.address` is on.
   */
  readonly request?: SessionRequest;
}

/**
 * Passwords: changed by their owner, reset with a token, or set by the application.
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
 *   const { authToken } = await accounts.passwords.change({ request, ...form });
 *   return authToken;
 * }
 *
 * export async function forgotten(accounts: Accounts, request: SessionRequest, username: string) {
 *   await accounts.passwords.requestReset({ username, request });
 *   return 'If there is such an account, it has mail.';
 * }
 *
 * export async function choose(accounts: Accounts, token: string, newPassword: string) {
 *   await accounts.passwords.reset({ token, newPassword });
 *   return 'Please log in.';
 * }
 * ```
 */
export class Passwords {
  readonly #core: AccountsCore;

  /** @internal */
  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Changes the password of the request's account, given the current one (ASVS 6.2.3). The attempt
   * is counted before it is checked, together with those of `reauthenticate`. When it returns,
   * every other session has ended, and every token that was sent before is revoked. The request's
   * session continues with a new token, which is set on the request. The owner is notified at every
   * verified address.
   *
   * @returns the new token for the client, and a new `deviceToken`: the new password invalidates
   *   the previous one.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed` before the attempt is counted; `InvalidSession`, `ImpersonatedSession`;
   *   `LoginFailed` for a wrong password, and for an account without one; `AccountLocked`,
   *   `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  async change(input: ChangePasswordInput): Promise<{ authToken: string; deviceToken: string }> {
    input = readObject(input, '');
    const { request, newPassword } = input;
    const start = { flow: 'ChangePassword', method: 'password', input: { request } } as const;
    return changeAccount(this.#core, start, async (flow) => {
      const { passwords } = this.#core;
      const currentPassword = passwords.parse(input.currentPassword, 'currentPassword');
      const { ip } = this.#core.connectionOf(request);
      const account = await flow.load({ secrets: true, session: true });
      // First what says nothing of the current one: a refusal must not cost an attempt.
      const password = await parseNewPassword(this.#core, account, newPassword);
      const proven = await provePassword(this.#core, account, {
        password: currentPassword,
        newPassword: password,
        ip,
      });
      const begun = await beginAnew(this.#core, flow, account, proven);
      flow.eventContext.sessionId = begun.session.ulid;
      return { authToken: begun.authToken, deviceToken: begun.deviceToken };
    });
  }

  /**
   * Removes the password of the request's account, after a recent login (`recentLogin`), while another
   * login method remains: a verified e-mail address or identity. When it returns, every other session
   * has ended, and every token that was sent before is revoked. The request's session continues with a
   * new token, which is set on the request. The owner is notified at every verified address. A reset
   * sets a password again.
   *
   * @returns the new token for the client, and a new `deviceToken`.
   * @throws AccountError `InvalidSession`, `ImpersonatedSession`, `RecentLoginRequired`;
   *   `PasswordNotFound` without one; `LastLoginMethod`; `InvalidInput`, `ServiceUnavailable`.
   */
  async remove(input: {
    readonly request: SessionRequest;
  }): Promise<{ authToken: string; deviceToken: string }> {
    input = readObject(input, '');
    const { request } = input;
    const start = { flow: 'RemovePassword', method: 'password', input: { request } } as const;
    return changeAccount(this.#core, start, async (flow) => {
      flow.requireRecentLogin();
      const account = await flow.load({ session: true });
      const begun = await beginAnew(this.#core, flow, account, { value: null });
      flow.eventContext.sessionId = begun.session.ulid;
      return { authToken: begun.authToken, deviceToken: begun.deviceToken };
    });
  }

  /**
   * Carries out {@link Accounts.setPassword}.
   *
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, accountId: string) {
   *   await accounts.passwords.setPassword({ accountId, newPassword: 'a long walk in the hills' });
   * }
   * ```
   */
  async setPassword(input: SetPasswordInput): Promise<void> {
    input = readObject(input, '');
    const { accountId, newPassword } = input;
    await changeAccount(this.#core, { flow: 'SetPassword', input: { accountId } }, async (flow) => {
      const { passwords } = this.#core;
      passwords.parse(newPassword, 'newPassword');
      const account = await flow.load();
      const password = await parseNewPassword(this.#core, account, newPassword);
      const value = await passwords.hash(password);
      await flow.commit(account, (change) => {
        replacePassword(this.#core, change, value);
        removeAdditions(this.#core, change);
        change.writeAll(resetCounts(this.#core, change.account, PASSWORD_COUNTS));
        return () => undefined;
      });
    });
  }

  /**
   * Sends a token to reset the password, with `delivery` as the message `PasswordReset`: to the
   * given verified e-mail address, or, for another identifier, to the account's first one. A public
   * form reveals nothing: the response, its requests (four) and its time are the same for every
   * identifier. An account without a verified address gets none.
   *
   * A mailbox gets as many as `throttling.code` allows, 5 by default, and then one after each wait,
   * which is not longer than a token's lifetime; the rest are dropped. Using a token resets the
   * count.
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async requestReset(input: RequestPasswordResetInput): Promise<void> {
    input = readObject(input, '');
    const { request } = input;
    const eventContext: EventContext = {
      ...connectionContext(request),
      method: 'password_recovery',
    };
    const send = this.#core.events.run('RequestPasswordReset', eventContext, async () => {
      const identifier = identifierOf(this.#core, input);
      const link = { identifier, kind: 'password_recovery', message: 'PasswordReset' } as const;
      await sendLink(this.#core, { ...link, request, eventContext });
    });
    await suppressEnumeration(send);
  }

  /**
   * Carries out {@link Accounts.addResetPasswordToken}.
   *
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, accountId: string) {
   *   const { token } = await accounts.passwords.addResetPasswordToken({ accountId });
   *   return token; // for its owner only, and for `passwords.reset`
   * }
   * ```
   */
  async addResetPasswordToken(input: AddResetPasswordTokenInput): Promise<IssuedOneTimeToken> {
    input = readObject(input, '');
    const { accountId, reason, token, request } = input;
    const start = {
      flow: 'RequestPasswordReset',
      method: 'password_recovery',
      input: { accountId },
    } as const;
    return changeAccount(this.#core, start, async (flow) => {
      Object.assign(flow.eventContext, connectionContext(request));
      return this.#core.oneTimeTokens.issue(flow, {
        accountId,
        kind: 'password_recovery',
        createdFor: accountId,
        ...(reason !== undefined && { reason }),
        ...(token !== undefined && { token }),
        ...(request !== undefined && { request }),
      });
    });
  }

  /**
   * Sets a new password with a token that was sent, or issued by {@link
   * Accounts.addResetPasswordToken}: three requests. When it returns, every session of the account
   * has ended, every other token is revoked, and the count of failed attempts is reset. Contacts,
   * identities and passkeys that were added after the mailbox, and within `tokens.contactRecovery` (7
   * days), are removed. The owner is notified at every verified address.
   *
   * @returns the account's id.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`,
   *   `TokenVerificationFailed`, `TooManyRequests`, `TooBusy`, `ServiceUnavailable`
   */
  async reset(input: ResetPasswordInput): Promise<{ readonly accountId: string }> {
    input = readObject(input, '');
    const { token: given, newPassword, request } = input;
    const { passwords } = this.#core;
    const shown = { token: given, kind: 'password_recovery', request } as const;
    return changeByToken(
      this.#core,
      { flow: 'ResetPassword', shown, begin: () => passwords.parse(newPassword, 'newPassword') },
      async (flow, { account, token, usedFrom }) => {
        if (!isStillOwn(account, token)) throw tokenRefused();
        // Only now, so that a guess costs no hashing (ASVS 15.1.3).
        const password = await parseNewPassword(this.#core, account, newPassword);
        const value = await passwords.hash(password);
        return flow.commit(account, (change) => {
          if (!isStillOwn(change.account, token)) throw tokenRefused();
          change.useToken(token, tokenRefused, usedFrom);
          replacePassword(this.#core, change, value);
          removeAdditions(this.#core, change, {
            after: mailboxContact(change.account, token.createdFor),
          });
          change.writeAll(resetCounts(this.#core, change.account, PASSWORD_COUNTS));
          return () => ({ accountId: account.accountId });
        });
      },
    );
  }

  /**
   * Carries out {@link Accounts.removeAllResetPasswordTokens}.
   *
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, accountId: string) {
   *   return accounts.passwords.removeAllResetPasswordTokens({ accountId });
   * }
   * ```
   */
  async removeAllResetPasswordTokens(input: {
    readonly accountId: string;
  }): Promise<{ deletedCount: number }> {
    input = readObject(input, '');
    const { accountId } = input;
    const eventContext: EventContext = { method: 'password_recovery' };
    return this.#core.events.run('RemoveTokens', eventContext, async () => {
      requireUlid(accountId, 'accountId');
      eventContext.accountId = accountId;
      return this.#core.tokens.deleteMany({ filter: { accountId, kind: 'password_recovery' } });
    });
  }
}

/**
 * Tells whether an account still has the address that a token was made for, if it was made for one.
 */
function isStillOwn({ accountId, accessTypes }: Account, { createdFor }: Token): boolean {
  return (
    createdFor === accountId ||
    accessTypes.some(
      ({ data, verified }) =>
        verified === true && data.kind === 'email' && data.value === createdFor,
    )
  );
}

function identifierOf(
  core: MaybePhoneNumbers,
  { username, email }: RequestPasswordResetInput,
): LoginIdentifier {
  const isEmail = (email as unknown) !== undefined;
  if (isEmail && (username as unknown) !== undefined) {
    throw new AccountError('InvalidInput', { path: 'username', reason: 'notBesideEmail' });
  }
  const path = isEmail ? 'email' : 'username';
  const identifier = parseLoginIdentifier(isEmail ? email : username, path, core);
  if (!isEmail || identifier.kind === 'email') return identifier;
  throw new AccountError('InvalidInput', { path, reason: 'notAnEmailAddress' });
}
