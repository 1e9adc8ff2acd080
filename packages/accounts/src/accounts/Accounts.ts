import type { Entity, Table, TransactOperation } from '@latchkey/entity';
import { AccessType, Account, AccountToken, Session, type Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { requireUlid } from '../errors/requireUlid.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import {
  OneTimeTokens,
  type IssuedOneTimeToken,
  type OneTimeTokenLifetimes,
} from '../oneTimeTokens/OneTimeTokens.js';
import { BcryptHasher } from '../passwords/BcryptHasher.js';
import { parseLoginPassword, parsePassword } from '../passwords/parsePassword.js';
import type { PasswordHasher } from '../passwords/PasswordHasher.js';
import { replacePassword, type PasswordHolder } from '../passwords/replacePassword.js';
import { definePasswordPolicy, type PasswordPolicy } from '../passwords/PasswordPolicy.js';
import {
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from '../sessions/SessionRequest.js';
import { Sessions, type LoginResult, type SessionsOptions } from '../sessions/Sessions.js';
import type { AccountEntity } from './AccountEntity.js';
import { readEmailOfAccount, type EmailOfAccount } from './readEmailOfAccount.js';
import { parseNewAccount, type CreateAccountInput } from './parseNewAccount.js';

/** What {@link Accounts} takes. */
export interface AccountsOptions {
  /** Where the accounts live; `table.namespace(…)` for one tenant of several. */
  readonly table: Table;
  readonly sessions: SessionsOptions;
  readonly passwords?: {
    /** Turns passwords into what is stored (default: bcryptjs at cost 10). */
    readonly hasher?: PasswordHasher;
    /** How long a password must and may be, in code points (default: 8 to 1000). */
    readonly policy?: Partial<PasswordPolicy>;
  };
  /** How long one-time tokens are good for. */
  readonly tokens?: OneTimeTokenLifetimes;
}

/** What {@link Accounts.userByPasswordLogin} takes. */
export interface PasswordLoginInput {
  /** A username, an e-mail address, a phone number or an account id. */
  readonly username: string;
  readonly password: string;
  readonly request: SessionRequest;
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
export class Accounts {
  readonly AccountEntity: AccountEntity;
  readonly AccessTypeEntity: Entity<typeof AccessType>;
  readonly TokenEntity: Entity<typeof AccountToken>;
  readonly SessionEntity: Entity<typeof Session>;
  readonly sessions: Sessions;
  readonly #table: Table;
  readonly #hasher: PasswordHasher;
  readonly #policy: PasswordPolicy;
  readonly #oneTimeTokens: OneTimeTokens;

  /** @throws AccountError `InvalidConfiguration` for an option that cannot be used. */
  constructor({ table, sessions, passwords = {}, tokens }: AccountsOptions) {
    this.#table = table;
    this.#hasher = passwords.hasher ?? new BcryptHasher();
    this.#policy = definePasswordPolicy(passwords.policy);
    this.AccountEntity = table
      .entity(Account)
      .addIndexRelation('accessTypes', AccessType)
      .addIndexRelation('tokens', AccountToken);
    this.AccessTypeEntity = table.entity(AccessType);
    this.TokenEntity = table.entity(AccountToken);
    this.SessionEntity = table.entity(Session);
    this.#oneTimeTokens = new OneTimeTokens(table, this.AccountEntity, this.TokenEntity, tokens);
    this.sessions = new Sessions(sessions, table, this.AccountEntity, this.SessionEntity);
  }

  /** See {@link Sessions.handleRequest}. */
  get handleRequest(): Sessions['handleRequest'] {
    return this.sessions.handleRequest;
  }

  /** See {@link Sessions.logout}. */
  get logout(): Sessions['logout'] {
    return this.sessions.logout;
  }

  /**
   * Makes an account with its contacts and password: one transaction, in which username and e-mail
   * address are taken or nothing is written.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong` before anything is
   *   written; `UsernameAlreadyExists`, `EmailAlreadyExists`, `ServiceUnavailable`.
   */
  async createAccount(input: CreateAccountInput): Promise<AccountDocument> {
    const { email, password, ...own } = parseNewAccount(input, this.#policy);
    const accountId = this.#table.newUlid();
    // As one value: what a request carries must not pass for what the application says itself.
    const context = { request: input.request };
    const value = await this.#hasher.hash(password);
    const account = this.AccountEntity.createOneOperation({
      // The owner may administer the account's own profile, and nothing else.
      item: { ...own, accountId, permissions: [`admin_profile:${accountId}`] },
      context,
    });
    const passwordToken = this.TokenEntity.createOneOperation({
      item: { accountId, kind: 'password', createdFor: accountId, reason: 'signup', value },
      context,
    });
    const contacts = (email === undefined ? [] : [email]).map((address) =>
      this.AccessTypeEntity.createOneOperation({
        item: { accountId, verified: false, data: { kind: 'email', value: address } },
        context,
      }),
    );
    return inAccountTerms(async () => {
      const [document] = await this.#table.transact([account, passwordToken, ...contacts]);
      return document;
    });
  }

  /**
   * Finds an account by username, e-mail address, phone number or account id: two reads by key, or
   * one by account id, all strongly consistent.
   *
   * @returns the account, or null if there is none.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async findUser(input: { readonly username: string }): Promise<AccountDocument | null> {
    requireObject(input, '');
    const identifier = parseLoginIdentifier(input.username, 'username');
    return inAccountTerms(async () => {
      const accountId = await this.#accountIdOf(identifier);
      if (accountId === undefined) return null;
      const { item } = await this.AccountEntity.findOne({
        filter: { accountId },
        consistent: true,
      });
      return item;
    });
  }

  /**
   * Logs in with a password: the identifier's owner, everything of the account that is needed in
   * one Query, and the new session. An unknown user costs the same requests and the same hashing.
   *
   * @throws AccountError `InvalidInput`; `LoginFailed` for an unknown user and a wrong password
   *   alike; `AccountDeactivated` after the right password; `SecretTooShort`, `ServiceUnavailable`.
   */
  async userByPasswordLogin(input: PasswordLoginInput): Promise<LoginResult> {
    requireObject(input, '');
    const identifier = parseLoginIdentifier(input.username, 'username');
    const password = parseLoginPassword(input.password, { policy: this.#policy });
    readConnectionInfo(input.request);
    return inAccountTerms(async () => {
      const accountId = (await this.#accountIdOf(identifier)) ?? this.#table.newUlid();
      const { item } = await this.AccountEntity.findOne({
        filter: { accountId },
        include: { tokens: true },
        secrets: true,
        consistent: true,
      });
      const stored = item?.tokens.filter(({ kind }) => kind === 'password').at(-1)?.value;
      const matches = await this.#hasher.verify(password, stored ?? this.#hasher.dummyHash);
      if (!item || stored === undefined || !matches) throw new AccountError('LoginFailed', {});
      if (item.deactivated) throw new AccountError('AccountDeactivated', {});
      const { tokens: _, ...account } = item;
      return this.sessions.begin(account, input.request);
    });
  }

  /**
   * Marks an e-mail address of an account as verified: two requests.
   *
   * @returns the contact as it is then.
   * @throws AccountError `InvalidInput`; `UserNotFound` when the account does not have the address.
   */
  async verifyEmail(input: EmailOfAccount): Promise<Infer<typeof AccessType>> {
    const { accountId, email } = readEmailOfAccount(input);
    return inAccountTerms(async () => {
      const filter = { 'data.kind': 'email', 'data.value': email } as const;
      const { key } = await this.AccessTypeEntity.findKey({ filter });
      if (key?.accountId !== accountId) throw new AccountError('UserNotFound', {});
      const { item } = await this.AccessTypeEntity.updateOne({
        filter: key,
        update: { $set: { verified: true } },
      });
      if (!item) throw new AccountError('UserNotFound', {});
      return item;
    });
  }

  /**
   * Issues a token to be sent to an e-mail address of an account, which proves that its owner reads
   * it: one request.
   *
   * @param input - `token`: the caller's own, 4 to 1000 characters (default: 256 random bits).
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async addEmailVerificationToken(
    input: EmailOfAccount & { readonly token?: string },
  ): Promise<IssuedOneTimeToken> {
    const { accountId, email } = readEmailOfAccount(input);
    const { token } = input;
    return inAccountTerms(() =>
      this.#oneTimeTokens.issue({
        accountId,
        kind: 'email_verification',
        createdFor: email,
        token,
      }),
    );
  }

  /**
   * Verifies the e-mail address that a token was sent to; the token works once. Three requests.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a token that is unknown,
   *   expired, used, of another kind, or for an address that the account no longer has.
   */
  async verifyEmailWithToken(input: { readonly token: string }): Promise<void> {
    requireObject(input, '');
    await inAccountTerms(async () => {
      const holder = await this.#oneTimeTokens.find(input.token, 'email_verification');
      const contact = holder.account.accessTypes.find(
        ({ data }) => data.kind === 'email' && data.value === holder.token.createdFor,
      );
      if (!contact) throw new AccountError('TokenVerificationFailed', { path: 'token' });
      const { accountId, ulid } = contact;
      const verify = this.AccessTypeEntity.updateOneOperation({
        filter: { accountId, 'data.kind': 'email', ulid },
        update: { $set: { verified: true } },
      });
      await this.#oneTimeTokens.consume(holder, [verify]);
    });
  }

  /**
   * Gives an account a new password: two requests. Every session of the account has ended, and
   * every token sent out before is void, when it returns.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `UserNotFound`
   */
  async setPassword(input: {
    readonly accountId: string;
    readonly newPassword: string;
  }): Promise<void> {
    requireObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    const value = await this.#hashNew(input.newPassword);
    await inAccountTerms(async () => {
      const { item: account } = await this.AccountEntity.findOne({
        filter: { accountId },
        include: { tokens: true },
        consistent: true,
      });
      if (!account) throw new AccountError('UserNotFound', {});
      await this.#table.transact(this.#newPassword({ account, now: this.#table.now() }, value));
    });
  }

  /**
   * Issues a token with which an account's owner can choose a new password: one request.
   *
   * @param input - `token`: the caller's own, 4 to 1000 characters (default: 256 random bits).
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async addResetPasswordToken(input: {
    readonly accountId: string;
    readonly reason?: string;
    readonly token?: string;
  }): Promise<IssuedOneTimeToken> {
    requireObject(input, '');
    const { accountId, reason, token } = input;
    requireUlid(accountId, 'accountId');
    return inAccountTerms(() =>
      this.#oneTimeTokens.issue({
        accountId,
        kind: 'password_recovery',
        createdFor: accountId,
        token,
        ...(reason !== undefined && { reason }),
      }),
    );
  }

  /**
   * Sets a new password by a token; the token works once. Three requests. It does not log in; every
   * session has ended, and every other token sent out before is void, when it returns.
   *
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`;
   *   `TokenVerificationFailed` for a token that is unknown, expired, used or of another kind.
   */
  async resetPassword(input: {
    readonly token: string;
    readonly newPassword: string;
  }): Promise<void> {
    requireObject(input, '');
    const { token, newPassword } = input;
    parsePassword(newPassword, { path: 'newPassword', policy: this.#policy });
    await inAccountTerms(async () => {
      const holder = await this.#oneTimeTokens.find(token, 'password_recovery');
      // Only now, so that a guess costs no hashing (ASVS 15.1.3).
      const value = await this.#hashNew(newPassword);
      const { account, token: used } = holder;
      const change = { account, except: used.ulid, now: this.#table.now() };
      await this.#oneTimeTokens.consume(holder, this.#newPassword(change, value));
    });
  }

  /**
   * Deletes every password reset token of an account.
   *
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async removeAllResetPasswordTokens(input: {
    readonly accountId: string;
  }): Promise<{ deletedCount: number }> {
    requireObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    return inAccountTerms(() =>
      this.TokenEntity.deleteMany({ filter: { accountId, kind: 'password_recovery' } }),
    );
  }

  /**
   * Keeps an account from being used, and ends its sessions, in one write.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async deactivate(input: { readonly accountId: string }): Promise<AccountDocument> {
    return this.#setDeactivated(input, true);
  }

  /**
   * Lets an account be used again; the sessions that deactivation has ended stay so.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async reactivate(input: { readonly accountId: string }): Promise<AccountDocument> {
    return this.#setDeactivated(input, false);
  }

  /**
   * Deletes an account with everything in its partition; its username and addresses are free again.
   * A call that was interrupted can be made again. From the first write on, no session verifies.
   *
   * @returns how many documents were deleted; 0 for an account that is not there.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async deleteAccount(input: { readonly accountId: string }): Promise<{ deletedCount: number }> {
    requireObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    return inAccountTerms(async () => {
      const filter = { accountId };
      const { item } = await this.AccountEntity.updateOne({
        filter,
        update: { $set: { deactivated: true } },
      });
      if (!item) return { deletedCount: 0 };
      const { deletedCount } = await this.AccountEntity.deleteOne({ filter, withRelated: true });
      return { deletedCount };
    });
  }

  async #setDeactivated(
    input: { readonly accountId: string },
    deactivated: boolean,
  ): Promise<AccountDocument> {
    requireObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    const { item } = await inAccountTerms(() =>
      this.AccountEntity.updateOne({
        filter: { accountId },
        update: { $set: { deactivated, sessionGeneration: this.#table.newUlid() } },
      }),
    );
    if (!item) throw new AccountError('UserNotFound', {});
    return item;
  }

  async #hashNew(newPassword: unknown): Promise<string> {
    const options = { path: 'newPassword', policy: this.#policy };
    return this.#hasher.hash(parsePassword(newPassword, options));
  }

  #newPassword(holder: PasswordHolder, value: string): TransactOperation<unknown>[] {
    return replacePassword(holder, value, this.#table.newUlid(), {
      accounts: this.AccountEntity,
      tokens: this.TokenEntity,
      oneTimeTokens: this.#oneTimeTokens,
    });
  }

  /** Whose an identifier is, by one read of its unique item; undefined if it is nobody's. */
  async #accountIdOf({ kind, value }: LoginIdentifier): Promise<string | undefined> {
    if (kind === 'accountId') return value;
    const { key } =
      kind === 'username'
        ? await this.AccountEntity.findKey({ filter: { username: value } })
        : await this.AccessTypeEntity.findKey({
            filter: { 'data.kind': kind, 'data.value': value },
          });
    return key?.accountId;
  }
}
