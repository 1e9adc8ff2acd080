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
import type { PhoneCodes } from '../contacts/phoneNumbers/PhoneCodes.js';
import type { PhoneNumbers } from '../contacts/phoneNumbers/PhoneNumbers.js';
import { Delivery, type DeliveryOptions } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { invalidOption } from '../errors/invalidOption.js';
import { readInput, readObject } from '../errors/requireObject.js';
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
import { parseUserIdentifier } from '../identifiers/parseForeignId.js';
import { AccountLifecycle } from '../lifecycle/AccountLifecycle.js';
import { AccountProfile } from '../lifecycle/AccountProfile.js';
import { Permissions } from '../lifecycle/Permissions.js';
import type { AccountListing, AccountPage, ListAccountsInput } from '../core/AccountListing.js';
import {
  PasswordLogin,
  type PasswordLoginInput,
  type ReauthenticateInput,
} from '../login/PasswordLogin.js';
import { reauthenticateByCode, type ReauthenticateByCodeInput } from '../login/LoginCodes.js';
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
import { LoginChallenges } from '../tokens/LoginChallenges.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import type {
  IdentityProviders,
  IdentityProvidersPart,
} from '../identityProviders/IdentityProviders.js';
import type { Passkeys, PasskeysPart } from '../passkeys/Passkeys.js';
import type { SignUpByLink } from '../passwordless/SignUpByLink.js';
import type { TwoFactor, TwoFactorPart } from '../twoFactor/TwoFactor.js';
import {
  AccountCreation,
  type CreateAccountAndLoginInput,
  type RequestAccountInput,
} from '../signUp/AccountCreation.js';
import type { AccountsCore, ElsewherePart } from '../flows/AccountsCore.js';
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
/** Identity providers as an option: perhaps none. */
type MaybeProviders = IdentityProvidersPart | undefined;
/** Passkeys as an option: perhaps none. */
type MaybePasskeys = PasskeysPart | undefined;

/** Input of {@link Accounts}. */
export interface AccountsOptions<
  F extends AccountFields = NoFields,
  P extends MaybePhones = MaybePhones,
  T extends MaybeTwoFactor = MaybeTwoFactor,
  I extends MaybeProviders = MaybeProviders,
  K extends MaybePasskeys = MaybePasskeys,
> extends GuardOptions<F> {
  /** Payment plan, length of the trial, and maximum number of accounts (default: no limits). */
  readonly plan?: Partial<AppPlan>;
  /** Tells whether the table may be emptied (default: `live`, it may not). See {@link Sandbox}. */
  readonly environment?: Environment;
  readonly passwords?: PasswordOptions;
  /**
   * Tells whether an account with an e-mail address must confirm one before it gets a session, for
   * every login method (default: false; the confirmation is sent in either case).
   */
  readonly requireActivation?: boolean;
  /** Lifetimes of one-time tokens, their maximum number, and the kinds of which only the newest is valid. */
  readonly tokens?: OneTimeTokenOptions;
  /** Limits on attempts: for passwords, for codes, and for each client address. */
  readonly throttling?: ThrottlingOptions;
  /**
   * Maximum age of the last login or reauthentication for changing the username or a contact, or for
   * deleting the account; false for any age (default: `'10m'`). See {@link Accounts.reauthenticate}.
   */
  readonly recentLogin?: Duration | false;
  /**
   * How long a sign-up keeps an address or identity that it has not verified. After that, the next
   * sign-up takes it over (default: `'7d'`; at most 400 days). An address that is added to an existing
   * account is kept until the token that was sent there expires.
   */
  readonly unprovenClaim?: Duration;
  /**
   * A second factor that protects accounts: `totp(…)` of `@latchkey/accounts/two-factor` (default:
   * none can be enrolled).
   */
  readonly twoFactor?: T;
  /** Logins by passkeys: `passkeys(…)` of `@latchkey/accounts/passkeys` (default: none). */
  readonly passkeys?: K;
  /**
   * Asks the system that accounts were imported from for passwords that only it knows:
   * `verifyElsewhere(…)` of `@latchkey/accounts/elsewhere` (default: nobody is asked).
   */
  readonly verifyElsewhere?: ElsewherePart;
  /**
   * Phone numbers as contacts and login identifiers: `phoneNumbers()` of
   * `@latchkey/accounts/phone-numbers` (default: phone numbers are refused).
   */
  readonly phones?: P;
  /**
   * Sign-in with identity providers: `identityProviders(…)` of `@latchkey/accounts/oauth` (default: none).
   */
  readonly identityProviders?: I;
  /**
   * Sign-up without a password, by a link or a code that is sent to an address which no account has:
   * `signUpByLink(…)` of `@latchkey/accounts/passwordless` (default: such an address gets no message).
   */
  readonly signUpByLink?: SignUpByLink;
  /**
   * Senders of messages. Without it, nothing is sent: an account whose only identifier is an e-mail
   * address cannot log in until the application hands over a token. The event `VerificationNotSent`
   * reports such an account.
   */
  readonly delivery?: DeliveryOptions;
  /**
   * Names of the `accountFields` that visitors may set in a form, with `signUp` and `requestAccount`
   * (default: none). A form that contains any other of these fields is refused.
   */
  readonly visitorFields?: readonly string[];
}

/** Input of {@link Accounts.findUser}: either identifier. */
export type FindUserInput = (
  | {
      /** A username, an e-mail address (verified or not), a phone number or an account id. */
      readonly username: string;
      readonly foreignId?: undefined;
    }
  | {
      readonly username?: undefined;
      /** The id that the person had in the system that the account was imported from. */
      readonly foreignId: string;
    }
) & {
  /** Passed to the hooks of `AccountEntity`. */
  readonly context?: Readonly<Record<string, unknown>>;
};

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
  out I extends MaybeProviders = MaybeProviders,
  out K extends MaybePasskeys = MaybePasskeys,
> {
  /** The application's id, if several applications share the table. */
  readonly appId: string | undefined;
  /** The account documents, as an entity of the table: for reads and hooks. */
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
  /** Passwords: changing them, and resetting them with a token. */
  readonly passwords: Passwords;
  /** Second factors, TOTP and recovery codes; undefined without the option `twoFactor`. */
  readonly twoFactor: T extends TwoFactorPart ? TwoFactor : undefined;
  /** Sign-in with identity providers; undefined without the option `identityProviders`. */
  readonly identityProviders: I extends IdentityProvidersPart ? IdentityProviders : undefined;
  /** Logins by passkeys; undefined without the option `passkeys`. */
  readonly passkeys: K extends PasskeysPart ? Passkeys : undefined;
  /** Logins by a code that is sent to a phone; undefined without the option `phones`. */
  readonly phoneCodes: P extends PhoneNumbers ? PhoneCodes : undefined;
  /** Logins by a link in an e-mail. */
  readonly magicLinks: MagicLinks;
  /** One-time tokens of the application's own kinds. */
  readonly tokens: CustomTokens;
  /** The username and the profile of an account. */
  readonly profile: AccountProfile;
  /** The permissions of accounts; the application chooses their names. */
  readonly permissions: Permissions;
  /** Deactivation, deletion and export of accounts. */
  readonly lifecycle: AccountLifecycle;
  /** The number of accounts, and its limit. */
  readonly quota: AccountQuota;
  /** Empties a table that is only used for tests. */
  readonly sandbox: Sandbox;
  readonly #oneTimeTokens: OneTimeTokens;
  readonly #events: Events;
  readonly #core: AccountsCore;
  readonly #creation: AccountCreation;
  readonly #customLogin: CustomLogin;
  readonly #impersonation: Impersonation;
  readonly #passwordLogin: PasswordLogin;
  readonly #emailVerification: EmailVerification;
  readonly #listAccounts: AccountListing['listAccounts'] | undefined;

  /**
   * @param accountDefinition - internal: the definition made from `accountFields`, if several
   *   instances share it.
   * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
   */
  constructor(
    options: AccountsOptions<F, P, T, I, K> & Needed<P, T, I, K>,
    accountDefinition?: typeof Account,
  ) {
    assertOptions(options);
    const { table: wholeTable, plan, environment, accountFields } = options;
    const { passwords, tokens, throttling, twoFactor, passkeys, phones, delivery } = options;
    const { requireActivation = false, recentLogin = '10m', unprovenClaim = '7d' } = options;
    const { appId, core, sessions } = createRequestSetup(options);
    const { table, events } = core;
    this.appId = appId;
    this.#listAccounts = options.listing?.listAccounts;
    const account = accountDefinition ?? defineAccount(accountFields);
    const definitions = options.listing?.define(account) ?? { account, accessType: AccessType };
    const ownNames = ownFieldNames(accountFields);
    const accounts = table
      .entity(definitions.account)
      .addIndexRelation('accessTypes', definitions.accessType)
      .addIndexRelation('attempts', AccountAttempts)
      .addIndexRelation('tokens', AccountToken);
    this.AccountEntity = withOwnFields<F>(accounts);
    this.AccessTypeEntity = table.entity(definitions.accessType);
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
    const signing = {
      getTokenSecret: sessions.getTokenSecret,
      audience: sessions.audience,
      now: () => table.now().getTime(),
    };
    this.#core = {
      ...base,
      accountFields: ownNames,
      visitorFields: parseVisitorFields(options.visitorFields, ownNames),
      throttle: new Throttle(table, throttling),
      deviceTokens: new DeviceTokens({ ...signing, acceptsIssuedAt: core.acceptsIssuedAt }),
      loginChallenges: new LoginChallenges(signing),
      messageLimit: new MessageLimit(table, throttling?.messages),
      oneTimeTokens: this.#oneTimeTokens,
      sessions: sessionServices,
      passwords: passwordService,
      elsewhere: options.verifyElsewhere,
      plan: parseAppPlan(plan),
      requireActivation: parseRequireActivation(requireActivation),
      twoFactor: twoFactor?.policy ?? {},
      passkeys: passkeys?.rules,
      phones,
    };
    this.#creation = new AccountCreation(this.#core);
    this.#customLogin = new CustomLogin(this.#core);
    this.#impersonation = new Impersonation(this.#core);
    this.#passwordLogin = new PasswordLogin(this.#core);
    this.#emailVerification = new EmailVerification(this.#core);
    this.passwords = new Passwords(this.#core);
    this.magicLinks = new MagicLinks(
      this.#core,
      options.signUpByLink?.create(this.#core, this.#creation),
    );
    this.phoneCodes = phones?.createCodes(this.#core) as typeof this.phoneCodes;
    this.tokens = new CustomTokens(this.#core);
    this.contacts = new Contacts(this.#core, phones?.createVerification(this.#core));
    this.twoFactor = twoFactor?.create(this.#core) as typeof this.twoFactor;
    this.identityProviders = options.identityProviders?.create(
      this.#core,
      this.#creation,
    ) as typeof this.identityProviders;
    this.passkeys = passkeys?.createPasskeys(this.#core) as typeof this.passkeys;
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
   * Adds a listener to an account event. The listeners of an event are called in the order in which
   * they were added. An error that a listener throws has no effect, except in `Validate…` events,
   * where it refuses the operation.
   *
   * @param name - an event of docs/events.md, such as `LoginError` or `ValidateCreateUser`.
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

  /** Waits until all messages are sent; see {@link Delivery.settled}. */
  settled(): Promise<void> {
    return this.#core.delivery.settled();
  }

  /** Adds session hooks, after the existing ones. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    this.sessions.addHooks(add);
    return this;
  }

  /**
   * Creates an account with its contacts and password in one transaction: if the username or an
   * address is taken, nothing is written. With `delivery`, the transaction includes a token that
   * verifies the e-mail address, and the token is sent. Without `delivery`, the event
   * `VerificationNotSent` reports an account that cannot log in before its address is verified.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
   *   and `Vetoed` before anything is written; `UsernameAlreadyExists`, `EmailAlreadyExists`,
   *   `PhoneAlreadyExists`, `IdentityAlreadyExists`, `TrialExceededLimit`; `TooManyRequests` if too
   *   many such tokens were sent to the address (`throttling.messages`); `TooBusy`,
   *   `ServiceUnavailable`.
   */
  async createAccount(input: InputWith<CreateAccountInput, F>): Promise<AccountWith<F>> {
    input = readInput(input);
    return this.#creation.createAccount(input) as Promise<AccountWith<F>>;
  }

  /**
   * Creates an account as {@link createAccount} does, and logs it in, in the same transaction.
   *
   * @throws AccountError as {@link createAccount}; `SecretTooShort`, and `Vetoed` by `ValidateLogin`
   *   before anything is written. After the account was created: `TwoFactorEnrolmentRequired` with a
   *   challenge, if the application requires a second factor; `AccountNotActivated` with
   *   `requireActivation`.
   */
  async createAccountAndLogin(
    input: InputWith<CreateAccountAndLoginInput, F>,
  ): Promise<LoginResultWith<F>> {
    input = readInput(input);
    return this.#creation.createAccountAndLogin(input) as Promise<LoginResultWith<F>>;
  }

  /**
   * Creates an account from a public form that must not reveal who has an account (ASVS 6.3.8). The
   * result and its cost are the same if the e-mail address is taken; a verified address then gets a
   * message that says so. The form takes no username and no other contacts, since these could be taken,
   * too; they can be added once the address is verified.
   *
   * If another sign-up has claimed the address without verifying it, the address gets a link with which
   * its reader confirms it. After `unprovenClaim`, a new account is created instead.
   *
   * @returns the `handle`, which confirms the address together with the token from the message. It is
   *   different for each call, even if the address is taken.
   * @throws AccountError as {@link createAccount}, except the errors for what is already taken;
   *   `TooManyRequests`; `InvalidConfiguration` without `delivery`.
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, email: string, password: string) {
   *   const { handle } = await accounts.requestAccount({ email, password });
   *   return handle; // for the page, which shows it beside the token from the mail
   * }
   * ```
   */
  requestAccount(input: InputWith<RequestAccountInput, F>): Promise<{ readonly handle: string }> {
    return this.#creation.requestAccount(input);
  }

  /**
   * Finds an account by username, e-mail address, phone number, account id, or the `foreignId` with
   * which it was imported: two reads by key, or one by account id, all strongly consistent.
   *
   * @returns the account, or null if there is none.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async findUser(input: FindUserInput): Promise<AccountWith<F> | null> {
    input = readObject(input, '');
    const { context } = input;
    const identifier = parseUserIdentifier(input, this.#core);
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
   * Lists accounts in the order of their usernames or e-mail addresses (UTF-8, in normalised form), page by
   * page: one `Query`, and by address one strongly consistent `BatchGetItem`. It reads the option `listing`'s
   * index, where a change appears within moments. Addresses that are not verified are listed and marked;
   * those that can no longer be verified are not.
   *
   * This is for operators: it has no limit on attempts, and whoever calls it sees who has an account.
   *
   * @throws AccountError `InvalidInput`, also for the cursor of another list; `InvalidConfiguration` without
   *   the option `listing`, and for a table without its index; `ServiceUnavailable`.
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function usernamesFrom(accounts: Accounts, prefix: string) {
   *   const usernames: (string | undefined)[] = [];
   *   let after: string | undefined;
   *   do {
   *     const page = await accounts.listAccounts({ by: 'username', prefix, after });
   *     usernames.push(...page.items.map(({ username }) => username));
   *     after = page.after;
   *   } while (after !== undefined);
   *   return usernames;
   * }
   * ```
   */
  async listAccounts(input: ListAccountsInput): Promise<AccountPage> {
    if (this.#listAccounts) return this.#listAccounts(this.#core, input);
    throw invalidOption('listing', 'It must be accountListing() of @latchkey/accounts/listing.');
  }

  /**
   * Logs in with a password, in five requests and three round trips: one resolves the identifier while
   * another counts the client's network, one Query reads the account while another counts its attempt, and
   * one transaction writes the session. An unknown user costs the same requests and the same hashing
   * (ASVS 6.3.8).
   *
   * @param input - `deviceToken`: from the last login on the same device, if there was one. Attempts with
   *   it are counted separately from those of strangers, at most 15 in a row. An invalid token is
   *   ignored; a token of another account costs one more read.
   * @throws AccountError `InvalidInput`; `LoginFailed` for an unknown user, an unverified address and a
   *   wrong password alike; `AccountLocked`, `TooManyRequests` before the password is checked;
   *   `AccountDeactivated`, `AccountNotActivated`, `Vetoed`, `TwoFactorRequired`,
   *   `TwoFactorEnrolmentRequired` after the right password; `TooBusy`, `SecretTooShort`,
   *   `ServiceUnavailable`.
   */
  async userByPasswordLogin(input: PasswordLoginInput): Promise<LoginResultWith<F>> {
    input = readInput(input);
    const { login } = await this.#passwordLogin.userByPasswordLogin(input);
    return login as LoginResultWith<F>;
  }

  /**
   * Authenticates the owner of a session again, as `sessions.requireRecentLogin` requires: by password, or
   * by the token or code of `magicLinks.request` or `phoneCodes.request`, for accounts without a password.
   * The session gets a new token, which is set on the request; the previous token becomes invalid
   * (ASVS 7.2.4). Attempts are counted by `throttling.password`, but separately from logins, so that
   * failed logins by a stranger do not block the owner. A code is counted like one at a login.
   *
   * @returns the new token, for the client.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`; `LoginFailed` for a wrong
   *   password, and for an account without one; `TokenVerificationFailed` for a token or code that is not
   *   valid, or is another account's; `AccountLocked`, `AuthenticatorDisabled`, `TooManyRequests`,
   *   `TooBusy`, `ServiceUnavailable`.
   */
  async reauthenticate(
    input: ReauthenticateInput | ReauthenticateByCodeInput,
  ): Promise<{ authToken: string }> {
    input = readInput(input);
    return isByCode(input)
      ? reauthenticateByCode(this.#core, input)
      : this.#passwordLogin.reauthenticate(input);
  }

  /**
   * Begins a session for a user whom the application has authenticated itself: neither password nor
   * second factor is checked. Never call it with an identifier that only a client has supplied. Three
   * requests, or two by account id.
   *
   * @throws AccountError `InvalidInput`; `UserNotFound`, also for an address that is not verified: the
   *   account may belong to someone else than the owner of the address; `AccountDeactivated`,
   *   `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`.
   */
  pushCustomSession(input: PushCustomSessionInput): Promise<LoginResult> {
    return this.#customLogin.pushCustomSession(input);
  }

  /**
   * Begins a session in another account, marked with the impersonator's id (`impersonatedBy`). The
   * session ends by `logout`, after `sessions.impersonation.duration`, or as soon as the impersonator's
   * own session, account or permission ends. It cannot change how the account's owner logs in, and
   * cannot begin another impersonation. A listener to `ValidateImpersonation` can set more rules, for
   * example to protect administrators. Two requests.
   *
   * @returns the login to the other account. The request keeps its own session.
   * @throws AccountError `InvalidInput`, also for the own account; `InvalidSession`,
   *   `ImpersonatedSession`, `PermissionDenied`, `UserNotFound`, `AccountDeactivated`,
   *   `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`.
   */
  impersonate(input: ImpersonateInput): Promise<LoginResult> {
    return this.#impersonation.impersonate(input);
  }

  /**
   * Authenticates a request and sets `request.user`. One strongly consistent `BatchGetItem` reads
   * account and session, so that a logout takes effect everywhere as soon as it returns. A request
   * without a token stays unchanged. Nothing is written, unless `rotation.after`, `idleTimeout` or
   * `onConnectionChange` requires it. After a rotation, `request.authToken` is the new token.
   *
   * Use a request object for one request only: the result is kept with the object and not read again.
   * On a connection that stays open, authenticate each message with a new object.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was removed
   *   from the request; `ServiceUnavailable`, with which the session may still be valid; `Vetoed` by a
   *   hook; `InvalidInput`, also for a frozen object; `SecretTooShort`.
   */
  handleRequest<R extends SessionRequest>(request: R): Promise<RequestWith<R, F>> {
    return this.#core.sessions.authenticator.handleRequest(request) as Promise<RequestWith<R, F>>;
  }

  /**
   * Replaces a token with a new one: one `BatchGetItem` and one `UpdateItem`. If the old token is used
   * again within `rotation.grace`, the result is the same new token. If it is used later, the session
   * ends. The session's expiry does not change, unless `sessions.extend` is set.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was removed
   *   from the request; `InvalidInput`, `ServiceUnavailable`, `SecretTooShort`.
   */
  refreshTokens(input: RefreshTokensInput): Promise<LoginResult> {
    return this.#core.sessions.authenticator.refreshTokens(input);
  }

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. It also accepts an
   * expired token, a token that was replaced, and a token whose session has already ended. A token whose
   * signature can no longer be verified is accepted if `request.user` is its account: never set
   * `request.user` from data that a client supplies. An impersonator ends only the impersonation session.
   *
   * @returns true if the session exists; false if it expired and was removed.
   * @throws AccountError `InvalidInput`, `TokenVerificationFailed`, `InvalidSession` for a token that
   *   the session never had, `ServiceUnavailable`, `SecretTooShort`.
   */
  logout(input: LogoutInput): Promise<boolean> {
    return this.#core.sessions.logouts.logout(input);
  }

  /**
   * Issues a token that verifies an e-mail address of an account: one request. The application sends it
   * to the address. An account can have 20 pending tokens (`tokens.maxPending`); after as many were
   * issued, the next call counts the valid ones, which takes a few more requests.
   *
   * @throws AccountError `InvalidInput`, `TooManyTokens`, `UserNotFound`, `ServiceUnavailable`
   */
  addEmailVerificationToken(input: AddEmailVerificationTokenInput): Promise<IssuedOneTimeToken> {
    return this.#emailVerification.addEmailVerificationToken(input);
  }

  /**
   * Verifies the e-mail address that a token was sent to; the token works once. Three requests; four
   * with a password, or if an address is removed; one more for a token that is short enough to be
   * guessed.
   *
   * The token alone proves that someone reads the mailbox, not that they created the account. It
   * therefore verifies the address only together with the account's own session (`request`), its
   * `password`, or the `handle` of the sign-up. Without any of these:
   *
   * - In an account without a username in which nothing has been verified, the reader of the mailbox
   *   sets a `newPassword`. All earlier passwords, sessions, contacts, factors and tokens become invalid.
   * - From any other account, the address is removed.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a token that is unknown,
   *   expired, used, revoked, of another kind, or for an address that the account no longer has;
   *   `EmailAlreadyVerified` for a token that has already verified its address; `NewPasswordRequired`,
   *   and nothing is changed; `EmailRemoved`, and the account no longer has the address; `LoginFailed`
   *   for a wrong password; `AccountLocked`; `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`; `InvalidSession` if the session of `request` has ended; `TooManyTokens` for a
   *   sixth replacement of an address within 7 days; `TooManyRequests`, `TooBusy`, `ServiceUnavailable`.
   */
  async verifyEmailWithToken(input: VerifyEmailWithTokenInput): Promise<void> {
    await this.#emailVerification.verifyEmailWithToken(input);
  }

  /**
   * Marks an e-mail address of an account as verified, because the application has verified it: two
   * requests. This proves nothing about the account's password and its other contacts.
   *
   * @returns the updated contact.
   * @throws AccountError `InvalidInput`; `UserNotFound` if the account does not have the address;
   *   `TooManyTokens` for a sixth replacement of an address within 7 days; `ServiceUnavailable`.
   */
  verifyEmail(input: EmailOfAccount): Promise<Contact> {
    return this.#emailVerification.verifyEmail(input);
  }

  /**
   * Sets a new password for an account, on the application's authority: two requests. When it returns,
   * every session of the account has ended, every token that was sent is invalid, and failed attempts
   * are reset. Every verified address is notified. An account without a password gets one.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`,
   *   `PasswordNotAllowed`, `UserNotFound`, `TooBusy`, `ServiceUnavailable`.
   */
  setPassword(input: SetPasswordInput): Promise<void> {
    return this.passwords.setPassword(input);
  }

  /**
   * Issues a token with which an account's owner can set a new password: one request. The application
   * sends it to an address that it trusts. An account can have 20 pending tokens (`tokens.maxPending`);
   * after as many were issued, the next call counts the valid ones, which takes a few more requests.
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

/** The options that the type arguments of `Accounts` make mandatory. */
type Needed<P, T, I, K> = ([P] extends [PhoneNumbers] ? { readonly phones: P } : unknown) &
  ([T] extends [TwoFactorPart] ? { readonly twoFactor: T } : unknown) &
  ([I] extends [IdentityProvidersPart] ? { readonly identityProviders: I } : unknown) &
  ([K] extends [PasskeysPart] ? { readonly passkeys: K } : unknown);

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
  O extends 'identityProviders' | 'passkeys' | 'phones' | 'twoFactor',
  F extends AccountFields = NoFields,
> = Accounts<
  F,
  'phones' extends O ? PhoneNumbers : MaybePhones,
  'twoFactor' extends O ? TwoFactorPart : MaybeTwoFactor,
  'identityProviders' extends O ? IdentityProvidersPart : MaybeProviders,
  'passkeys' extends O ? PasskeysPart : MaybePasskeys
>;

/** Tells whether somebody shows a token or a code; beside one, no password counts. */
function isByCode(input: unknown): input is ReauthenticateByCodeInput {
  const { token, challenge, code, password } = Object(input) as Record<string, unknown>;
  return password === undefined && [token, challenge, code].some((each) => each !== undefined);
}

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
