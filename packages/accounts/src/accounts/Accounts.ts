import type { Entity, Table } from '@latchkey/entity';
import {
  AccessType,
  Account,
  AccountAttempts,
  AccountToken,
  Session,
  type AccountFields,
} from '@latchkey/schema';
import { AccountPlaces } from '../apps/AccountPlaces.js';
import { audienceOf, parseAppId } from '../apps/appId.js';
import { parseAppPlan, type AppPlan } from '../apps/AppPlan.js';
import { Contacts } from '../contacts/Contacts.js';
import { PhoneVerification } from '../contacts/PhoneVerification.js';
import { Delivery, type DeliveryOptions } from '../delivery/Delivery.js';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { Events, type EventsOptions } from '../events/Events.js';
import { FrontDoor } from '../frontDoor/FrontDoor.js';
import type { SignUpInput, User } from '../frontDoor/frontDoorTypes.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { AccountExporter } from '../lifecycle/AccountExporter.js';
import { AccountLifecycle } from '../lifecycle/AccountLifecycle.js';
import { AccountProfile } from '../lifecycle/AccountProfile.js';
import { PasswordLogin, type PasswordLoginInput } from '../login/PasswordLogin.js';
import { MagicLinks } from '../magicLinks/MagicLinks.js';
import { CustomTokens } from '../oneTimeTokens/CustomTokens.js';
import { EmailVerification } from '../oneTimeTokens/EmailVerification.js';
import { OneTimeTokens } from '../oneTimeTokens/OneTimeTokens.js';
import type { OneTimeTokenOptions } from '../oneTimeTokens/tokenPolicy.js';
import { PasswordChanges } from '../passwordChanges/PasswordChanges.js';
import { PasswordResets } from '../passwordChanges/PasswordResets.js';
import { parseEnvironment } from '../sandbox/parseEnvironment.js';
import { Sandbox, type Environment } from '../sandbox/Sandbox.js';
import type { SessionRequest } from '../core/SessionRequest.js';
import { CustomLogin } from '../sessions/CustomLogin.js';
import { Impersonation } from '../sessions/Impersonation.js';
import type { SessionHookRegistry } from '../sessions/SessionHooks.js';
import { Sessions, type SessionsOptions } from '../sessions/Sessions.js';
import { MessageLimit } from '../throttling/MessageLimit.js';
import { Throttle } from '../throttling/Throttle.js';
import type { ThrottlingOptions } from '../throttling/throttlePolicy.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { TwoFactor } from '../twoFactor/TwoFactor.js';
import { twoFactorSettings, type TwoFactorOptions } from '../twoFactor/twoFactorSettings.js';
import {
  AccountCreation,
  type CreateAccountAndLoginInput,
  type RequestAccountInput,
} from './AccountCreation.js';
import type { AccountsCore, ChangeCore } from '../core/AccountsCore.js';
import { definePolicy } from '../core/sessionPolicy.js';
import { VerifiedRequests } from '../core/VerifiedRequests.js';
import { assertOptions } from './assertOptions.js';
import { defineAccount } from './defineAccount.js';
import type { CreateAccountInput } from './parseNewAccount.js';
import { findAccountId } from './findAccountId.js';
import type {
  AccountEntityWith,
  AccountWith,
  InputWith,
  LoginResultWith,
  NoFields,
  RequestWith,
} from './OwnFields.js';
import { ownFieldNames } from './ownFieldNames.js';
import { PasswordService, type PasswordOptions } from './PasswordService.js';

/** What {@link Accounts} takes. */
export interface AccountsOptions<F extends AccountFields = NoFields> {
  /** Where the accounts live; `table.namespace(…)` for one tenant of several. */
  readonly table: Table;
  /**
   * Which application of several in the table: each has its own users, in a name space of the table,
   * and the audience of its tokens is `latchkey/<appId>` unless `sessions.audience` is given. 1 to 64
   * letters, digits, `.`, `_` and `-`. See {@link AccountsRegistry}.
   */
  readonly appId?: string;
  /** How users pay, how long they may try, and how many there may be (default: no limits). */
  readonly plan?: Partial<AppPlan>;
  /** Whether the table is there to be emptied (default: `live`). See {@link Sandbox}. */
  readonly environment?: Environment;
  readonly sessions: SessionsOptions;
  readonly passwords?: PasswordOptions;
  /**
   * Whether an account with an e-mail address gets no session before one is confirmed, by whatever
   * way to log in (default: false; the confirmation is sent all the same).
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
  /** How a second factor protects accounts (default: none can be enrolled). */
  readonly twoFactor?: TwoFactorOptions;
  /** How messages reach people. */
  readonly delivery?: DeliveryOptions;
  /** How long those who are told or asked may take. */
  readonly events?: EventsOptions;
  /** Fields of the application's own that every account has, by name, as zod schemas. */
  readonly accountFields?: F;
  /**
   * The names of those `accountFields` that a visitor may give in a form, by `signUp` and
   * `requestAccount` (default: none). All others are the application's: a form that holds one is
   * refused.
   */
  readonly visitorFields?: readonly string[];
}

/** What {@link Accounts.findUser} takes. */
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
export class Accounts<F extends AccountFields = NoFields> {
  /** Which application of several this is. */
  readonly appId: string | undefined;
  readonly AccountEntity: AccountEntityWith<F>;
  readonly AccessTypeEntity: Entity<typeof AccessType>;
  readonly TokenEntity: Entity<typeof AccountToken>;
  readonly SessionEntity: Entity<typeof Session>;
  readonly sessions: Sessions;
  readonly contacts: Contacts;
  readonly twoFactor: TwoFactor;
  readonly #oneTimeTokens: OneTimeTokens;
  readonly #events: Events;
  readonly #core: AccountsCore;
  readonly #creation: AccountCreation;
  readonly #customLogin: CustomLogin;
  readonly #impersonation: Impersonation;
  readonly #passwordLogin: PasswordLogin;
  readonly #emailVerification: EmailVerification;
  readonly #passwordChanges: PasswordChanges;
  readonly #passwordResets: PasswordResets;
  readonly #magicLinks: MagicLinks;
  readonly #customTokens: CustomTokens;
  readonly #phoneVerification: PhoneVerification;
  readonly #lifecycle: AccountLifecycle;
  readonly #profile: AccountProfile;
  readonly #exporter: AccountExporter;
  readonly #frontDoor: FrontDoor;
  readonly #places: AccountPlaces;
  readonly #sandbox: Sandbox;

  /**
   * @param accountDefinition - that of `accountFields`, where several share it. Internal.
   * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
   */
  constructor(options: AccountsOptions<F>, accountDefinition?: typeof Account) {
    assertOptions(options);
    const { table: wholeTable, appId, plan, environment, sessions, accountFields } = options;
    const { passwords, tokens, throttling, twoFactor, delivery, events } = options;
    const { requireActivation = false, recentLogin = '10m', unprovenClaim = '7d' } = options;
    this.appId = appId === undefined ? undefined : parseAppId(appId, 'appId');
    const table = this.appId === undefined ? wholeTable : wholeTable.namespace(this.appId);
    const definition = accountDefinition ?? defineAccount(accountFields);
    const ownNames = ownFieldNames(accountFields);
    const accounts = table
      .entity(definition)
      .addIndexRelation('accessTypes', AccessType)
      .addIndexRelation('attempts', AccountAttempts)
      .addIndexRelation('tokens', AccountToken);
    this.AccountEntity = accounts as AccountEntityWith<F>;
    this.AccessTypeEntity = table.entity(AccessType);
    this.TokenEntity = table.entity(AccountToken);
    this.SessionEntity = table.entity(Session);
    this.#events = new Events(() => table.now(), events);
    const twoFactorSetup = twoFactor && twoFactorSettings(twoFactor);
    const passwordService = new PasswordService(passwords);
    const ownSessions = { ...sessions, audience: sessions.audience ?? audienceOf(this.appId) };
    const base: ChangeCore = {
      table,
      accounts,
      accessTypes: this.AccessTypeEntity,
      tokens: this.TokenEntity,
      sessionEntity: this.SessionEntity,
      events: this.#events,
      delivery: new Delivery(this.#events, delivery),
      verified: new VerifiedRequests(() => table.now()),
      sessionPolicy: definePolicy(ownSessions),
      unprovenClaimMs: parseDuration(unprovenClaim, 'unprovenClaim'),
      recentLogin: recentLogin === false ? false : parseDuration(recentLogin, 'recentLogin'),
    };
    this.#oneTimeTokens = new OneTimeTokens(base, tokens);
    this.sessions = new Sessions(ownSessions, base);
    this.#core = {
      ...base,
      accountFields: ownNames,
      visitorFields: parseVisitorFields(options.visitorFields, ownNames),
      throttle: new Throttle(table, throttling),
      messageLimit: new MessageLimit(table, throttling?.messages),
      oneTimeTokens: this.#oneTimeTokens,
      sessions: this.sessions,
      passwords: passwordService,
      plan: parseAppPlan(plan),
      requireActivation: parseRequireActivation(requireActivation),
      twoFactor: twoFactorSetup ?? {},
    };
    this.#creation = new AccountCreation(this.#core);
    this.#customLogin = new CustomLogin(this.#core);
    this.#impersonation = new Impersonation(this.#core, this.sessions.policy);
    this.#passwordLogin = new PasswordLogin(this.#core);
    this.#emailVerification = new EmailVerification(this.#core);
    this.#passwordChanges = new PasswordChanges(this.#core);
    this.#passwordResets = new PasswordResets(this.#core);
    this.#magicLinks = new MagicLinks(this.#core);
    this.#customTokens = new CustomTokens(this.#core);
    this.contacts = new Contacts(this.#core);
    this.twoFactor = new TwoFactor(this.#core, twoFactorSetup);
    this.#phoneVerification = new PhoneVerification(this.#core);
    this.#lifecycle = new AccountLifecycle(this.#core);
    this.#profile = new AccountProfile(this.#core);
    this.#exporter = new AccountExporter(this.#core);
    this.#frontDoor = new FrontDoor({
      core: this.#core,
      creation: this.#creation,
      passwordLogin: this.#passwordLogin,
      emailVerification: this.#emailVerification,
      passwordResets: this.#passwordResets,
      lifecycle: this.#lifecycle,
    });
    this.#places = new AccountPlaces(this.#core);
    this.#sandbox = new Sandbox({
      table: wholeTable,
      contents: table,
      environment: parseEnvironment(environment),
    });
  }

  /** Adds a listener to what happens to accounts; see {@link Events.on}. */
  get on(): Events['on'] {
    return this.#events.on.bind(this.#events);
  }

  /** See {@link Delivery.settled}. */
  settled(): Promise<void> {
    return this.#core.delivery.settled();
  }

  /** See {@link Sessions.handleRequest}. */
  get handleRequest(): <R extends SessionRequest>(request: R) => Promise<RequestWith<R, F>> {
    return this.sessions.handleRequest as never;
  }

  /** Adds hooks to what sessions do, after those that are there; see {@link SessionHookRegistry}. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    this.sessions.addHooks(add);
    return this;
  }

  /** See {@link Sessions.refreshTokens}. */
  get refreshTokens(): Sessions['refreshTokens'] {
    return this.sessions.refreshTokens;
  }

  /** See {@link Sessions.logout}. */
  get logout(): Sessions['logout'] {
    return this.sessions.logout;
  }

  /** See {@link CustomLogin.pushCustomSession}. */
  get pushCustomSession(): CustomLogin['pushCustomSession'] {
    return this.#customLogin.pushCustomSession;
  }

  /** See {@link Impersonation.impersonate}. */
  get impersonate(): Impersonation['impersonate'] {
    return this.#impersonation.impersonate;
  }

  /** See {@link Sessions.requireRecentLogin}. */
  get requireRecentLogin(): Sessions['requireRecentLogin'] {
    return this.sessions.requireRecentLogin;
  }

  /** See {@link Sessions.requirePermission}. */
  get requirePermission(): Sessions['requirePermission'] {
    return this.sessions.requirePermission;
  }

  /** See {@link FrontDoor.signUp}. */
  get signUp(): (input: InputWith<SignUpInput, F>) => Promise<User> {
    return this.#frontDoor.signUp;
  }

  /** See {@link FrontDoor.signIn}. */
  get signIn(): FrontDoor['signIn'] {
    return this.#frontDoor.signIn;
  }

  /** See {@link FrontDoor.signOut}. */
  get signOut(): FrontDoor['signOut'] {
    return this.#frontDoor.signOut;
  }

  /** See {@link FrontDoor.activate}. */
  get activate(): FrontDoor['activate'] {
    return this.#frontDoor.activate;
  }

  /** See {@link FrontDoor.resendActivation}. */
  get resendActivation(): FrontDoor['resendActivation'] {
    return this.#frontDoor.resendActivation;
  }

  /** See {@link FrontDoor.forgotPassword}. */
  get forgotPassword(): FrontDoor['forgotPassword'] {
    return this.#frontDoor.forgotPassword;
  }

  /** See {@link FrontDoor.updateUser}. */
  get updateUser(): FrontDoor['updateUser'] {
    return this.#frontDoor.updateUser;
  }

  /** See {@link FrontDoor.deleteUser}. */
  get deleteUser(): FrontDoor['deleteUser'] {
    return this.#frontDoor.deleteUser;
  }

  /** See {@link FrontDoor.verifyAuthToken}. */
  get verifyAuthToken(): FrontDoor['verifyAuthToken'] {
    return this.#frontDoor.verifyAuthToken;
  }

  /** See {@link AccountCreation.createAccount}. */
  get createAccount(): (input: InputWith<CreateAccountInput, F>) => Promise<AccountWith<F>> {
    return this.#creation.createAccount as never;
  }

  /** See {@link AccountCreation.createAccountAndLogin}. */
  get createAccountAndLogin(): (
    input: InputWith<CreateAccountAndLoginInput, F>,
  ) => Promise<LoginResultWith<F>> {
    return this.#creation.createAccountAndLogin as never;
  }

  /** See {@link AccountCreation.requestAccount}. */
  get requestAccount(): (
    input: InputWith<RequestAccountInput, F>,
  ) => Promise<{ readonly handle: string }> {
    return this.#creation.requestAccount;
  }

  /** See {@link PasswordLogin.userByPasswordLogin}. */
  get userByPasswordLogin(): (input: PasswordLoginInput) => Promise<LoginResultWith<F>> {
    return this.#passwordLogin.userByPasswordLogin as never;
  }

  /** See {@link PasswordLogin.reauthenticate}. */
  get reauthenticate(): PasswordLogin['reauthenticate'] {
    return this.#passwordLogin.reauthenticate;
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
    const identifier = parseLoginIdentifier(input.username, 'username');
    return inAccountTerms(async () => {
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

  /** See {@link EmailVerification.addEmailVerificationToken}. */
  get addEmailVerificationToken(): EmailVerification['addEmailVerificationToken'] {
    return this.#emailVerification.addEmailVerificationToken;
  }

  /** See {@link EmailVerification.verifyEmailWithToken}. */
  get verifyEmailWithToken(): EmailVerification['verifyEmailWithToken'] {
    return this.#emailVerification.verifyEmailWithToken;
  }

  /** See {@link EmailVerification.verifyEmail}. */
  get verifyEmail(): EmailVerification['verifyEmail'] {
    return this.#emailVerification.verifyEmail;
  }

  /** See {@link PasswordChanges.changePassword}. */
  get changePassword(): PasswordChanges['changePassword'] {
    return this.#passwordChanges.changePassword;
  }

  /** See {@link PasswordChanges.setPassword}. */
  get setPassword(): PasswordChanges['setPassword'] {
    return this.#passwordChanges.setPassword;
  }

  /** See {@link PasswordResets.requestPasswordReset}. */
  get requestPasswordReset(): PasswordResets['requestPasswordReset'] {
    return this.#passwordResets.requestPasswordReset;
  }

  /** See {@link PasswordResets.addResetPasswordToken}. */
  get addResetPasswordToken(): PasswordResets['addResetPasswordToken'] {
    return this.#passwordResets.addResetPasswordToken;
  }

  /** See {@link FrontDoor.resetPassword}. */
  get resetPassword(): FrontDoor['resetPassword'] {
    return this.#frontDoor.resetPassword;
  }

  /** See {@link PasswordResets.removeAllResetPasswordTokens}. */
  get removeAllResetPasswordTokens(): PasswordResets['removeAllResetPasswordTokens'] {
    return this.#passwordResets.removeAllResetPasswordTokens;
  }

  /** See {@link MagicLinks.requestMagicLink}. */
  get requestMagicLink(): MagicLinks['requestMagicLink'] {
    return this.#magicLinks.requestMagicLink;
  }

  /** See {@link MagicLinks.loginWithMagicLink}. */
  get loginWithMagicLink(): MagicLinks['loginWithMagicLink'] {
    return this.#magicLinks.loginWithMagicLink;
  }

  /** See {@link CustomTokens.issueToken}. */
  get issueToken(): CustomTokens['issueToken'] {
    return this.#customTokens.issueToken;
  }

  /** See {@link CustomTokens.consumeToken}. */
  get consumeToken(): CustomTokens['consumeToken'] {
    return this.#customTokens.consumeToken;
  }

  /** See {@link PhoneVerification.requestPhoneVerification}. */
  get requestPhoneVerification(): PhoneVerification['requestPhoneVerification'] {
    return this.#phoneVerification.requestPhoneVerification;
  }

  /** See {@link PhoneVerification.verifyPhone}. */
  get verifyPhone(): PhoneVerification['verifyPhone'] {
    return this.#phoneVerification.verifyPhone;
  }

  /** See {@link AccountProfile.changeUsername}. */
  get changeUsername(): AccountProfile['changeUsername'] {
    return this.#profile.changeUsername;
  }

  /** See {@link AccountProfile.updateProfile}. */
  get updateProfile(): AccountProfile['updateProfile'] {
    return this.#profile.updateProfile;
  }

  /** See {@link AccountLifecycle.deactivate}. */
  get deactivate(): AccountLifecycle['deactivate'] {
    return this.#lifecycle.deactivate;
  }

  /** See {@link AccountLifecycle.reactivate}. */
  get reactivate(): AccountLifecycle['reactivate'] {
    return this.#lifecycle.reactivate;
  }

  /** See {@link AccountLifecycle.deleteAccount}. */
  get deleteAccount(): AccountLifecycle['deleteAccount'] {
    return this.#lifecycle.deleteAccount;
  }

  /** See {@link AccountLifecycle.finishDeletions}. */
  get finishDeletions(): AccountLifecycle['finishDeletions'] {
    return this.#lifecycle.finishDeletions;
  }

  /** See {@link AccountExporter.exportAccount}. */
  get exportAccount(): AccountExporter['exportAccount'] {
    return this.#exporter.exportAccount;
  }

  /** See {@link AccountPlaces.countPlaces}. */
  get countPlaces(): AccountPlaces['countPlaces'] {
    return this.#places.countPlaces;
  }

  /** See {@link AccountPlaces.assignPlaces}. */
  get assignPlaces(): AccountPlaces['assignPlaces'] {
    return this.#places.assignPlaces;
  }

  /** See {@link Sandbox.createSandboxTable}. */
  get createSandboxTable(): Sandbox['createSandboxTable'] {
    return this.#sandbox.createSandboxTable;
  }

  /** See {@link Sandbox.resetSandbox}. */
  get resetSandbox(): Sandbox['resetSandbox'] {
    return this.#sandbox.resetSandbox;
  }
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
