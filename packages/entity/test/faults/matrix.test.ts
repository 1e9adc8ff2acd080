import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { backfill, clearTable, EntityError, type Table } from '@latchkey/entity';
import {
  createTestTable,
  FAULT_NAMES,
  injectFaults,
  localClient,
  seededRandom,
  type Fault,
  type FaultInjector,
  type TestTable,
} from '@latchkey/entity/testing';
import { Note, User } from '../support/entities.js';
import { QUICK_RETRIES } from '../support/quickRetries.js';
import { uniqueProblems } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

/** The part of the cases that run: `npm run test:faults` sets 1, for all of them. */
const { FAULTS_RATE = '0.1', FAULTS_SEED = String(Math.floor(Date.now() / 86_400_000)) } =
  process.env;

interface Operation {
  readonly name: string;
  /** Writes what has to be there before; default: two users and two notes. */
  run(table: Table): Promise<unknown>;
  /** Codes with which it says that it was done before, when it is repeated after a failure. */
  readonly done?: readonly string[];
  /** Documents afterwards: users by name, notes by title, each with what was changed. */
  readonly after: readonly string[];
}

const ADA = { userId: 'ada', email: 'ada@example.com', nick: 'countess' };
const BOB = { userId: 'bob', email: 'bob@example.com' };
const EVE = { userId: 'eve', email: 'eve@example.com', nick: 'eve' };
const notes = (table: Table) => table.entity(Note);
const users = (table: Table) => table.entity(User);
const NOTES = ['note a -', 'note b -'];
const USERS = ['user ada countess 0', 'user bob - 0'];

const OPERATIONS: readonly Operation[] = [
  {
    name: 'createOne',
    run: (table) => notes(table).createOne({ item: { owner: 'o', title: 'c' } }),
    done: ['AlreadyExists'],
    after: [...NOTES, 'note c -', ...USERS],
  },
  {
    name: 'createOne with unique values',
    run: (table) => users(table).createOne({ item: EVE }),
    done: ['AlreadyExists', 'UniqueViolation'],
    after: [...NOTES, ...USERS, 'user eve eve 0'],
  },
  {
    name: 'updateOne',
    run: (table) =>
      notes(table).updateOne({
        filter: { owner: 'o', title: 'a' },
        update: { $set: { text: 'x' } },
      }),
    after: ['note a x', 'note b -', ...USERS],
  },
  {
    name: 'updateOne that moves a unique value',
    run: (table) =>
      users(table).updateOne({ filter: { userId: 'ada' }, update: { $set: { nick: 'lovelace' } } }),
    after: [...NOTES, 'user ada lovelace 0', 'user bob - 0'],
  },
  {
    name: 'upsert',
    run: (table) =>
      users(table).updateOne({
        filter: { userId: 'eve' },
        update: { $set: { email: EVE.email, nick: 'eve' } },
        upsert: true,
      }),
    after: [...NOTES, ...USERS, 'user eve eve 0'],
  },
  {
    name: 'updateMany',
    run: (table) =>
      notes(table).updateMany({ filter: { owner: 'o' }, update: { $set: { text: 'x' } } }),
    after: ['note a x', 'note b x', ...USERS],
  },
  {
    name: 'deleteOne',
    run: (table) => notes(table).deleteOne({ filter: { owner: 'o', title: 'a' } }),
    after: ['note b -', ...USERS],
  },
  {
    name: 'deleteOne with unique values',
    run: (table) => users(table).deleteOne({ filter: { userId: 'ada' } }),
    after: [...NOTES, 'user bob - 0'],
  },
  {
    name: 'deleteMany',
    run: (table) => notes(table).deleteMany({ filter: { owner: 'o' } }),
    after: USERS,
  },
  {
    name: 'transact',
    run: (table) =>
      table.transact([
        users(table).createOneOperation({ item: EVE }),
        users(table).updateOneOperation({
          filter: { userId: 'bob' },
          update: { $set: { age: 7 } },
        }),
        notes(table).deleteOneOperation({ filter: { owner: 'o', title: 'a' } }),
      ]),
    done: ['AlreadyExists', 'UniqueViolation'],
    after: ['note b -', 'user ada countess 0', 'user bob - 7', 'user eve eve 0'],
  },
  {
    name: 'batchWrite',
    run: (table) =>
      table.batchWrite([
        notes(table).putRequest({ item: { owner: 'o', title: 'c' } }),
        notes(table).putRequest({ item: { owner: 'o', title: 'd' } }),
        notes(table).deleteRequest({ owner: 'o', title: 'a' }),
      ]),
    after: ['note b -', 'note c -', 'note d -', ...USERS],
  },
  { name: 'backfill', run: (table) => backfill(table), after: [...NOTES, ...USERS] },
  { name: 'clearTable', run: (table) => clearTable(table), after: [] },
];

/** Faults of one attempt, and those that last from a request on. */
const ONCE: readonly Fault[] = [
  ...FAULT_NAMES.filter(
    (name) => !/^(error|interleave|transactionCanceled|crash|slow|stale)/.test(name),
  ),
  { name: 'internalServerError', executed: true },
  { name: 'transactionInProgress', executed: true },
  { name: 'transactionCanceled', reasons: ['None', 'ThrottlingError'] },
];
const LASTING: readonly Fault[] = ['crashBefore', 'crashAfter', 'answerLost', 'timeout'];

let test: TestTable;
let table: Table;
let faults: FaultInjector;
let honest: DynamoDBClient;
let cases = 0;
beforeAll(async () => {
  const client = localClient();
  client.config.retryStrategy = () => Promise.resolve(QUICK_RETRIES);
  honest = localClient();
  test = await createTestTable([User, Note], { client });
  ({ table } = test);
  faults = injectFaults(client);
});
afterAll(async () => {
  faults.reset();
  await test.drop();
  honest.destroy();
});

async function runCase(operation: Operation, plan: () => void): Promise<number> {
  faults.reset();
  const name = `c${String(++cases)}`;
  const view = table.namespace(name);
  for (const item of [ADA, BOB]) await users(view).createOne({ item });
  for (const title of ['a', 'b']) await notes(view).createOne({ item: { owner: 'o', title } });
  const stored = () => tableItems(honest, table.name, `@${name}#`);
  const sweep = async () => uniqueProblems(await stored(), [User, Note]);
  faults.reset();
  plan();
  const outcome = await codeOf(operation.run(view));
  const requests = new Set(faults.requests.map(({ request }) => request)).size;
  faults.reset();
  expect(await sweep()).toEqual([]);
  if (outcome !== 'done') {
    expect(['RequestFailed', 'TransactionConflict', 'BatchIncomplete']).toContain(outcome);
    expect(['done', ...(operation.done ?? [])]).toContain(await codeOf(operation.run(view)));
    expect(await sweep()).toEqual([]);
  }
  const documents = (await stored()).flatMap(({ _e, title, text, userId, nick, age }) => {
    if (_e?.S === 'Note') return [`note ${title?.S ?? ''} ${text?.S ?? '-'}`];
    if (_e?.S === 'User') return [`user ${userId?.S ?? ''} ${nick?.S ?? '-'} ${age?.N ?? ''}`];
    return [];
  });
  expect(documents.sort()).toEqual([...operation.after]);
  return requests;
}

async function codeOf(action: Promise<unknown>): Promise<string> {
  try {
    await action;
    return 'done';
  } catch (error) {
    if (EntityError.is(error)) return error.code;
    throw error;
  }
}

it.each(OPERATIONS)(
  '$name has happened or can be repeated, with each fault at each of its requests',
  async (operation) => {
    const random = seededRandom(Number(FAULTS_SEED) + operation.name.length);
    const count = await runCase(operation, () => undefined);
    for (let at = 1; at <= count; at++) {
      const plans = [
        ...ONCE.map((fault) => [fault, () => faults.at(at, fault)] as const),
        ...LASTING.map((fault) => [fault, () => faults.from(at, fault)] as const),
      ];
      for (const [fault, plan] of plans) {
        if (random() >= Number(FAULTS_RATE)) continue;
        await runCase(operation, plan).catch((error: unknown) => {
          const place = `request ${String(at)}, ${JSON.stringify(fault)}, FAULTS_SEED=${FAULTS_SEED}`;
          throw new Error(`${place}: ${(error as Error).message}`, { cause: error });
        });
      }
    }
  },
  600_000,
);
