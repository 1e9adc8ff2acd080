import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { Order } from '../../test/support/entities.js';
import { withEnvironment } from '../../test/support/withEnvironment.js';
import { createClient } from './createClient.js';
import { quickClient, QUIET_LOGGER } from './quickClient.js';
import { Table } from './Table.js';

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Order]);
});
afterAll(() => test.drop());

/** A client with the settings of `createClient`, for the database of the tests. */
function cachingClient(): DynamoDBClient {
  return createClient({
    endpoint: process.env.DYNAMODB_ENDPOINT ?? '',
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
}

/** Loses the answer to every fifth request, after it has reached the database; the SDK retries. */
function loseSomeAnswers(client: DynamoDBClient): void {
  let requests = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const answer = await next(args);
      const { headers } = args.request as { headers: Record<string, string> };
      const isFirst = headers['amz-sdk-request']?.startsWith('attempt=1;') === true;
      if (!isFirst || ++requests % 5 > 0) return answer;
      throw Object.assign(new Error('lost'), { name: 'TimeoutError', $metadata: {} });
    },
    { step: 'deserialize', priority: 'low', name: 'loseSomeAnswers' },
  );
}

describe('createClient', () => {
  it('keeps what concurrent requests of all kinds ask for and get apart, retries included', async () => {
    const client = cachingClient();
    loseSomeAnswers(client);
    const orders = new Table({ name: test.table.name, client }).entity(Order);
    const users = Array.from({ length: 20 }, (_, at) => `caching-${String(at)}`);
    await Promise.all(
      users.map(async (userId, at) => {
        const other = { userId, number: at + 100 };
        await Promise.all([
          orders.createOne({ item: { userId, number: at } }),
          orders.createOne({ item: other }),
        ]);
        const [{ item: found }, { item: updated }, { items }] = await Promise.all([
          orders.findOne({ filter: { userId, number: at }, consistent: true }),
          orders.updateOne({ filter: other, update: { $set: { note: userId } } }),
          orders.findMany({ filter: { userId }, consistent: true }),
        ]);
        expect(found).toMatchObject({ userId, number: at });
        expect(updated).toMatchObject({ ...other, note: userId, _v: 2 });
        expect(items.map(({ number }) => number)).toEqual([at, at + 100]);
      }),
    );
    client.destroy();
  });

  it('takes every setting of the SDK, its own two included', () => {
    const client = createClient({ region: 'eu-central-1', cacheMiddleware: false, maxAttempts: 7 });
    expect(client.config.cacheMiddleware).toBe(false);
    expect(createClient().config).toMatchObject({ cacheMiddleware: true, logger: QUIET_LOGGER });
  });

  const AWS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'real', AWS_SECRET_ACCESS_KEY: 'real' };
  const settingsOf = async ({ config }: DynamoDBClient) => {
    const endpoint = await config.endpoint?.();
    const { accessKeyId } = await config.credentials();
    return [endpoint?.hostname, endpoint?.port, await config.region(), accessKeyId];
  };

  it.each(['127.0.0.1', '127.1.2.3', 'localhost', 'dynamodb.localhost', '[::1]'])(
    'needs no AWS configuration, and uses none, for a DYNAMODB_ENDPOINT on %s',
    async (host) => {
      const DYNAMODB_ENDPOINT = `http://${host}:8123`;
      await withEnvironment({ ...AWS, DYNAMODB_ENDPOINT }, async () => {
        expect(await settingsOf(createClient())).toEqual([host, 8123, 'local', 'local']);
      });
    },
  );

  it.each(['dynamodb', 'localhost.example.com', '127.0.0.1.example.com', '192.0.2.7', '0.0.0.0'])(
    'makes up no credentials for a DYNAMODB_ENDPOINT on %s',
    async (host) => {
      const DYNAMODB_ENDPOINT = `http://${host}:8123`;
      await withEnvironment({ ...AWS, DYNAMODB_ENDPOINT }, async () => {
        expect(await settingsOf(createClient())).toEqual([host, 8123, 'eu-west-1', 'real']);
      });
    },
  );

  it('takes every setting it is given before those of DYNAMODB_ENDPOINT', async () => {
    const DYNAMODB_ENDPOINT = 'http://127.0.0.1:8123';
    await withEnvironment({ ...AWS, DYNAMODB_ENDPOINT }, async () => {
      const region = 'us-east-1';
      expect(await settingsOf(createClient({ region }))).toEqual([
        ...['127.0.0.1', 8123, region, 'local'],
      ]);
      expect(await settingsOf(createClient({ endpoint: 'http://127.0.0.1:9' }))).toEqual([
        ...['127.0.0.1', 9, 'eu-west-1', 'real'],
      ]);
      const undefinedOnes = { endpoint: undefined, region: undefined } as object;
      expect(await settingsOf(createClient(undefinedOnes))).toEqual([
        ...['127.0.0.1', 8123, 'local', 'local'],
      ]);
    });
    await withEnvironment({ ...AWS, DYNAMODB_ENDPOINT: '' }, async () => {
      expect(createClient().config.endpoint).toBeUndefined();
      expect(await createClient().config.region()).toBe('eu-west-1');
    });
  });
});

describe('quickClient', () => {
  it('changes nothing about the client that it is a view of', () => {
    const client = new DynamoDBClient({ region: 'eu-central-1' });
    const before = { ...client.config };
    expect(quickClient(client)).not.toBe(client);
    expect({ ...client.config }).toEqual(before);
  });

  it('runs through middleware that is added to the client later', async () => {
    const client = localClient();
    const quick = quickClient(client);
    const command = () =>
      new GetItemCommand({
        TableName: test.table.name,
        Key: { PK: { S: 'order#nobody' }, SK: { S: 'order' } },
      });
    await quick.send(command());
    let seen = 0;
    client.middlewareStack.add((next) => (args) => (seen++, next(args)), { step: 'initialize' });
    await quick.send(command());
    expect(seen).toBe(1);
    client.destroy();
  });

  it('leaves a logger of the application alone', () => {
    const client = new DynamoDBClient({ region: 'eu-central-1', logger: console });
    expect(quickClient(client)).toBe(client);
  });
});
