import { BatchWriteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { oidc } from '@latchkey/accounts/oauth';
import type { Table } from '@latchkey/entity';
import {
  createTestTable,
  injectFaults,
  localClient,
  type FaultInjector,
} from '@latchkey/entity/testing';
import { AccessType, Account } from '@latchkey/schema';
import { TOTP } from 'otpauth';
import { QUICK_RETRIES } from '../../../entity/test/support/quickRetries.js';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts, type AccountsWith } from '../../src/accounts/Accounts.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import type { Message, MessageKind } from '../../src/delivery/Delivery.js';
import { AccountError } from '../../src/errors/AccountError.js';
import type { CompleteIdentityFlowInput } from '../../src/identityProviders/IdentityProviders.js';
import { accountListing } from '../../src/listing/index.js';
import { passkeys } from '../../src/passkeys/index.js';
import { signUpByLink } from '../../src/passwordless/index.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import { totp } from '../../src/twoFactor/totp.js';
import { FakeProvider, requested } from '../identityProviders/support/FakeProvider.js';
import { providersOf } from '../identityProviders/support/providerAccounts.js';
import { listedValues, sorted } from '../listing/support.js';
import { Device, ORIGIN, RP_ID } from '../passkeys/Device.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { liveSessions, storedCounts, sweepItems } from '../support/sweepAccounts.js';
import { PASSWORD, requestWith, SECRET, TestClock } from '../support/testAccounts.js';

export const NEW_PASSWORD = 'canary-new-password battery staple';
export const EMAIL = 'ada@example.com';
export const OTHER_EMAIL = 'countess@example.com';
export const PHONE = '+14155552671';
/** The identity provider of the tests. */
export const PROVIDER = 'company';
const ISSUER = 'https://provider.example';
const STEP_MS = 30_000;
export const LISTING = accountListing();
/** Number of items that DynamoDB takes in one batch. */
const BATCH = 25;

/** A scheme of another system: the next login replaces its hashes. */
class OldHasher extends QuickHasher {
  override recognises(stored: string): boolean {
    return stored.startsWith('old$');
  }
}
/** {@link PASSWORD} in that scheme. */
export const OLD_HASH = 'old$salt$6d493f99b9846e8a621c753a6dfcbaa47401fafe0832e208b1e0559b2d51663e';

/** Somebody with an account, who is logged in. */
export interface Owner {
  readonly accountId: string;
  readonly request: SessionRequest;
  readonly authToken: string;
}

/** Promises that every operation is held to: the sessions that are accepted, and the counts of attempts and messages. */
export interface WorldState {
  readonly sessions: readonly string[];
  readonly counts: ReadonlyMap<string, number>;
}

/** Accounts in a namespace of their own, in a table whose requests can meet faults. */
export class FaultWorld {
  readonly accounts: AccountsWith<'identityProviders' | 'passkeys' | 'phones' | 'twoFactor'>;
  readonly clock: TestClock;
  readonly messages: Message[] = [];
  readonly hasher = new QuickHasher();
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
      passwords: { hasher: this.hasher, extraHashers: [new OldHasher()] },
      phones: phoneNumbers({ login: true }),
      twoFactor: totp({
        issuer: 'Tests',
        encryptionKeys: [{ kid: 'a', key: Buffer.alloc(32, 1) }],
      }),
      passkeys: passkeys({ rpId: RP_ID, rpName: 'Tests', origins: [ORIGIN] }),
      identityProviders: providersOf({
        providers: [
          oidc({
            name: PROVIDER,
            issuer: ISSUER,
            clientId: 'latchkey',
            clientSecret: 'canary-client-secret-of-the-tests',
            trustedDomains: ['example.com'],
          }),
        ],
        network: { fetch: tables.provider.fetch },
      }),
      listing: LISTING,
      signUpByLink: signUpByLink(),
      plan: { maxAccounts: 10 },
      environment: 'sandbox',
      delivery: { send: (message: Message) => void this.messages.push(message) },
    } as never) as never;
  }

  /** Says what contradicts the promises; see `sweepItems`. The lists, too, have every account once. */
  async sweep(): Promise<string[]> {
    const items = await this.#items();
    const of = (entity: { readonly name: string }) =>
      items.filter(({ _e }) => _e?.S === entity.name);
    const usernames = of(Account).flatMap(({ username }) => username?.S ?? []);
    const emails = of(AccessType).flatMap(({ data }) =>
      data?.M?.kind?.S === 'email' ? (data.M.value?.S ?? '') : [],
    );
    return [
      ...sweepItems(items),
      ...differences('username', usernames, await listedValues(this.accounts, 'username')),
      ...differences('email', emails, await listedValues(this.accounts, 'email')),
    ];
  }

  /** Reads what every operation is held to. */
  async state(): Promise<WorldState> {
    const items = await this.#items();
    return { sessions: liveSessions(items, this.clock.now()), counts: storedCounts(items) };
  }

  /** Deletes everything, so that a sweep of another world need not read it. */
  async clear(): Promise<void> {
    const { client, table } = this.#tables;
    const requests = (await this.#items()).map(({ PK, SK }) => ({
      DeleteRequest: { Key: { PK, SK } as Record<string, { S: string }> },
    }));
    for (let at = 0; at < requests.length; at += BATCH) {
      const RequestItems = { [table.name]: requests.slice(at, at + BATCH) };
      await client.send(new BatchWriteItemCommand({ RequestItems }));
    }
  }

  #items(): ReturnType<typeof tableItems> {
    return tableItems(this.#tables.client, this.#tables.table.name, this.#prefix);
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

  /** The input that completes a flow with the identity provider, as it comes back from there. */
  fromProvider(
    begun: { readonly url: string; readonly browserSecret: string },
    claims: { readonly sub: string; readonly email?: string; readonly auth_time?: number },
    request = requestWith(),
  ): CompleteIdentityFlowInput {
    const { state, nonce } = requested(begun.url);
    const { provider } = this.#tables;
    publish(provider, { nonce, email_verified: true, ...claims });
    const parameters = { state, code: 'canary-code' };
    const { browserSecret } = begun;
    return { provider: PROVIDER, parameters, browserSecret, request };
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
  readonly provider: FakeProvider;
  drop(): Promise<void>;
}

/** Makes an empty table for {@link FaultWorld}s. */
export async function createFaultTable(): Promise<FaultTable> {
  const client = localClient();
  client.config.retryStrategy = () => Promise.resolve(QUICK_RETRIES);
  const honest = localClient();
  const clock = new TestClock();
  const test = await createTestTable([LISTING.define(Account).accessType], {
    client,
    clock: clock.now,
  });
  const faults = injectFaults(client, { seed: 1 });
  const provider = new FakeProvider(clock.now);
  publish(provider, {});
  return {
    table: test.table,
    clock,
    client: honest,
    faults,
    provider,
    drop: async () => {
      faults.reset();
      await test.drop();
      honest.destroy();
    },
  };
}

function differences(by: string, stored: readonly string[], listed: readonly string[]): string[] {
  const [expected, actual] = [sorted(stored).join(', '), listed.join(', ')];
  return actual === expected ? [] : [`the list by ${by} has ${actual}, and not ${expected}`];
}

function publish(provider: FakeProvider, claims: object): void {
  provider.publish(ISSUER, () => ({
    access_token: 'canary-access-token',
    token_type: 'Bearer',
    id_token: provider.idToken({ iss: ISSUER, ...claims }),
  }));
}
