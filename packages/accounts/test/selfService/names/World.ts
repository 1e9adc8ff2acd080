import { commonPasswords } from '../../../src/passwords/common/commonPasswords.js';
import { Table } from '@latchkey/entity';
import { localClient } from '@latchkey/entity/testing';
import { tableItems } from '../../../../entity/test/support/tableItems.js';
import { Accounts, type AccountsOptions } from '../../../src/accounts/Accounts.js';
import { AccountsRegistry } from '../../../src/apps/AccountsRegistry.js';
import type { User } from '../../../src/selfService/selfServiceInputs.js';
import type { SessionRequest } from '../../../src/requests/SessionRequest.js';
import { Mailbox } from '../../oneTimeTokens/Mailbox.js';
import {
  createTestAccounts,
  PASSWORD,
  requestWith,
  SECRET,
  type TestAccounts,
} from '../../support/testAccounts.js';
import { QuickHasher } from '../../support/QuickHasher.js';
import { selfService } from '../../support/selfService.js';

/** As the package's own hashers, it takes a password in whatever form for the same. */
class ComposingHasher extends QuickHasher {
  override hash(password: string): Promise<string> {
    return super.hash(password.normalize('NFC'));
  }

  override verify(password: string, stored: string): Promise<boolean> {
    return super.verify(password.normalize('NFC'), stored);
  }
}

/** Somebody who has signed up. */
export interface Person {
  /** With the session, if there is one. */
  readonly request: SessionRequest;
  /** Confirms the e-mail address. */
  readonly token: string;
  readonly email: string;
  readonly accountId: string;
}

/** What can be different about somebody. */
export interface PersonParams {
  readonly username?: string | undefined;
  readonly email?: string;
  readonly password?: string;
}

/** The options that a world of its own can have. */
export type WorldOptions = Partial<Omit<AccountsOptions, 'table' | 'sessions'>>;

/** Accounts, and short ways to call `SelfService` on them. */
export class World {
  readonly mailbox = new Mailbox();
  readonly #test: TestAccounts;
  readonly #accounts: Accounts;
  #people = 0;
  #registry: AccountsRegistry | undefined;

  private constructor(test: TestAccounts, options: WorldOptions) {
    this.#test = test;
    this.#accounts = this.#accountsOver(test.table, options);
  }

  /** With one account whose address is confirmed: `known`, `known@example.com`. */
  static async open(options: WorldOptions = {}): Promise<World> {
    const world = new World(await createTestAccounts(), options);
    const { token } = await world.person({ username: 'known', email: 'known@example.com' });
    await selfService(world.#accounts).activate({ token, password: PASSWORD });
    return world;
  }

  close(): Promise<void> {
    return this.#test.drop();
  }

  get accounts(): Accounts {
    return this.#accounts;
  }

  get client(): TestAccounts['client'] {
    return this.#test.client;
  }

  advance(milliseconds: number): void {
    this.#test.clock.advance(milliseconds);
  }

  /** Everything in the table. */
  items(): ReturnType<typeof tableItems> {
    return tableItems(this.client, this.#test.table.name);
  }

  /** Somebody new signs up, by their parameters where there are some. */
  signUp(params: unknown = {}, accounts: Accounts = this.#accounts): Promise<unknown> {
    const username = `person${String(++this.#people)}`;
    return selfService(accounts).signUp(
      withParams({ username, password: PASSWORD, request: requestWith() }, params) as never,
    );
  }

  /** The one who is known signs in, unless the parameters say otherwise. */
  signIn(params: unknown = {}): Promise<unknown> {
    const usual = { username: 'known', password: PASSWORD, request: requestWith() };
    return selfService(this.#accounts).signIn(withParams(usual, params) as never);
  }

  /** The one who is known has forgotten the password, unless the parameters say otherwise. */
  forgotPassword(params: unknown = {}): Promise<unknown> {
    return selfService(this.#accounts).forgotPassword(
      withParams({ username: 'known', request: requestWith() }, params) as never,
    );
  }

  /** Somebody new, with an address that is not confirmed, signs up. */
  async person(params: PersonParams = {}): Promise<Person> {
    const request = requestWith();
    const email = `person${String(++this.#people)}@example.com`;
    await this.mailbox.take();
    const { userId } = (await this.signUp({ email, request, ...params })) as User;
    const token = await this.mailbox.token('EmailVerification');
    return { request, token, accountId: userId, email: params.email ?? email };
  }

  /** A token with which somebody can choose another password. */
  async resetToken({ accountId }: Person): Promise<string> {
    return (await this.#accounts.addResetPasswordToken({ accountId })).token;
  }

  /** The accounts of an application; there is one, `shop`. */
  app(appId: unknown): Accounts {
    this.#registry ??= new AccountsRegistry({
      table: this.#test.table,
      apps: { shop: {} },
      sessions: { getTokenSecret: () => SECRET },
    });
    return this.#registry.app(appId);
  }

  /** Signs somebody up by way of a connection to an endpoint of DynamoDB. */
  async signUpBy(endpoint: string | undefined): Promise<unknown> {
    const client = localClient(endpoint);
    try {
      const table = new Table({ name: this.#test.table.name, client });
      return await this.signUp({}, this.#accountsOver(table));
    } finally {
      client.destroy();
    }
  }

  #accountsOver(table: Table, options: WorldOptions = {}): Accounts {
    return new Accounts({
      passwords: { policy: 'userbase', common: commonPasswords(), hasher: new ComposingHasher() },
      delivery: this.mailbox,
      ...options,
      table,
      sessions: { getTokenSecret: () => SECRET },
    });
  }
}

/** What is no object of parameters is given as it is. */
function withParams(usual: object, params: unknown): unknown {
  const isObject = typeof params === 'object' && params !== null && !Array.isArray(params);
  return isObject ? { ...usual, ...params } : params;
}
