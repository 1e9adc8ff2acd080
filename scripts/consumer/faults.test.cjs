// A suite of an application that has installed the packages, written from docs/guide/testing.md: an own
// function on the AWS SDK, and accounts, each under faults. `checkConsumer.mjs` runs it there.
/* global afterAll, afterEach, beforeAll, describe, expect, it */
const {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} = require('@aws-sdk/client-dynamodb');
const { Accounts } = require('@latchkey/accounts');
const {
  createTestTable,
  injectFaults,
  startFaultProxy,
  TestClock,
} = require('@latchkey/entity/testing');

const password = 'correct horse battery';
const request = { requestIp: '203.0.113.7', userAgent: 'tests', onCallDestroySession: null };
const FAULTS = [
  'answerLost',
  'timeout',
  'connectionResetBefore',
  'connectionResetAfter',
  'internalServerError',
  'throttling',
  'crashBefore',
  'crashAfter',
];

/** Sells a seat as one would at first: it takes every refusal for somebody else's seat. */
async function sellSeatNaively(client, TableName, seat, buyer) {
  const Item = { PK: { S: `seat#${seat}` }, SK: { S: 'seat' }, buyer: { S: buyer } };
  const ConditionExpression = 'attribute_not_exists(PK)';
  try {
    await client.send(new PutItemCommand({ TableName, Item, ConditionExpression }));
    return 'sold';
  } catch (error) {
    if (error.name === 'ConditionalCheckFailedException') return 'taken';
    throw error;
  }
}

/** Sells a seat, and looks whose it is after a refusal: it may have been our own attempt that came first. */
async function sellSeat(client, TableName, seat, buyer) {
  const outcome = await sellSeatNaively(client, TableName, seat, buyer);
  if (outcome === 'sold') return outcome;
  return (await buyerOf(client, TableName, seat)) === buyer ? 'sold' : 'taken';
}

async function buyerOf(client, TableName, seat) {
  const Key = { PK: { S: `seat#${seat}` }, SK: { S: 'seat' } };
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item?.buyer.S;
}

function firstCauseOf(error) {
  return error.cause === undefined ? error : firstCauseOf(error.cause);
}

describe('an application under faults', () => {
  const clock = new TestClock();
  let test;
  let faults;
  let accounts;

  beforeAll(async () => {
    test = await createTestTable([], { clock: clock.now });
    faults = injectFaults(test.client, { seed: 7 });
    accounts = new Accounts({
      table: test.table,
      sessions: { getTokenSecret: () => 'only for tests: 32 bytes or more' },
    });
  });
  afterEach(() => faults.reset());
  afterAll(() => test.drop());

  it('shows that a naive sale reports its own seat as taken', async () => {
    faults.at(1, 'answerLost');
    const outcome = await sellSeatNaively(test.client, test.table.name, '1A', 'ada');
    faults.reset();
    expect([outcome, await buyerOf(test.client, test.table.name, '1A')]).toEqual(['taken', 'ada']);
  });

  it.each(FAULTS)('sells a seat once, with %s at each of its requests', async (fault) => {
    const { client, table } = test;
    faults.reset();
    await sellSeat(client, table.name, `counted ${fault}`, 'ada');
    const count = new Set(faults.requests.map((each) => each.request)).size;
    expect(count).toBeGreaterThan(0);
    for (let at = 1; at <= count; at++) {
      const seat = `${fault} ${at}`;
      faults.reset();
      const plan = faults.at(at, fault);
      const reported = await sellSeat(client, table.name, seat, 'ada').catch(() => 'failed');
      expect(plan.hits).toBe(1);
      faults.reset();
      const repeated = await sellSeat(client, table.name, seat, 'ada');
      expect([reported === 'taken', repeated]).toEqual([false, 'sold']);
      expect(await sellSeat(client, table.name, seat, 'grace')).toBe('taken');
    }
  });

  it('meets the same faults again with the same seed', async () => {
    const metWith = async (seed) => {
      const { client, drop, table } = await createTestTable([]);
      const seeded = injectFaults(client, { seed });
      seeded.randomly({ rate: 0.4, faults: ['throttling', 'connectionResetBefore'] });
      for (let seat = 0; seat < 5; seat++) {
        await sellSeat(client, table.name, seat, 'ada').catch(() => undefined);
      }
      const met = seeded.requests.map(({ fault }) => fault);
      seeded.remove();
      await drop();
      return met;
    };
    const first = await metWith(11);
    expect(first.some((fault) => fault !== undefined)).toBe(true);
    expect(await metWith(11)).toEqual(first);
  });

  it('signs up once, though the answer is lost', async () => {
    const lost = faults.on('TransactWriteItems', 'answerLost');
    const { accountId } = await accounts.createAccount({ username: 'ada', password });
    expect(lost.hits).toBe(1);
    expect(await accounts.findUser({ username: 'ada' })).toMatchObject({ accountId });
  });

  it('leaves nothing of a sign-up before which the process was killed', async () => {
    faults.on('TransactWriteItems', 'crashBefore');
    const input = { username: 'grace', password };
    const error = await accounts.createAccount(input).catch((caught) => caught);
    expect([error.code, firstCauseOf(error).code]).toEqual(['ServiceUnavailable', 'Crashed']);
    faults.reset();
    expect(await accounts.findUser({ username: 'grace' })).toBeNull();
  });

  it('ends a session when its time is over', async () => {
    const { authToken } = await accounts.userByPasswordLogin({
      username: 'ada',
      password,
      request,
    });
    clock.advance(8 * 24 * 60 * 60_000);
    await expect(accounts.handleRequest({ ...request, authToken })).rejects.toMatchObject({
      code: 'TokenVerificationFailed',
    });
  });

  it('puts a client that cannot be changed behind the proxy', async () => {
    const proxy = await startFaultProxy({ seed: 7 });
    const client = new DynamoDBClient({
      endpoint: proxy.endpoint,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    const reset = proxy.on('Scan', 'connectionResetBefore');
    await client.send(new ScanCommand({ TableName: test.table.name, Limit: 1 }));
    expect([reset.hits, proxy.requests.length]).toEqual([1, 2]);
    client.destroy();
    await proxy.close();
  });
});
