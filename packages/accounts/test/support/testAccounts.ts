import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import { Account } from '@latchkey/schema';
import { Accounts, type AccountsOptions, type AccountsWith } from '../../src/accounts/Accounts.js';
import { phoneNumbers } from '../../src/contacts/phoneNumbers/index.js';
import type { SessionRequest } from '../../src/requests/SessionRequest.js';
import type { SessionsOptions } from '../../src/sessions/Sessions.js';
import { QuickHasher } from './QuickHasher.js';
import { RequestLog } from './RequestLog.js';

/** The secret that signs the tests' tokens, and that must be found nowhere. */
export const SECRET = 'canary-token-secret-0123456789-abcdef';
/** A password that must be found nowhere. */
export const PASSWORD = 'canary-password correct horse';

/**
 * A clock that stands still until it is told to go; years ahead, so that DynamoDB's own clock, by
 * which TTL removes rows, never comes between.
 */
export class TestClock {
  #nowMs: number;

  constructor(startMs = Date.UTC(2036, 10, 21, 12)) {
    this.#nowMs = startMs;
  }

  readonly now = (): Date => new Date(this.#nowMs);
  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }
}

/** Accounts with everything that an option offers. */
export type FullAccounts = AccountsWith<'phones' | 'twoFactor'>;

/** Accounts in a table of their own. */
export interface TestAccounts {
  /** With phone numbers; with a second factor where the options have one. */
  readonly accounts: FullAccounts;
  readonly table: Table;
  readonly client: DynamoDBClient;
  readonly clock: TestClock;
  readonly log: RequestLog;
  /**
   * The same accounts as another process sees them: nothing is shared but the table, and the clock, from
   * which its own may differ.
   */
  another(sessions?: Partial<SessionsOptions>, skewMs?: number): FullAccounts;
  drop(): Promise<void>;
}

/** Makes an empty table with accounts in it; passwords are hashed quickly, unless a hasher is given. */
export async function createTestAccounts(
  options: Partial<Omit<AccountsOptions, 'table'>> = {},
  clock = new TestClock(),
): Promise<TestAccounts> {
  const client = localClient();
  // With the index of lists where they are asked for.
  const indexed = options.listing ? [options.listing.define(Account).accessType] : [];
  const test = await createTestTable(indexed, { clock: clock.now, client });
  const { table } = test;
  const clients = [client];
  const sessions = { getTokenSecret: () => SECRET, ...options.sessions };
  const passwords = { hasher: new QuickHasher(), ...options.passwords };
  const create = (own: Pick<AccountsOptions, 'table' | 'sessions'>): FullAccounts =>
    new Accounts({
      phones: phoneNumbers({ login: true }),
      ...options,
      passwords,
      ...own,
    }) as FullAccounts;
  return {
    accounts: create({ table, sessions }),
    table,
    client,
    clock,
    log: new RequestLog(client),
    another: (own = {}, skewMs = 0) => {
      const other = localClient();
      clients.push(other);
      return create({
        table: new Table({
          name: table.name,
          client: other,
          clock: () => new Date(clock.now().getTime() + skewMs),
        }),
        sessions: { ...sessions, ...own },
      });
    },
    drop: async () => {
      await test.drop();
      for (const each of clients) each.destroy();
    },
  };
}

/** A request, with a token if one is given. */
export function requestWith(authToken?: string): SessionRequest {
  return {
    requestIp: '203.0.113.7',
    userAgent: 'latchkey-tests/1',
    onCallDestroySession: null,
    ...(authToken !== undefined && { authToken }),
  };
}
