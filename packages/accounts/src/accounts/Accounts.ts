import type { Entity, Table } from '@latchkey/entity';
import { AccessType, Account, AccountToken, Session } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { BcryptHasher } from '../passwords/BcryptHasher.js';
import { parseLoginPassword } from '../passwords/parsePassword.js';
import type { PasswordHasher } from '../passwords/PasswordHasher.js';
import { definePasswordPolicy, type PasswordPolicy } from '../passwords/PasswordPolicy.js';
import {
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from '../sessions/SessionRequest.js';
import { Sessions, type LoginResult, type SessionsOptions } from '../sessions/Sessions.js';
import type { AccountEntity } from './AccountEntity.js';
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

  /** @throws AccountError `InvalidConfiguration` for an option that cannot be used. */
  constructor({ table, sessions, passwords = {} }: AccountsOptions) {
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
