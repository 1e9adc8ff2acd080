import { readInput } from '../errors/requireObject.js';
import type { PasswordLoginAttempt } from '../login/PasswordLogin.js';
import { newHandle } from '../signUp/newHandle.js';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../accounts/Accounts.js';
import { flowsOf, type AccountFlows } from '../accounts/flowsOf.js';
import type { InputWith } from '../accounts/OwnFields.js';
import type { NoFields } from '../guard/OwnFields.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountFlow, EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { DeletedAccount } from '../lifecycle/AccountLifecycle.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import { sendLink, suppressEnumeration } from '../flows/sendLink.js';
import type {
  RequestPasswordResetInput,
  ResetPasswordInput,
} from '../passwordChanges/Passwords.js';
import { NO_CLIENT, type SessionRequest } from '../requests/SessionRequest.js';
import type {
  ActivateInput,
  ResendActivationInput,
  SignedInUser,
  SignInInput,
  SignUpInput,
  UpdateUserInput,
  User,
  VerifiedUser,
} from './selfServiceInputs.js';
import { withSelfServiceErrors } from './withSelfServiceErrors.js';
import {
  parseEmailAddress,
  parseSignInName,
  parseSignInPassword,
  requireParams,
  requirePassword,
} from './parseParams.js';
import { parseSessionPreferences } from './parseSessionPreferences.js';
import { parseSignUp, type ParsedSignUp } from './parseSignUp.js';
import { requireSignedOut } from './requireSignedOut.js';
import { emailOf, toUser } from './toUser.js';
import { updateUser } from './updateUser.js';

/**
 * The calls behind an application's forms: sign up, confirm, sign in, change, sign out. Each is one
 * of the flows of `Accounts`, with specific error codes for forms.
 *
 * @example
 * ```ts
 * import { AccountError, type Accounts, type SessionRequest } from '@latchkey/accounts';
 * import { SelfService } from '@latchkey/accounts/self-service';
 *
 * export async function join(accounts: Accounts, request: SessionRequest, form: object) {
 *   const selfService = new SelfService(accounts);
 *   try {
 *     const { userId } = await selfService.signUp({ password: '', ...form, request });
 *     return `Welcome, ${userId}.`;
 *   } catch (error) {
 *     if (!AccountError.is(error)) throw error;
 *     if (error.code === 'UsernameTooLong') return `At most ${error.details.maxLen} characters.`;
 *     return error.message;
 *   }
 * }
 * ```
 */
export class SelfService<F extends AccountFields = NoFields> {
  readonly #flows: AccountFlows;

  /**
   * @throws AccountError `InvalidConfiguration` for anything but an `Accounts` of this copy of the
   *   package.
   */
  constructor(accounts: Accounts<F>) {
    this.#flows = flowsOf(accounts);
    this.#flows.onSelfService?.(this);
  }

  /**
   * Creates an account with its addresses, password and first session in one transaction. With
   * `delivery`, a token to confirm the e-mail address is then sent. With `requireActivation`, there
   * is no session and no `authToken` until it is confirmed.
   *
   * It reveals whether a username or an address is taken. For a form that must not reveal this, use
   * `requestAccount`.
   *
   * @throws AccountError `ParamsMustBeObject`; `UsernameMissing`, `UsernameMustBeString`,
   *   `UsernameCannotBeBlank`, `UsernameTooLong`; `PasswordMissing`, `PasswordMustBeString`,
   *   `PasswordCannotBeBlank`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`;
   *   `EmailNotValid`; `ProfileMustBeObject`, `ProfileCannotBeEmpty`, `ProfileHasTooManyKeys`,
   *   `ProfileKeyMustBeString`, `ProfileKeyTooLong`, `ProfileValueMustBeString`,
   *   `ProfileValueCannotBeBlank`, `ProfileValueTooLong`; `RememberMeValueNotValid`,
   *   `SessionLengthMustBeNumber`, `SessionLengthTooShort`, `SessionLengthTooLong`,
   *   `ExpiredTimeNotValid`; `UserAlreadySignedIn`; `UsernameAlreadyExists`, `EmailAlreadyExists`,
   *   `TrialExceededLimit`; `TooManyRequests` for too many messages to one address
   *   (`throttling.messages`), or too many attempts from one network (`throttling.address`);
   *   `InvalidInput`, `Vetoed`, `TooBusy`. After any of these, only the network's count has been
   *   written. After `ServiceUnavailable`, the outcome is unknown: the transaction's response may
   *   have been lost. `TwoFactorEnrolmentRequired` is thrown after the account was created.
   */
  async signUp(input: InputWith<SignUpInput, F>): Promise<User> {
    input = readInput(input);
    const { core, creation } = this.#flows;
    const { requireActivation, table } = core;
    let email: string | undefined;
    const read = async (): Promise<ParsedSignUp> => {
      const parsed = parseSignUp(input, {
        now: table.now(),
        requireActivation,
        policy: core.sessionPolicy,
        ownFields: core.accountFields,
        visitorFields: core.visitorFields,
      });
      await requireSignedOut(core, parsed.own.request);
      // Before anything is hashed, or says who has an account.
      await core.throttle.countAddress(core.connectionOf(parsed.own.request).ip);
      ({ email } = parsed);
      return parsed;
    };
    return withSelfServiceErrors(core, {}, async () => {
      const handle = requireActivation ? newHandle() : undefined;
      const { account, ...session } =
        handle === undefined
          ? withSession(await creation.createAccountAndLogin(input, read))
          : {
              account: await creation.createAccount(input, async () => ({
                ...(await read()),
                handle,
              })),
            };
      return {
        ...toUser(account, core.plan),
        ...(email !== undefined && { email }),
        ...session,
        ...(handle !== undefined && { handle }),
      };
    });
  }

  /**
   * Signs in by a username, or a verified e-mail address or phone number, like
   * `userByPasswordLogin`. The requested end of the session also applies after a second factor.
   * With the `deviceToken` of an earlier sign-in, strangers' failures do not lock the device out.
   *
   * @throws AccountError `ParamsMustBeObject`, `UsernameMissing`, `UsernameMustBeString`,
   *   `UsernameCannotBeBlank`, `UsernameTooLong`, `EmailNotValid`, `PasswordMissing`,
   *   `PasswordMustBeString`, `PasswordCannotBeBlank`, `PasswordTooLong`, `InvalidInput`; those of
   *   {@link SelfService.signUp} about the session; `UserAlreadySignedIn`; `TooManyRequests` before
   *   the password is checked; `UsernameOrPasswordMismatch` for an unknown user, an address that is
   *   not verified and a wrong password alike; `AccountNotActivated`, `AccountDeactivated`,
   *   `Vetoed`, `TwoFactorRequired`, `TwoFactorEnrolmentRequired` after the right one; `TooBusy`,
   *   `ServiceUnavailable`.
   */
  async signIn(input: SignInInput): Promise<SignedInUser> {
    input = readInput(input);
    const { core, passwordLogin } = this.#flows;
    const read = async (): Promise<PasswordLoginAttempt> => {
      requireParams(input);
      const { password: given, request, deviceToken } = input;
      const identifier = parseSignInName(core, input, ['username', 'email', 'phone']);
      const password = parseSignInPassword(core, given, 'password');
      const session = parseSessionPreferences(input, core.table.now(), core.sessionPolicy);
      await requireSignedOut(core, request);
      return { ...session, identifier, password, request, deviceToken };
    };
    const names = { mismatch: 'UsernameOrPasswordMismatch' } as const;
    return withSelfServiceErrors(core, names, async () => {
      const { login, accessTypes } = await passwordLogin.userByPasswordLogin(input, read);
      const email = emailOf(accessTypes);
      const { account, ...begun } = withSession(login);
      return {
        ...toUser(account, core.plan),
        ...(email !== undefined && { email }),
        ...begun,
      };
    });
  }

  /**
   * Ends the session of a request's token, on every instance, before it returns, like `logout`.
   *
   * @throws AccountError `ParamsMustBeObject`; `UserNotSignedIn` for a request without a valid
   *   token; `InvalidInput`, `ServiceUnavailable`.
   */
  async signOut(input: { readonly request: SessionRequest }): Promise<void> {
    input = readInput(input);
    const { core } = this.#flows;
    await withSelfServiceErrors(core, { session: 'UserNotSignedIn' }, async () => {
      await this.#check('Logout', input);
      const { request } = input;
      // What is no request, and what is no token, is for the flow to refuse.
      const { authToken = '' } = (request as SessionRequest | null | undefined) ?? {};
      await core.sessions.logouts.logout({ authToken, request });
    });
  }

  /**
   * Confirms the e-mail address that a token was sent to, like `verifyEmailWithToken`. It does not
   * sign in, since the person who follows the link may not be the one who signed up. For the same
   * reason, the token alone is not enough: it needs the account's session (`request`), its
   * `password`, the `handle` of the sign-up, or, in an account without any verified contact, a
   * `newPassword` after the error `NewPasswordRequired`.
   *
   * @returns the user, without a session.
   * @throws AccountError `ParamsMustBeObject`; `ActivationTokenNotValid` for a token that is unknown,
   *   expired, used, of another kind, or for an address that the account no longer has;
   *   `EmailAlreadyVerified`, `NewPasswordRequired`, `EmailRemoved`; `UsernameOrPasswordMismatch` for a
   *   wrong password; `TooManyRequests`, `InvalidInput`, `TooBusy`, `ServiceUnavailable`.
   */
  async activate(input: ActivateInput): Promise<User> {
    input = readInput(input);
    const { core, emailVerification } = this.#flows;
    const names = {
      token: 'ActivationTokenNotValid',
      mismatch: 'UsernameOrPasswordMismatch',
    } as const;
    return withSelfServiceErrors(core, names, async () => {
      await this.#check('VerifyEmail', input);
      const { account, email } = await emailVerification.verifyEmailWithToken(input);
      return { ...toUser(account, core.plan), email };
    });
  }

  /**
   * Sends another token to an account's unconfirmed e-mail address. A public form reveals nothing:
   * the response, its requests (four) and its time are the same for every address. The previous
   * token stays valid, unless `tokens.onlyNewest` is set.
   *
   * A mailbox gets as many as `throttling.code` allows, 5 by default, and then one after each wait;
   * the rest are dropped. {@link SelfService.forgotPassword} has a separate count.
   *
   * @throws AccountError `ParamsMustBeObject`, `EmailNotValid`, `TooManyRequests`, `InvalidInput`,
   *   `ServiceUnavailable`; `InvalidConfiguration` without `delivery`.
   */
  async resendActivation(input: ResendActivationInput): Promise<void> {
    input = readInput(input);
    const { core } = this.#flows;
    const eventContext: EventContext = { ...eventContextOf(input), method: 'email_verification' };
    const send = core.events.run('RequestVerification', eventContext, async () => {
      requireParams(input);
      const identifier = { kind: 'email', value: parseEmailAddress(input.email) } as const;
      const link = { kind: 'email_verification', message: 'EmailVerification' } as const;
      await sendLink(core, { ...link, identifier, request: input.request, eventContext });
    });
    await withSelfServiceErrors(core, {}, () => suppressEnumeration(send));
  }

  /**
   * Sends a token to reset the password, like `passwords.requestReset`, with the same response for
   * everyone. Only errors in the form of the identifier are reported.
   *
   * @throws AccountError `ParamsMustBeObject`; `UsernameMissing` without a username and an address,
   *   `UsernameMustBeString`, `UsernameCannotBeBlank`, `UsernameTooLong`, `EmailNotValid`;
   *   `TooManyRequests`, `InvalidInput`, `ServiceUnavailable`; `InvalidConfiguration` without
   *   `delivery`.
   */
  async forgotPassword(input: RequestPasswordResetInput): Promise<void> {
    input = readInput(input);
    const { core } = this.#flows;
    const eventContext: EventContext = { ...eventContextOf(input), method: 'password_recovery' };
    const send = core.events.run('RequestPasswordReset', eventContext, async () => {
      requireParams(input);
      const identifier = parseSignInName(core, input, ['username', 'email']);
      const link = { kind: 'password_recovery', message: 'PasswordReset' } as const;
      await sendLink(core, { ...link, identifier, request: input.request, eventContext });
    });
    await withSelfServiceErrors(core, {}, () => suppressEnumeration(send));
  }

  /**
   * Sets a new password with a token that works once. Three requests, and one more for a token that
   * is short enough to be guessed. When it returns, every session has ended, every other token that
   * was sent before is revoked, and the count of failed attempts is reset, which unlocks a locked
   * account.
   *
   * It does not log in, and does not change a second factor (ASVS 6.4.3). It does not verify an
   * address either: the tokens of `forgotPassword` go to verified ones, and the recipients of
   * others are unknown. The owner is notified at every verified address.
   *
   * @throws AccountError `ParamsMustBeObject`, `PasswordMissing`, `PasswordMustBeString`,
   *   `PasswordCannotBeBlank`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`, which
   *   do not consume the token; `ResetTokenNotValid` for a token that is unknown, expired, used,
   *   revoked, of another kind, or for an address that is no longer the account's or no longer
   *   verified; `TooManyRequests`, `InvalidInput`, `TooBusy`, `ServiceUnavailable`.
   */
  async resetPassword(input: ResetPasswordInput): Promise<{ readonly accountId: string }> {
    input = readInput(input);
    const { core, passwords } = this.#flows;
    return withSelfServiceErrors(core, { token: 'ResetTokenNotValid' }, async () => {
      await this.#check('ResetPassword', input, ({ newPassword }) =>
        requirePassword(newPassword, 'newPassword'),
      );
      return passwords.reset(input);
    });
  }

  /**
   * Changes a user's username, e-mail address, profile and password in one transaction. A username
   * alone takes three requests.
   *
   * A new e-mail address replaces the current one once it is confirmed, or at once if it is the
   * user's and already confirmed. If it is still pending, its message is sent again.
   *
   * @returns the updated user, with the request's token, which is new after a password change.
   * @throws AccountError `ParamsMustBeObject`, `ParamsMissing`, those of {@link SelfService.signUp}
   *   about username, address, profile and password; `CurrentPasswordMissing`,
   *   `CurrentPasswordIncorrect`; `UserNotSignedIn`, `ImpersonatedSession`; `RecentLoginRequired` for
   *   username and address without a new password; `UsernameAlreadyExists`, `EmailAlreadyExists`;
   *   `LastLoginMethod` for an address that cannot be removed; `TooManyRequests`, `InvalidInput`,
   *   `TooBusy`, `ServiceUnavailable`.
   */
  async updateUser(input: UpdateUserInput): Promise<SignedInUser> {
    input = readInput(input);
    const names = { mismatch: 'CurrentPasswordIncorrect', session: 'UserNotSignedIn' } as const;
    return withSelfServiceErrors(this.#flows.core, names, () =>
      updateUser(this.#flows.core, input),
    );
  }

  /**
   * Deletes the request's account with everything that belongs to it, like `lifecycle.delete`.
   *
   * @throws AccountError `ParamsMustBeObject`, `UserNotSignedIn`, `ImpersonatedSession`,
   *   `RecentLoginRequired`, `InvalidInput`, `ServiceUnavailable`
   */
  async deleteUser(input: { readonly request: SessionRequest }): Promise<DeletedAccount> {
    input = readInput(input);
    const { core, lifecycle } = this.#flows;
    return withSelfServiceErrors(core, { session: 'UserNotSignedIn' }, async () => {
      // Never by an id that came along: this is the owner's own door.
      await this.#check('DeleteUser', input, ({ request }) => requireRequest(request));
      return lifecycle.delete({ request: input.request });
    });
  }

  /**
   * Returns the user of a token, for a back end: one request. The session is not extended: no token
   * is replaced, and the client is not compared. The e-mail address is not included, as it would
   * take another request.
   *
   * @param request - passed to `getTokenSecret`; its token is ignored.
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession`, `ServiceUnavailable`
   */
  async verifyAuthToken(
    authToken: string,
    request: SessionRequest = NO_CLIENT,
  ): Promise<VerifiedUser> {
    const { core } = this.#flows;
    const eventContext: EventContext = connectionContext(request);
    return core.events.run('ResumeSession', eventContext, async () => {
      const { account } = await core.sessions.authenticator.check(authToken, request, eventContext);
      return toUser(account, core.plan);
    });
  }

  /** Checks the form of an input before the flow begins that tells how it went; and tells, if not. */
  #check(
    flow: AccountFlow,
    input: unknown,
    more: (params: Readonly<Record<string, unknown>>) => void = () => undefined,
  ): Promise<void> {
    return this.#flows.core.events.withFailureEvent(flow, eventContextOf(input), () => {
      requireParams(input);
      more(input);
      return Promise.resolve();
    });
  }
}

/** Returns the part of a login that a client keeps of its session. */
function withSession({
  account,
  authToken,
  deviceToken,
  sessionDocument: { expiresAt },
}: CompletedLogin): Pick<CompletedLogin, 'account' | 'authToken' | 'deviceToken'> & {
  readonly expiresAt: Date;
} {
  return { account, authToken, deviceToken, expiresAt };
}

/** @throws AccountError `InvalidInput` */
function requireRequest(request: unknown): void {
  if (request !== undefined) return;
  throw new AccountError('InvalidInput', { path: 'request', reason: 'notAnObject' });
}

/** Collects an event's context from an input of any form. */
function eventContextOf(input: unknown): EventContext {
  return connectionContext((input as Partial<SignInInput> | null | undefined)?.request);
}
