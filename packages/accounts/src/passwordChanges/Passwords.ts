import type { Account, Token } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { changeAccount } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject, requireUlid } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneNumbers.js';
import { tokenRefused, type IssuedOneTimeToken } from '../oneTimeTokens/OneTimeTokens.js';
import { changeByToken } from '../flows/changeByToken.js';
import { sendLink, suppressEnumeration } from '../flows/sendLink.js';
import { resetCounts } from '../flows/resetCounts.js';
import { PASSWORD_COUNTS } from '../throttling/throttlePolicy.js';
import { beginAnew, provePassword } from './changeOwnPassword.js';
import { parseNewPassword, replacePassword } from './replacePassword.js';

/** Input of {@link Passwords.change}. */
export interface ChangePasswordInput {
  /** As `handleRequest` has let it through. */
  readonly request: SessionRequest;
  readonly currentPassword: string;
  readonly newPassword: string;
}

/** Input of {@link Passwords.setPassword}. */
export interface SetPasswordInput {
  readonly accountId: string;
  readonly newPassword: string;
}

/** Input of {@link Passwords.requestReset}: one name of the account. */
export type RequestPasswordResetInput = {
  /** Request of the visitor: counted by address, and kept with the token. */
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
  /** Why, for the application's own records: at most 1000 characters. */
  readonly reason?: string;
  /**
   * The caller's own, 4 to 1000 characters (default: 256 random bits). Whoever guesses it has the
   * account, and only a digest made for long random tokens guards it in the table.
   */
  readonly token?: string;
  /** On whose request, which is kept with the token. */
  readonly request?: SessionRequest;
}

/** Input of {@link Passwords.reset}. */
export interface ResetPasswordInput {
  readonly token: string;
  readonly newPassword: string;
  /**
   * Request that presents the token, which is kept with the token. A token of less than 22
   * characters needs the request, as attempts at such a token are counted by address, and works
   * only where `throttling.address` counts.
   */
  readonly request?: SessionRequest;
}

/**
 * Passwords: changed by their owner, chosen anew by a token, or set by the application.
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
   * Changes the password of the account that makes a request, by the one before (ASVS 6.2.3). The
   * attempt is counted before it is looked at, together with those of `reauthenticate`. Every other
   * session has ended, and every token sent out before is void, when it returns; the request's session
   * goes on with a new token, which is put on the request. The owner is told, at every verified
   * address.
   *
   * @returns the new token, for the client, and a new `deviceToken`: the one before is invalid
   *   with the new password.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed` before the attempt is counted; `InvalidSession`, `ImpersonatedSession`;
   *   `LoginFailed` for a wrong password, and for an account without one; `AccountLocked`,
   *   `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  async change(input: ChangePasswordInput): Promise<{ authToken: string; deviceToken: string }> {
    requireObject(input, '');
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

  /** Carries out {@link Accounts.setPassword}. */
  async setPassword(input: SetPasswordInput): Promise<void> {
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
        change.writeAll(resetCounts(this.#core, change.account, PASSWORD_COUNTS));
        return () => undefined;
      });
    });
  }

  /**
   * Sends a token to choose a new password with, by `delivery`, as the message `PasswordReset`: to
   * the verified e-mail address that was named, or, by another name, to the account's first one.
   * Whoever asks on a public form learns nothing else: the answer, its requests (four) and its time
   * are the same for every name. An account without a verified address gets none.
   *
   * A mailbox gets as many as `throttling.code` says, 5, and then one after each wait, which is no
   * longer than a token is good for; the rest are dropped. A token that has set a password begins the
   * count again.
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async requestReset(input: RequestPasswordResetInput): Promise<void> {
    requireObject(input, '');
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

  /** Carries out {@link Accounts.addResetPasswordToken}. */
  async addResetPasswordToken(input: AddResetPasswordTokenInput): Promise<IssuedOneTimeToken> {
    requireObject(input, '');
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
   * Sets a new password by a token that was sent, or handed out by
   * {@link Accounts.addResetPasswordToken}: three requests. Every session of the account has ended,
   * every other token is void, and the attempts on the password are forgotten, when it returns. The
   * owner is told, at every verified address.
   *
   * @returns the account's id.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`,
   *   `TokenVerificationFailed`, `TooManyRequests`, `TooBusy`, `ServiceUnavailable`
   */
  async reset(input: ResetPasswordInput): Promise<{ readonly accountId: string }> {
    requireObject(input, '');
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
          change.writeAll(resetCounts(this.#core, change.account, PASSWORD_COUNTS));
          return () => ({ accountId: account.accountId });
        });
      },
    );
  }

  /** Carries out {@link Accounts.removeAllResetPasswordTokens}. */
  async removeAllResetPasswordTokens(input: {
    readonly accountId: string;
  }): Promise<{ deletedCount: number }> {
    requireObject(input, '');
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
