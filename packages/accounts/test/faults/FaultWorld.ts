import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Table } from '@latchkey/entity';
import {
  createTestTable,
  injectFaults,
  localClient,
  type FaultInjector,
} from '@latchkey/entity/testing';
import { TOTP } from 'otpauth';
import { QUICK_RETRIES } from '../../../entity/test/support/quickRetries.js';
import { Accounts, type AccountsWith } from '../../src/accounts/Accounts.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import { passkeys } from '../../src/passkeys/index.js';
import { signUpByLink } from '../../src/passwordless/index.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import { Device, ORIGIN, RP_ID } from '../passkeys/Device.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { sweepAccounts } from '../support/sweepAccounts.js';
import { PASSWORD, requestWith, SECRET, TestClock } from '../support/testAccounts.js';

export const NEW_PASSWORD = 'canary-new-password battery staple';
export const EMAIL = 'ada@example.com';
export const OTHER_EMAIL = 'countess@example.com';
export const PHONE = '+14155552671';
const STEP_MS = 30_000;

/** Somebody with an account, who is logged in. */
export interface Owner {
  readonly accountId: string;
  readonly request: SessionRequest;
  readonly authToken: string;
}

/** Accounts in a namespace of their own, in a table whose requests can meet faults. */
export class FaultWorld {
  readonly accounts: AccountsWith<'passkeys' | 'phones' | 'twoFactor'>;
  readonly clock: TestClock;
  readonly messages: Message[] = [];
  readonly #tables: FaultTable;
  readonly #prefix: string;

  constructor(tables: FaultTable, name: string) {
    this.#tables = tables;
    this.clock = tables.clock;
    this.#prefix = `@${name}#`;
    const table = tables.table.namespace(name);
    this.accounts = new Accounts({
      table,
      sessions: { getTokenSecret: () => SECRET, rotation: { after: '15m' } },
      passwords: { hasher: new QuickHasher() },
      phones: phoneNumbers({ login: true }),
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
      }),
      passkeys: passkeys({ rpId: RP_ID, rpName: 'Tests', origins: [ORIGIN] }),
      signUpByLink: signUpByLink(),
      plan: { maxAccounts: 10 },
      environment: 'sandbox',
      delivery: { send: (message: Message) => void this.messages.push(message) },
    } as never) as never;
  }

  /** Says what contradicts the promises; see `sweepAccounts`. */
  sweep(): Promise<string[]> {
    return sweepAccounts(this.#tables.client, this.#tables.table.name, this.#prefix);
  }

  /** An account with a username, a verified address and a password, and its session. */
  async owner(): Promise<Owner> {
    const request = requestWith();
    const { account, authToken } = await this.accounts.createAccountAndLogin({
      username: 'ada',
      email: EMAIL,
      password: PASSWORD,
      request,
    });
    const { accountId } = account;
    await this.accounts.verifyEmail({ accountId, email: EMAIL });
    await this.accounts.settled();
    this.messages.length = 0;
    return { accountId, request, authToken };
  }

  /** The same, with an authenticator app. */
  async protectedOwner(): Promise<Owner & { secret: string; recoveryCodes: readonly string[] }> {
    const owner = await this.owner();
    const { request } = owner;
    const { secret } = await this.accounts.twoFactor.enrol({ request });
    const confirmed = await this.accounts.twoFactor.confirm({ request, code: this.code(secret) });
    this.clock.advance(STEP_MS);
    return { ...owner, secret, ...confirmed };
  }

  /** The code that the authenticator app shows. */
  code(secret: string): string {
    return new TOTP({ secret }).generate({ timestamp: this.clock.now().getTime() });
  }

  /** The challenge of the first step of a login. */
  async challenge(): Promise<string> {
    try {
      await this.login();
    } catch (error) {
      if (AccountError.is(error) && error.challenge !== undefined) return error.challenge;
      throw error;
    }
    throw new Error('expected a challenge');
  }

  async login(password = PASSWORD, request = requestWith()): Promise<SessionRequest> {
    await this.accounts.userByPasswordLogin({ username: 'ada', password, request });
    return request;
  }

  /** Registers a passkey. */
  async passkey({ request }: Owner): Promise<{ device: Device; passkeyId: string }> {
    const device = new Device();
    const begun = await this.accounts.passkeys.createRegistrationOptions({ request });
    const { browserSecret } = begun;
    const response = device.create(begun.options);
    const { passkeyId } = await this.accounts.passkeys.register({
      request,
      response,
      browserSecret,
    });
    return { device, passkeyId };
  }

  /** Leaves an account whose deletion has begun and did not come to its end. */
  async interruptDeletion(accountId: string): Promise<void> {
    const { faults } = this.#tables;
    const outage = faults.on('GetItem', 'timeout', { times: Infinity });
    await this.accounts.lifecycle.delete({ accountId }).catch(() => undefined);
    if (outage.hits === 0) throw new Error('expected a deletion that reads before its last write');
    faults.reset();
  }

  /** The newest message of a kind. */
  async message(kind: MessageKind): Promise<Message> {
    await this.accounts.settled();
    const message = this.messages.filter((each) => each.kind === kind).at(-1);
    if (!message) throw new Error(`no message ${kind}`);
    return message;
  }

  /** Tells whether a session is accepted. */
  async isAlive(authToken: string | undefined): Promise<boolean> {
    try {
      await this.accounts.handleRequest(requestWith(authToken));
      return true;
    } catch (error) {
      if (AccountError.is(error) && error.status === 401) return false;
      throw error;
    }
  }
}

/** A table whose requests can meet faults, for many worlds. */
export interface FaultTable {
  readonly table: Table;
  readonly clock: TestClock;
  /** A client without faults. */
  readonly client: DynamoDBClient;
  readonly faults: FaultInjector;
  drop(): Promise<void>;
}

/** Makes an empty table for {@link FaultWorld}s. */
export async function createFaultTable(): Promise<FaultTable> {
  const client = localClient();
  client.config.retryStrategy = () => Promise.resolve(QUICK_RETRIES);
  const honest = localClient();
  const clock = new TestClock();
  const test = await createTestTable([], { client, clock: clock.now });
  const faults = injectFaults(client, { seed: 1 });
  return {
    table: test.table,
    clock,
    client: honest,
    faults,
    drop: async () => {
      faults.reset();
      await test.drop();
      honest.destroy();
    },
  };
}
