import type { Entity } from '@latchkey/entity';
import {
  AccessType,
  Account,
  AccountAttempts,
  AccountToken,
  type Session,
  type AccountFields,
} from '@latchkey/schema';
import { AccountQuota } from '../quota/AccountQuota.js';
import { parseAppPlan, type AppPlan } from '../quota/AppPlan.js';
import { Contacts, type ContactsWith } from '../contacts/Contacts.js';
import type { PhoneNumbers } from '../contacts/phoneNumbers/PhoneNumbers.js';
import { Delivery, type DeliveryOptions } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { requireObject } from '../errors/requireObject.js';
import type {
  AccountEventListener,
  AccountEventName,
  ValidateEventListener,
  ValidateEventName,
} from '../events/accountEvents.js';
import type { Events } from '../events/Events.js';
import { createRequestSetup, type GuardOptions } from '../guard/createRequestSetup.js';
import { defineAccount } from '../guard/defineAccount.js';
import type { AccountWith, NoFields, RequestWith } from '../guard/OwnFields.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { AccountLifecycle } from '../lifecycle/AccountLifecycle.js';
import { AccountProfile } from '../lifecycle/AccountProfile.js';
import { Permissions } from '../lifecycle/Permissions.js';
import {
  PasswordLogin,
  type PasswordLoginInput,
  type ReauthenticateInput,
} from '../login/PasswordLogin.js';
import { MagicLinks } from '../magicLinks/MagicLinks.js';
import { CustomTokens } from '../customTokens/CustomTokens.js';
import {
  EmailVerification,
  type AddEmailVerificationTokenInput,
  type VerifyEmailWithTokenInput,
} from '../emailVerification/EmailVerification.js';
import { OneTimeTokens, type IssuedOneTimeToken } from '../oneTimeTokens/OneTimeTokens.js';
import type { OneTimeTokenOptions } from '../oneTimeTokens/tokenPolicy.js';
import {
  Passwords,
  type AddResetPasswordTokenInput,
  type SetPasswordInput,
} from '../passwordChanges/Passwords.js';
import { parseEnvironment } from '../sandbox/parseEnvironment.js';
import { Sandbox, type Environment } from '../sandbox/Sandbox.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import { CustomLogin, type PushCustomSessionInput } from '../login/CustomLogin.js';
import { Impersonation, type ImpersonateInput } from '../login/Impersonation.js';
import type { SessionHookRegistry } from '../sessions/SessionHooks.js';
import { createSessionServices } from '../sessions/SessionServices.js';
import {
  Sessions,
  type LoginResult,
  type LogoutInput,
  type RefreshTokensInput,
} from '../sessions/Sessions.js';
import { MessageLimit } from '../throttling/MessageLimit.js';
import { Throttle } from '../throttling/Throttle.js';
import type { ThrottlingOptions } from '../throttling/throttlePolicy.js';
import { DeviceTokens } from '../tokens/DeviceTokens.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import type { TwoFactor, TwoFactorPart } from '../twoFactor/TwoFactor.js';
import {
  AccountCreation,
  type CreateAccountAndLoginInput,
  type RequestAccountInput,
} from '../signUp/AccountCreation.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import type { Contact } from '../core/Account.js';
import { assertOptions } from './assertOptions.js';
import type { CreateAccountInput } from '../signUp/parseNewAccount.js';
import { findAccountId } from '../flows/findAccountId.js';
import { keepFlows } from './flowsOf.js';
import {
  withOwnFields,
  type AccountEntityWith,
  type InputWith,
  type LoginResultWith,
} from './OwnFields.js';
import { ownFieldNames } from './ownFieldNames.js';
import type { EmailOfAccount } from '../flows/readEmailOfAccount.js';
import { PasswordService, type PasswordOptions } from '../passwords/PasswordService.js';

/** Phone numbers as an option: perhaps none. */
type MaybePhones = PhoneNumbers | undefined;
/** A second factor as an option: perhaps none. */
type MaybeTwoFactor = TwoFactorPart | undefined;

/** Input of {@link Accounts}. */
export interface AccountsOptions<
  F extends AccountFields = NoFields,
  P extends MaybePhones = MaybePhones,
  T extends MaybeTwoFactor = MaybeTwoFactor,
> extends GuardOptions<F> {
  /** How users pay, how long they may try, and how many there may be (default: no limits). */
  readonly plan?: Partial<AppPlan>;
  /** Tells whether the table is there to be emptied (default: `live`). See {@link Sandbox}. */
  readonly environment?: Environment;
  readonly passwords?: PasswordOptions;
  /**
   * Tells whether an account with an e-mail address gets no session before one is confirmed, by
   * whatever way to log in (default: false; the confirmation is sent all the same).
   */
  readonly requireActivation?: boolean;
  /** How long one-time tokens are good for, and which make others void. */
  readonly tokens?: OneTimeTokenOptions;
  /** How many attempts passwords, codes and client addresses take. */
  readonly throttling?: ThrottlingOptions;
  /**
   * How long ago an owner may have logged in, or proven again who they are, to change the username or
   * how the account is reached, or to delete it; false for any time (default: `'10m'`). See
   * {@link Accounts.reauthenticate}.
   */
  readonly recentLogin?: Duration | false;
  /**
   * How long an address or identity is kept for a sign-up that has not proven it: after that, the next
   * sign-up takes it over (default: `'7d'`; at most 400 days). One that is added to an account later
   * is kept as long as the token that was sent there is good for.
   */
  readonly unprovenClaim?: Duration;
  /**
   * A second factor that protects accounts: `totp(…)` of `@latchkey/accounts/two-factor` (default:
   * none can be enrolled).
   */
  readonly twoFactor?: T;
  /**
   * Phone numbers as contacts and as names to log in with: `phoneNumbers()` of
   * `@latchkey/accounts/phone-numbers` (default: there are none).
   */
  readonly phones?: P;
  /**
   * How messages reach people. Without it, nothing is sent: an account that goes by an e-mail address
   * alone waits for a token that the application hands over, and `VerificationNotSent` says so.
   */
  readonly delivery?: DeliveryOptions;
  /**
   * The names of those `accountFields` that a visitor may give in a form, by `signUp` and
   * `requestAccount` (default: none). All others are the application's: a form that holds one is
   * refused.
   */
  readonly visitorFields?: readonly string[];
}

/** Input of {@link Accounts.findUser}. */
export interface FindUserInput {
  /** A username, an e-mail address (verified or not), a phone number or an account id. */
  readonly username: string;
  /** For the hooks of `AccountEntity`. */
  readonly context?: Readonly<Record<string, unknown>>;
}

/**
 * The accounts of one application, in its own DynamoDB table.
 *
 * @example
 * ```ts
 * import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
 * import { Accounts } from '@latchkey/accounts';
 * import { Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: new DynamoDBClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 * });
 * ```
 */
export class Accounts<
  F extends AccountFields = NoFields,
  out P extends MaybePhones = MaybePhones,
  out T extends MaybeTwoFactor = MaybeTwoFactor,
> {
  /** Which application of several this is. */
  readonly appId: string | undefined;
  /** The accounts themselves, as an entity of the table: for reading, and for hooks. */
  readonly AccountEntity: AccountEntityWith<F>;
  /** The contacts of accounts, as an entity of the table. */
  readonly AccessTypeEntity: Entity<typeof AccessType>;
  /** The one-time tokens, passwords and second factors of accounts, as an entity of the table. */
  readonly TokenEntity: Entity<typeof AccountToken>;
  /** The sessions of accounts, as an entity of the table. */
  readonly SessionEntity: Entity<typeof Session>;
  /** The sessions of all accounts. */
  readonly sessions: Sessions;
  /** E-mail addresses, phone numbers (with `phones`), and identities at other providers. */
  readonly contacts: ContactsWith<P>;
  /** Passwords: changed, or chosen anew by a token. */
  readonly passwords: Passwords;
  /** Second factors, TOTP and recovery codes; undefined without the option `twoFactor`. */
  readonly twoFactor: T extends TwoFactorPart ? TwoFactor : undefined;
  /** Logins by a link that is sent to an e-mail address. */
  readonly magicLinks: MagicLinks;
  /** One-time tokens of the application's own kinds. */
  readonly tokens: CustomTokens;
  /** The username and the profile of an account. */
  readonly profile: AccountProfile;
  /** The permissions of accounts, by names that the application gives a meaning. */
  readonly permissions: Permissions;
  /** Deactivation, deletion and export of accounts. */
  readonly lifecycle: AccountLifecycle;
  /** How many accounts there are, and may be. */
  readonly quota: AccountQuota;
  /** A table to try things in, which can be emptied. */
  readonly sandbox: Sandbox;
  readonly #oneTimeTokens: OneTimeTokens;
  readonly #events: Events;
  readonly #core: AccountsCore;
  readonly #creation: AccountCreation;
  readonly #customLogin: CustomLogin;
  readonly #impersonation: Impersonation;
  readonly #passwordLogin: PasswordLogin;
  readonly #emailVerification: EmailVerification;

  /**
   * @param accountDefinition - that of `accountFields`, where several share it. Internal.
   * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
   */
  constructor(
    options: AccountsOptions<F, P, T> & Needed<P, T>,
    accountDefinition?: typeof Account,
  ) {
    assertOptions(options);
    const { table: wholeTable, plan, environment, accountFields } = options;
    const { passwords, tokens, throttling, twoFactor, phones, delivery } = options;
    const { requireActivation = false, recentLogin = '10m', unprovenClaim = '7d' } = options;
    const { appId, core, sessions } = createRequestSetup(options);
    const { table, events } = core;
    this.appId = appId;
    const definition = accountDefinition ?? defineAccount(accountFields);
    const ownNames = ownFieldNames(accountFields);
    const accounts = table
      .entity(definition)
      .addIndexRelation('accessTypes', AccessType)
      .addIndexRelation('attempts', AccountAttempts)
      .addIndexRelation('tokens', AccountToken);
    this.AccountEntity = withOwnFields<F>(accounts);
    this.AccessTypeEntity = table.entity(AccessType);
    this.TokenEntity = table.entity(AccountToken);
    this.SessionEntity = core.sessionEntity;
    this.#events = events;
    const passwordService = new PasswordService(passwords);
    const base: ChangeCore = {
      ...core,
      accounts,
      accessTypes: this.AccessTypeEntity,
      tokens: this.TokenEntity,
      delivery: new Delivery(events, delivery),
      unprovenClaimMs: parseDuration(unprovenClaim, 'unprovenClaim'),
      recentLogin: recentLogin === false ? false : parseDuration(recentLogin, 'recentLogin'),
    };
    this.#oneTimeTokens = new OneTimeTokens(base, tokens);
    const sessionServices = createSessionServices(sessions, base);
    this.sessions = new Sessions(sessions, base, sessionServices);
    this.#core = {
      ...base,
      accountFields: ownNames,
      visitorFields: parseVisitorFields(options.visitorFields, ownNames),
      throttle: new Throttle(table, throttling),
      deviceTokens: new DeviceTokens({
        getTokenSecret: sessions.getTokenSecret,
        audience: sessions.audience,
        now: () => table.now().getTime(),
      }),
      messageLimit: new MessageLimit(table, throttling?.messages),
      oneTimeTokens: this.#oneTimeTokens,
      sessions: sessionServices,
      passwords: passwordService,
      plan: parseAppPlan(plan),
      requireActivation: parseRequireActivation(requireActivation),
      twoFactor: twoFactor?.policy ?? {},
      phones,
    };
    this.#creation = new AccountCreation(this.#core);
    this.#customLogin = new CustomLogin(this.#core);
    this.#impersonation = new Impersonation(this.#core);
    this.#passwordLogin = new PasswordLogin(this.#core);
    this.#emailVerification = new EmailVerification(this.#core);
    this.passwords = new Passwords(this.#core);
    this.magicLinks = new MagicLinks(this.#core);
    this.tokens = new CustomTokens(this.#core);
    this.contacts = new Contacts(this.#core, phones?.createVerification(this.#core));
    this.twoFactor = twoFactor?.create(this.#core) as typeof this.twoFactor;
    this.lifecycle = new AccountLifecycle(this.#core);
    this.profile = new AccountProfile(this.#core);
    this.permissions = new Permissions(this.#core);
    this.quota = new AccountQuota(this.#core);
    this.sandbox = new Sandbox({
      table: wholeTable,
      contents: table,
      environment: parseEnvironment(environment),
    });
    keepFlows(this, {
      core: this.#core,
      creation: this.#creation,
      passwordLogin: this.#passwordLogin,
      emailVerification: this.#emailVerification,
      passwords: this.passwords,
      lifecycle: this.lifecycle,
    });
  }

  /**
   * Adds a listener to what happens to accounts. The listeners of one event are called in the order
   * in which they were added; one that throws changes nothing.
   *
   * @param name - an event of docs/events.md, or a question that a listener answers, such as
   *   `ValidateCreateUser`.
   * @returns a function that removes the listener.
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export function watch(accounts: Accounts) {
   *   return accounts.on('LoginError', ({ reason, ip }) => console.warn(reason, ip));
   * }
   * ```
   */
  on(name: AccountEventName | '*', listener: AccountEventListener): () => void;
  on(name: ValidateEventName, listener: ValidateEventListener): () => void;
  on(name: never, listener: never): () => void {
    return this.#events.on(name, listener);
  }

  /** Waits for the messages that are being sent; see {@link Delivery.settled}. */
  settled(): Promise<void> {
    return this.#core.delivery.settled();
  }

  /** Adds hooks to what sessions do, after those that are there. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    this.sessions.addHooks(add);
    return this;
  }

  /**
   * Makes an account with its contacts and password: one transaction, in which username and
   * addresses are taken or nothing is written. With `delivery`, a token to verify the e-mail address
   * is part of it, and is sent. Without `delivery`, an account that nobody can log in to before that
   * is told by the event `VerificationNotSent`.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
   *   and `Vetoed` before anything is written; `UsernameAlreadyExists`, `EmailAlreadyExists`,
   *   `PhoneAlreadyExists`, `IdentityAlreadyExists`, `TrialExceededLimit`; `TooManyRequests` where
   *   the address has got too many such tokens (`throttling.messages`); `TooBusy`,
   *   `ServiceUnavailable`.
   */
  createAccount(input: InputWith<CreateAccountInput, F>): Promise<AccountWith<F>> {
    return this.#creation.createAccount(input) as Promise<AccountWith<F>>;
  }

  /**
   * {@link createAccount}, and the first login in the same transaction.
   *
   * @throws AccountError as {@link createAccount}; `SecretTooShort`, and `Vetoed` by `ValidateLogin`
   *   before anything is written; `TwoFactorEnrolmentRequired` with a challenge once the account is
   *   there, where the application demands a second factor; `AccountNotActivated` then, too, with
   *   `requireActivation`.
   */
  createAccountAndLogin(
    input: InputWith<CreateAccountAndLoginInput, F>,
  ): Promise<LoginResultWith<F>> {
    return this.#creation.createAccountAndLogin(input) as Promise<LoginResultWith<F>>;
  }

  /**
   * {@link createAccount} for a public form that must not show who has an account (ASVS 6.3.8): the
   * answer and its cost are the same when the e-mail address is taken, and a message says so to that
   * address, if it is verified. It takes nothing else that could be taken: a username and more
   * contacts can follow, once the address is verified. Where a stranger has claimed the address and
   * not proven it, it gets the link that confirms it for its reader, or, after `unprovenClaim`, the
   * account is made.
   *
   * @returns the `handle` that confirms the address together with the token from the message, for who
   *   has asked; another one every time, also where the address is taken.
   * @throws AccountError as {@link createAccount}, but never that something is taken;
   *   `TooManyRequests`; `InvalidConfiguration` without `delivery`.
   */
  requestAccount(input: InputWith<RequestAccountInput, F>): Promise<{ readonly handle: string }> {
    return this.#creation.requestAccount(input);
  }

  /**
   * Finds an account by username, e-mail address, phone number or account id: two reads by key, or
   * one by account id, all strongly consistent.
   *
   * @returns the account, or null if there is none.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async findUser(input: FindUserInput): Promise<AccountWith<F> | null> {
    requireObject(input, '');
    const { context } = input;
    const identifier = parseLoginIdentifier(input.username, 'username', this.#core);
    return withAccountErrors(async () => {
      const accountId = await findAccountId(this.#core, identifier);
      if (accountId === undefined) return null;
      const { item } = await this.#core.accounts.findOne({
        filter: { accountId },
        consistent: true,
        ...(context && { context }),
      });
      return item as AccountWith<F> | null;
    });
  }

  /**
   * Logs in with a password: the identifier's owner; everything of the account that is needed in
   * one Query and, at the same time, the count of the attempt; and the new session. An unknown user
   * costs the same requests and the same hashing (ASVS 6.3.8).
   *
   * @param input - `deviceToken`: from the last login on the same device, if there was one. Its attempts
   *   are counted apart from those of strangers, 15 in a row at most; an invalid token is
   *   ignored, and one of another account costs a read more.
   * @throws AccountError `InvalidInput`; `LoginFailed` for an unknown user, an address that is not
   *   verified and a wrong password alike; `AccountLocked`, `TooManyRequests` before the password
   *   is looked at; `AccountDeactivated`, `AccountNotActivated`, `Vetoed`, `TwoFactorRequired`,
   *   `TwoFactorEnrolmentRequired` after the right one; `TooBusy`, `SecretTooShort`,
   *   `ServiceUnavailable`.
   */
  async userByPasswordLogin(input: PasswordLoginInput): Promise<LoginResultWith<F>> {
    const { login } = await this.#passwordLogin.userByPasswordLogin(input);
    return login as LoginResultWith<F>;
  }

  /**
   * Proves again, by the password, who makes a request, for what `sessions.requireRecentLogin` guards. The
   * session gets a new token, which is put on the request; the one before is void (ASVS 7.2.4).
   * Attempts have a count of their own, by `throttling.password`: whoever guesses at the login keeps
   * nobody from this.
   *
   * @returns the new token, for the client.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `LoginFailed`,
   *   `AccountLocked`, `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  reauthenticate(input: ReauthenticateInput): Promise<{ authToken: string }> {
    return this.#passwordLogin.reauthenticate(input);
  }

  /**
   * Begins a session for an account without a password or a second factor: the application has made
   * sure of who it is, by means of its own. Never call it with what only a client says. Three
   * requests, two by account id.
   *
   * @throws AccountError `InvalidInput`; `UserNotFound`, also for an address that its account has
   *   not verified, since whoever has put it there need not be whom the application knows by it;
   *   `AccountDeactivated`, `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`.
   */
  pushCustomSession(input: PushCustomSessionInput): Promise<LoginResult> {
    return this.#customLogin.pushCustomSession(input);
  }

  /**
   * Begins a session for another account, marked with who acts in it (`impersonatedBy`). It ends
   * with `logout`, after `sessions.impersonation.duration`, and with the session, the account or the
   * permission of who acts. Nothing that concerns how its owner logs in can be done in it, nor can
   * it begin another. Who may act for whom beyond the permission is for a listener to
   * `ValidateImpersonation` to say: one that protects administrators, for example. Two requests.
   *
   * @returns the login of the other account. The request is not touched.
   * @throws AccountError `InvalidInput`, also for the own account; `InvalidSession`,
   *   `ImpersonatedSession`, `PermissionDenied`, `UserNotFound`, `AccountDeactivated`,
   *   `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`.
   */
  impersonate(input: ImpersonateInput): Promise<LoginResult> {
    return this.#impersonation.impersonate(input);
  }

  /**
   * Finds out whose request it is, and sets `request.user`: one strongly consistent `BatchGetItem`
   * of account and session, so that a logout holds everywhere as soon as it has returned. A request
   * without token is left alone. Nothing is written, unless `rotation.after`, `idleTimeout` or
   * `onConnectionChange` asks for it. After a rotation `request.authToken` is the new token.
   * A request object is good for one request: what was found is not read again when it is used, and a
   * connection that stays open must be checked anew, with another object, for each message.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `ServiceUnavailable`, which says nothing of the session; `Vetoed` by a hook;
   *   `InvalidInput`, also for a frozen object, on which nothing can be put; `SecretTooShort`.
   */
  handleRequest<R extends SessionRequest>(request: R): Promise<RequestWith<R, F>> {
    return this.#core.sessions.authenticator.handleRequest(request) as Promise<RequestWith<R, F>>;
  }

  /**
   * Replaces a token by a new one: one `BatchGetItem` and one `UpdateItem`. Who shows the same token
   * again within `rotation.grace`, is given the same new one; who does so later, ends the session.
   * The session does not last any longer for it.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `InvalidInput`, `ServiceUnavailable`, `SecretTooShort`.
   */
  refreshTokens(input: RefreshTokensInput): Promise<LoginResult> {
    return this.#core.sessions.authenticator.refreshTokens(input);
  }

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. An expired token
   * will do, one that the session has replaced, and one whose session has ended already. So will one
   * whose signature can no longer be verified, if `request.user` is its account: never set that
   * from what a client says. Who acts for the account ends by that only the session that they act in.
   *
   * @returns whether the session is there; false for one that its expiry has removed.
   * @throws AccountError `InvalidInput`, `TokenVerificationFailed`, `InvalidSession` for a token that
   *   the session has never had, `ServiceUnavailable`, `SecretTooShort`.
   */
  logout(input: LogoutInput): Promise<boolean> {
    return this.#core.sessions.logouts.logout(input);
  }

  /**
   * Issues a token to be sent to an e-mail address of an account, which proves that its owner reads
   * it: one request. The application sends it. An account can have 20 that wait
   * (`tokens.maxPending`); once that many were issued, the next call counts them, in a few more requests.
   *
   * @throws AccountError `InvalidInput`, `TooManyTokens`, `UserNotFound`, `ServiceUnavailable`
   */
  addEmailVerificationToken(input: AddEmailVerificationTokenInput): Promise<IssuedOneTimeToken> {
    return this.#emailVerification.addEmailVerificationToken(input);
  }

  /**
   * Verifies the e-mail address that a token was sent to; the token works once. Three requests, four
   * with a password or where an address is removed, and one more for a token that is short enough to
   * be guessed.
   *
   * The token alone only shows that somebody reads the mailbox, not that they have made the account.
   * So it verifies the address together with the account's own session (`request`), its `password`,
   * or the `handle` of the sign-up. Without any of these, in an account that has proven nothing and
   * has no username, whoever reads the mailbox chooses a `newPassword`: every password, session,
   * contact, factor and token from before is void then. From any other account, the address is
   * removed.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a token that is unknown,
   *   expired, used, revoked, of another kind, or for an address that the account no longer has;
   *   `EmailAlreadyVerified` for one that has verified its address before; `NewPasswordRequired`, with
   *   which nothing is done; `EmailRemoved`, with which the address is no longer the account's;
   *   `LoginFailed` for a wrong password; `AccountLocked`; `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`; `InvalidSession` where the session of `request` has ended meanwhile;
   *   `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  async verifyEmailWithToken(input: VerifyEmailWithTokenInput): Promise<void> {
    await this.#emailVerification.verifyEmailWithToken(input);
  }

  /**
   * Marks an e-mail address of an account as verified, on the application's word: two requests. It
   * proves nothing about what was set in the account before.
   *
   * @returns the contact as it is then.
   * @throws AccountError `InvalidInput`; `UserNotFound` when the account does not have the address;
   *   `ServiceUnavailable`.
   */
  verifyEmail(input: EmailOfAccount): Promise<Contact> {
    return this.#emailVerification.verifyEmail(input);
  }

  /**
   * Gives an account a new password, because the application says so: two requests. Every session of
   * the account has ended, every token sent out before is void, and the attempts on the password are
   * forgotten, when it returns. The owner is told, at every verified address. An account that had no
   * password has one then.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`, `UserNotFound`, `TooBusy`, `ServiceUnavailable`.
   */
  setPassword(input: SetPasswordInput): Promise<void> {
    return this.passwords.setPassword(input);
  }

  /**
   * Issues a token with which an account's owner can choose a new password: one request. The
   * application sends it, and knows where to. An account can have 20 that wait
   * (`tokens.maxPending`); once that many were issued, the next call counts them, in a few more requests.
   *
   * @throws AccountError `InvalidInput`, `TooManyTokens`, `UserNotFound`, `ServiceUnavailable`
   */
  addResetPasswordToken(input: AddResetPasswordTokenInput): Promise<IssuedOneTimeToken> {
    return this.passwords.addResetPasswordToken(input);
  }

  /**
   * Deletes every password reset token of an account.
   *
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  removeAllResetPasswordTokens(input: {
    readonly accountId: string;
  }): Promise<{ deletedCount: number }> {
    return this.passwords.removeAllResetPasswordTokens(input);
  }
}

/** Options without which `Accounts` of the type would lack what it offers. */
type Needed<P, T> = ([P] extends [PhoneNumbers] ? { readonly phones: P } : unknown) &
  ([T] extends [TwoFactorPart] ? { readonly twoFactor: T } : unknown);

/**
 * {@link Accounts} with these options, for the types of an application's own functions.
 *
 * @example
 * ```ts
 * import type { AccountsWith, SessionRequest } from '@latchkey/accounts';
 *
 * export const statusOf = (accounts: AccountsWith<'twoFactor'>, request: SessionRequest) =>
 *   accounts.twoFactor.status({ request });
 * ```
 */
export type AccountsWith<
  O extends 'phones' | 'twoFactor',
  F extends AccountFields = NoFields,
> = Accounts<
  F,
  'phones' extends O ? PhoneNumbers : MaybePhones,
  'twoFactor' extends O ? TwoFactorPart : MaybeTwoFactor
>;

function parseVisitorFields(names: unknown, ownNames: readonly string[]): readonly string[] {
  if (names === undefined) return [];
  if (Array.isArray(names) && names.every((name) => ownNames.includes(name as string))) {
    return names as readonly string[];
  }
  const reason = 'It must be a list of names of accountFields.';
  throw new AccountError('InvalidConfiguration', { path: 'visitorFields', reason });
}

function parseRequireActivation(value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const reason = 'It must be true or false.';
  throw new AccountError('InvalidConfiguration', { path: 'requireActivation', reason });
}
