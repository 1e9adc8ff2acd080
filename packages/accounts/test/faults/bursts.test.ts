import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AccountAttempts, AddressAttempts } from '@latchkey/schema';
import { tableItems } from '../../../entity/test/support/tableItems.js';
import { Accounts, type AccountsOptions } from '../../src/accounts/Accounts.js';
import { codeOf } from '../support/errorOf.js';
import { QuickHasher } from '../support/QuickHasher.js';
import { sweepAccounts } from '../support/sweepAccounts.js';
import { PASSWORD, requestWith, SECRET } from '../support/testAccounts.js';
import { createFaultTable, LISTING, type FaultTable } from './FaultWorld.js';

/** `npm run test:faults` sets 1, for all attempts. */
const { FAULTS_RATE = '0.005' } = process.env;
const CLIENTS = 16;
const ATTEMPTS = Number(FAULTS_RATE) === 1 ? 200 : 8;

const ACCOUNT_BUDGET = 10;
const NETWORK_BUDGET = 6;
const PLACES = 20;

let tables: FaultTable;
let hasher: QuickHasher;
beforeAll(async () => {
  tables = await createFaultTable();
});
beforeEach(() => {
  tables.faults.reset();
  hasher = new QuickHasher();
});
afterAll(() => tables.drop());

function accountsIn(namespace: string, options: Partial<AccountsOptions>): Accounts {
  return new Accounts({
    table: tables.table.namespace(namespace),
    sessions: { getTokenSecret: () => SECRET },
    passwords: { hasher },
    listing: LISTING,
    ...options,
  });
}

/** Half of the writes that can be in conflict are, and of a tenth of all answers nobody learns. */
function addFaults(): void {
  const { faults } = tables;
  faults.randomly({ rate: 0.1, faults: ['answerLost'] });
  faults.randomly({ rate: 0.5, faults: ['transactionConflict'] });
}

/** All attempts of all clients at once, each client from a network of its own. */
function burst(attempt: (ip: string, nth: number) => Promise<unknown>): Promise<string[][]> {
  const clients = Array.from({ length: CLIENTS }, (_, client) => `203.0.${String(client)}.7`);
  return Promise.all(
    clients.map((ip, client) =>
      Promise.all(
        Array.from({ length: ATTEMPTS }, (_, at) => codeOf(attempt(ip, client * ATTEMPTS + at))),
      ),
    ),
  );
}

const itemsOf = async (
  namespace: string,
  { name }: { readonly name: string },
): Promise<Record<string, AttributeValue>[]> => {
  const items = await tableItems(tables.client, tables.table.name, `@${namespace}#`);
  return items.filter(({ _e }) => _e?.S === name);
};

const howMany = (outcomes: readonly string[], ...codes: readonly string[]): number =>
  outcomes.filter((outcome) => codes.includes(outcome)).length;

it('ASVS 6.3.1, 15.4.2: of 16 clients that guess at once, half of the writes in conflict and a tenth of the answers lost, no account and no network gets past its budget', async () => {
  const accounts = accountsIn('guesses', {
    throttling: {
      password: { budget: ACCOUNT_BUDGET },
      address: { budget: NETWORK_BUDGET },
    },
  });
  await accounts.createAccount({ username: 'ada', password: PASSWORD });
  hasher.verified = [];
  addFaults();
  const outcomes = await burst((requestIp) =>
    accounts.userByPasswordLogin({
      username: 'ada',
      password: 'not the one',
      request: { ...requestWith(), requestIp },
    }),
  );
  const { requests } = tables.faults;
  tables.faults.reset();

  const all = outcomes.flat();
  expect(all).toHaveLength(CLIENTS * ATTEMPTS);
  const looked = howMany(all, 'LoginFailed');
  const unknown = howMany(all, 'ServiceUnavailable');
  expect(looked + unknown + howMany(all, 'AccountLocked', 'TooManyRequests')).toBe(all.length);
  expect(requests.filter(({ fault }) => fault === 'transactionConflict')).not.toEqual([]);
  expect(requests.filter(({ fault }) => fault === 'answerLost')).not.toEqual([]);

  // Looked at are those alone that were counted and have learned of it.
  expect(hasher.verified).toHaveLength(looked);
  expect(looked).toBeLessThanOrEqual(ACCOUNT_BUDGET);
  const [counted] = await itemsOf('guesses', AccountAttempts);
  const attempts = Number(counted?.attempts?.N);
  expect(attempts).toBeGreaterThanOrEqual(looked);
  expect(attempts).toBeLessThanOrEqual(ACCOUNT_BUDGET);
  expect(attempts).toBeGreaterThan(0);

  for (const byClient of outcomes) {
    const passed = howMany(byClient, 'LoginFailed', 'AccountLocked');
    expect(passed).toBeLessThanOrEqual(NETWORK_BUDGET);
  }
  const networks = await itemsOf('guesses', AddressAttempts);
  expect(networks).toHaveLength(CLIENTS);
  for (const { attempts: ofNetwork } of networks) {
    expect(Number(ofNetwork?.N)).toBeLessThanOrEqual(NETWORK_BUDGET);
  }
  // What is left of the faults is no more than the count.
  const codes = [];
  for (let at = attempts; at <= ACCOUNT_BUDGET; at++) {
    const request = { ...requestWith(), requestIp: '198.51.100.7' };
    codes.push(
      await codeOf(accounts.userByPasswordLogin({ username: 'ada', password: 'no', request })),
    );
  }
  expect(codes.at(-1)).toBe('AccountLocked');
  expect(new Set(codes.slice(0, -1)).size).toBeLessThanOrEqual(1);
}, 900_000);

it('ASVS 15.4.2: of 16 clients that sign up at once, half of the transactions in conflict and a tenth of the answers lost, exactly as many get an account as there are places', async () => {
  const accounts = accountsIn('places', { plan: { maxAccounts: PLACES } });
  addFaults();
  const outcomes = await burst((_ip, nth) =>
    accounts.createAccount({ username: `user${String(nth)}`, password: PASSWORD }),
  );
  tables.faults.reset();

  const all = outcomes.flat();
  const made = howMany(all, 'none');
  const unknown = howMany(all, 'ServiceUnavailable');
  expect(made + unknown + howMany(all, 'TrialExceededLimit')).toBe(all.length);
  const { taken } = await accounts.quota.getUsage();
  expect(taken).toBeLessThanOrEqual(PLACES);
  expect(made).toBeLessThanOrEqual(taken);
  // Among other things: the count is the number of accounts.
  expect(await sweepAccounts(tables.client, tables.table.name, '@places#')).toEqual([]);
  // No place was lost on the way.
  for (let place = taken; place < PLACES; place++) {
    await accounts.createAccount({ username: `late${String(place)}`, password: PASSWORD });
  }
  const late = accounts.createAccount({ username: 'too-late', password: PASSWORD });
  expect(await codeOf(late)).toBe('TrialExceededLimit');
}, 900_000);
