import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  localClient,
  startDynamoDBLocal,
  startFaultProxy,
  uniqueTableName,
} from '@latchkey/entity/testing';
import { CONTENDERS } from './contenders.mjs';

const CALLERS = 16;
const ROUNDS = Number(process.env.PEERS_ROUNDS ?? 20);
const WRITES = ['DeleteItem', 'PutItem', 'TransactWriteItems', 'UpdateItem'];

/** Known beforehand: without these, the kit would prove nothing of anybody. */
const KNOWN = [
  { name: 'OpenAuth DynamoDB storage', what: 'redeem', when: 'parallel' },
  { name: 'Auth.js DynamoDB adapter', what: 'register', when: 'parallel' },
];

/** Runs all contenders, prints what failed how often, and tells whether that is as it must be. */
export async function comparePeers() {
  const database = await startDynamoDBLocal();
  const proxy = await startFaultProxy({ endpoint: database.endpoint, timeoutMs: 20, seed: 1 });
  const client = localClient(database.endpoint);
  const rows = [];
  try {
    for (const contender of CONTENDERS) {
      const tableName = uniqueTableName();
      await createTable(client, tableName, contender.keys);
      const opened = await contender.open({ endpoint: proxy.endpoint, tableName });
      for (const what of ['redeem', 'register']) {
        if (!opened[what]) continue;
        for (const [when, run] of [
          ['parallel', inParallel],
          ['answer lost', withAnswerLost],
        ]) {
          const failures = await run(opened, what, proxy);
          rows.push({ name: contender.name, what, when, ...failures });
        }
      }
      opened.close();
    }
  } finally {
    await proxy.close();
    client.destroy();
    await database.stop();
  }
  print(rows);
  return isProof(rows);
}

/** Many callers at once: exactly one must win. */
async function inParallel(opened, what) {
  const found = { several: 0, nobody: 0, most: 0, errors: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const value = what === 'redeem' ? await opened.issue() : `parallel-${round}`;
    const calls = Array.from({ length: CALLERS }, () => opened[what](value));
    const results = await Promise.allSettled(calls);
    const winners = results.filter((each) => each.value === true).length;
    found.errors += results.filter(({ status }) => status === 'rejected').length;
    found.most = Math.max(found.most, winners);
    if (winners > 1) found.several++;
    if (winners === 0) found.nobody++;
  }
  return found;
}

/** One caller, whose first answer to a write is lost: it must not be refused what nobody else has. */
async function withAnswerLost(opened, what, proxy) {
  const found = { several: 0, nobody: 0, most: 0, errors: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const value = what === 'redeem' ? await opened.issue() : `lost-${round}`;
    for (const operation of WRITES) proxy.on(operation, 'answerLost');
    try {
      const hasWon = await opened[what](value);
      if (hasWon) found.most = 1;
      else found.nobody++;
    } catch {
      found.errors++;
    } finally {
      proxy.reset();
    }
  }
  return found;
}

function print(rows) {
  const texts = { redeem: 'one-time value', register: 'unique name' };
  console.log(`${ROUNDS} rounds each; in parallel: ${CALLERS} callers\n`);
  console.log('| library | what | when | several winners | no winner | most winners | errors |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const { name, what, when, several, nobody, most, errors } of rows) {
    const cells = [name, texts[what], when, several, nobody, most, errors];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

function isProof(rows) {
  const failed = ({ several, nobody }) => several + nobody > 0;
  const ours = rows.filter((row) => row.name === 'latchkey');
  const isClean = ours.length === 4 && !ours.some((row) => failed(row) || row.errors > 0);
  const missed = KNOWN.filter(
    ({ name, what, when }) =>
      !rows.some(
        (row) => row.name === name && row.what === what && row.when === when && row.several > 0,
      ),
  );
  if (!isClean) console.log('\nlatchkey has failed.');
  for (const { name, what } of missed) console.log(`\nNot seen: the fault of ${name} (${what}).`);
  return isClean && missed.length === 0;
}

function createTable(client, TableName, [hash, range]) {
  const string = (AttributeName) => ({ AttributeName, AttributeType: 'S' });
  const keys = (first, second) => [
    { AttributeName: first, KeyType: 'HASH' },
    { AttributeName: second, KeyType: 'RANGE' },
  ];
  return client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [hash, range, 'GSI1PK', 'GSI1SK'].map(string),
      KeySchema: keys(hash, range),
      GlobalSecondaryIndexes: [
        {
          IndexName: 'GSI1',
          KeySchema: keys('GSI1PK', 'GSI1SK'),
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
}
