// `npm run bench:importing`: accounts a second that `importAccounts` writes, beside the bare transactions
// with the same items.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { TransactWriteItemsCommand } = await import('@aws-sdk/client-dynamodb');
const { Accounts } = await import('@latchkey/accounts');
const { importAccounts } = await import('@latchkey/accounts/import');
const { Table } = await import('@latchkey/entity');
const { localClient } = await import('@latchkey/entity/testing');
const { report } = await import('./support/report.mjs');
const { median } = await import('./support/rounds.mjs');
const { startDatabase } = await import('./support/startDatabase.mjs');

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 9);
const USERS = 500;
const AT_ONCE = 8;
/** As `$2b$`, of another system. */
const HASH = `$2b$10$${'a'.repeat(53)}`;

const database = await startDatabase();
try {
  const client = localClient(database.endpoint);
  const rates = [];
  // The first warms up.
  for (let round = 0; round <= ROUNDS; round++) {
    const { items, perSecond } = await importRound(client, round);
    const bare = await bareRound(client, round, items);
    if (round > 0) rates.push({ bare, latchkey: perSecond });
  }
  const bare = median(rates.map((rate) => rate.bare));
  const latchkey = median(rates.map((rate) => rate.latchkey));
  const ratio = median(rates.map((rate) => rate.latchkey / rate.bare));
  const rows = [
    { contender: 'bare TransactWriteItems', 'accounts/s': bare, 'rate ÷ bare': 1 },
    { contender: 'importAccounts', 'accounts/s': latchkey, 'rate ÷ bare': ratio },
  ];
  report('importing', rows, {
    title: `${USERS} users, ${AT_ONCE} transactions at once; medians of ${ROUNDS} interleaved rounds`,
    notes: [
      'To reach: at least 0.7. It is the whole import: both passes, with all that they look up.',
      'DynamoDB Local, on the same machine, takes most of the time of both.',
    ],
  });
  client.destroy();
} finally {
  await database.stop();
}

/** Imports users into a new table, and keeps the writes that it has sent. */
async function importRound(client, round) {
  const table = new Table({ name: `import-${round}`, client });
  await table.create();
  const accounts = new Accounts({
    table,
    sessions: { getTokenSecret: () => 'a secret of at least thirty-two bytes' },
  });
  const items = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === 'TransactWriteItemsCommand') items.push(args.input.TransactItems);
        return next(args);
      },
    { step: 'initialize', name: 'keep' },
  );
  const users = Array.from({ length: USERS }, (_, at) => ({
    foreignId: `user-${at}`,
    username: `user${at}`,
    email: `user${at}@example.com`,
    emailVerified: true,
    passwordHash: HASH,
    profile: { name: `User ${at}` },
  }));
  const startedMs = performance.now();
  const { accounts: created } = await importAccounts(accounts, () => users, {
    concurrency: AT_ONCE,
  });
  const perSecond = (1000 * created) / (performance.now() - startedMs);
  client.middlewareStack.remove('keep');
  if (created !== USERS || items.length !== USERS) throw new Error('The import is not complete.');
  await table.delete();
  return { items, perSecond };
}

/** Sends the same writes to another new table, as many at once. */
async function bareRound(client, round, items) {
  const table = new Table({ name: `bare-${round}`, client });
  await table.create();
  const renamed = items.map((writes) =>
    writes.map(({ Put }) => ({ Put: { ...Put, TableName: table.name } })),
  );
  const left = renamed.values();
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const TransactItems of left) {
        await client.send(new TransactWriteItemsCommand({ TransactItems }));
      }
    }),
  );
  const perSecond = (1000 * items.length) / (performance.now() - startedMs);
  await table.delete();
  return perSecond;
}
