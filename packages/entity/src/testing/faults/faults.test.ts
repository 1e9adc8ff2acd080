import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactionCanceledException,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, GetCommand } from '@aws-sdk/lib-dynamodb';
import { defineEntity } from '@latchkey/schema';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import * as z from 'zod';
import { createClient, type Table } from '../../index.js';
import { createTestTable, type TestTable } from '../createTestTable.js';
import { localClient } from '../localClient.js';
import { FAULT_NAMES, isFaultOf, type Fault, type FaultName } from './Fault.js';
import type { FaultedRequest, FaultPlan } from './FaultPlan.js';
import { injectFaults, type FaultInjector } from './injectFaults.js';
import { startFaultProxy, type FaultProxy } from './startFaultProxy.js';

const Page = defineEntity({
  name: 'Page',
  schema: z.object({ site: z.string(), path: z.string(), tag: z.string() }),
  indexes: [
    { name: '_id', PK: ['.site'], SK: ['.path'] },
    { name: '_id2', PK: ['.tag'], SK: ['.path'] },
  ],
});

let test: TestTable;
let table: Table;
/** A client without faults, to see what is stored. */
let honest: DynamoDBClient;
let count = 0;
beforeAll(async () => {
  test = await createTestTable([Page]);
  ({ table, client: honest } = test);
});
afterAll(() => test.drop());

const keyOf = (name: string) => ({ PK: { S: name }, SK: { S: 'item' } });
const fresh = () => `item-${String(++count)}`;
const put = (name: string) => ({ TableName: table.name, Item: keyOf(name) });

async function stored(...names: string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const input = { TableName: table.name, Key: keyOf(name), ConsistentRead: true };
    if ((await honest.send(new GetItemCommand(input))).Item) found.push(name);
  }
  return found;
}

async function nameOfError(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'none',
    (error: unknown) => {
      const { code, name, message } = error as Error & { code?: string };
      // Of an error of Node's, the SDK keeps only the message in Jest, where it has another class.
      return /socket hang up|ECONNRESET/.test(message) ? 'ECONNRESET' : (code ?? name);
    },
  );
}

/** A client without retries, behind faults of one of the two forms. */
interface Behind {
  readonly client: DynamoDBClient;
  readonly faults: FaultPlan;
  end(): Promise<void>;
}
const once1 = { region: 'local', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
const FORMS = {
  injector: (maxAttempts: number, seed?: number): Promise<Behind> => {
    const client = new DynamoDBClient({
      ...once1,
      endpoint: process.env.DYNAMODB_ENDPOINT ?? '',
      maxAttempts,
    });
    const faults = injectFaults(client, seed === undefined ? {} : { seed });
    const end = (): Promise<void> => {
      client.destroy();
      return Promise.resolve();
    };
    return Promise.resolve({ client, faults, end });
  },
  proxy: async (maxAttempts: number, seed?: number): Promise<Behind> => {
    const faults = await startFaultProxy({ timeoutMs: 0, ...(seed !== undefined && { seed }) });
    const client = new DynamoDBClient({ ...once1, endpoint: faults.endpoint, maxAttempts });
    const end = async (): Promise<void> => {
      client.destroy();
      await faults.close();
    };
    return { client, faults, end };
  },
};

/** The answer that a client that tries once has to a put, and whether the item is stored. */
const OUTCOMES: readonly [Fault, string, boolean][] = [
  ['answerLost', 'TimeoutError', true],
  ['timeout', 'TimeoutError', false],
  ['connectionResetBefore', 'ECONNRESET', false],
  ['connectionResetAfter', 'ECONNRESET', true],
  ['crashBefore', 'Crashed', false],
  ['crashAfter', 'Crashed', true],
  ['internalServerError', 'InternalServerError', false],
  [{ name: 'internalServerError', executed: true }, 'InternalServerError', true],
  ['throttling', 'ThrottlingException', false],
  ['throughputExceeded', 'ProvisionedThroughputExceededException', false],
  ['transactionConflict', 'TransactionConflictException', false],
  [{ name: 'error', code: 'AccessDeniedException' }, 'AccessDeniedException', false],
  ['slowAnswer', 'none', true],
];

describe.each(['injector', 'proxy'] as const)('Faults of the %s', (form) => {
  let one: Behind;
  const begin = async (maxAttempts = 1, seed?: number): Promise<Behind> =>
    (one = await FORMS[form](maxAttempts, seed));
  afterEach(() => one.end());

  it.each(OUTCOMES)('%j of a put is seen as %s, and stored: %s', async (fault, error, isStored) => {
    const { client, faults } = await begin();
    const name = fresh();
    faults.at(1, fault);
    const seen = await nameOfError(client.send(new PutItemCommand(put(name))));
    // A connection that ends is all that a proxy can show of a timeout or a crash.
    const isBroken = form === 'proxy' && /^(TimeoutError|Crashed)/.test(error);
    expect(seen).toBe(isBroken ? 'ECONNRESET' : error);
    expect(await stored(name)).toEqual(isStored ? [name] : []);
    expect(faults.requests).toEqual([
      {
        request: 1,
        attempt: 1,
        operation: 'PutItem',
        fault: typeof fault === 'string' ? fault : fault.name,
      },
    ]);
  });

  it('meet each attempt of a request as often as they are told', async () => {
    const { client, faults } = await begin(3);
    const fault = faults.at(2, 'connectionResetBefore', { times: 2 });
    const [first, second] = [fresh(), fresh()];
    await client.send(new PutItemCommand(put(first)));
    await client.send(new PutItemCommand(put(second)));
    expect(await stored(first, second)).toEqual([first, second]);
    expect([fault.attempts, fault.hits]).toEqual([3, 2]);
    const hit = { request: 2, operation: 'PutItem', fault: 'connectionResetBefore' };
    expect(faults.requests).toEqual([
      { request: 1, attempt: 1, operation: 'PutItem' },
      { ...hit, attempt: 1 },
      { ...hit, attempt: 2 },
      { request: 2, attempt: 3, operation: 'PutItem' },
    ]);
  });

  it('are what a function chooses for each attempt, if the operation can have them', async () => {
    const { client, faults } = await begin(3);
    const seen: FaultedRequest[] = [];
    const chosen = faults.choose((attempt) => {
      seen.push(attempt);
      return seen.length === 2 ? 'connectionResetBefore' : 'transactionInProgress';
    });
    const [first, second] = [fresh(), fresh()];
    await client.send(new PutItemCommand(put(first)));
    await client.send(new PutItemCommand(put(second)));
    expect(await stored(first, second)).toEqual([first, second]);
    expect([chosen.attempts, chosen.hits]).toEqual([3, 1]);
    expect(seen.map(({ request, attempt }) => [request, attempt])).toEqual([
      [1, 1],
      [2, 1],
      [2, 2],
    ]);
    chosen.remove();
    await client.send(new PutItemCommand(put(fresh())));
    expect(seen).toHaveLength(3);
  });

  it('let nothing through after a crash until they are reset', async () => {
    const { client, faults } = await begin();
    faults.at(1, 'crashAfter');
    const [first, second] = [fresh(), fresh()];
    for (const name of [first, second]) {
      expect(await nameOfError(client.send(new PutItemCommand(put(name))))).not.toBe('none');
    }
    expect(await stored(first, second)).toEqual([first]);
    faults.reset();
    await client.send(new PutItemCommand(put(second)));
    expect(await stored(second)).toEqual([second]);
    expect(faults.requests).toHaveLength(1);
  });

  it('cancel a transaction for the reasons that are given, without writing', async () => {
    const { client, faults } = await begin();
    const names = [fresh(), fresh(), fresh()];
    const TransactItems = names.map((name) => ({ Put: put(name) }));
    for (const [fault, codes] of [
      [
        'transactionConflict',
        ['TransactionConflict', 'TransactionConflict', 'TransactionConflict'],
      ],
      [{ name: 'transactionConflict', items: [1] }, ['None', 'TransactionConflict', 'None']],
      [
        { name: 'transactionCanceled', reasons: ['None', 'ThrottlingError'] },
        ['None', 'ThrottlingError', 'None'],
      ],
    ] as const) {
      faults.on('TransactWriteItems', fault);
      const error: unknown = await client
        .send(new TransactWriteItemsCommand({ TransactItems }))
        .catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(TransactionCanceledException);
      const { CancellationReasons: reasons } = error as TransactionCanceledException;
      expect(reasons?.map(({ Code }) => Code)).toEqual(codes);
      expect(await stored(...names)).toEqual([]);
    }
    faults.on('TransactWriteItems', { name: 'transactionInProgress', executed: true });
    const sent = client.send(new TransactWriteItemsCommand({ TransactItems }));
    expect(await nameOfError(sent)).toBe('TransactionInProgressException');
    expect(await stored(...names)).toEqual(names);
  });

  it('leave a part of a batch unprocessed: the rest is not written or read', async () => {
    const { client, faults } = await begin();
    const names = [fresh(), fresh(), fresh()];
    const writes = names.map((name) => ({ PutRequest: { Item: keyOf(name) } }));
    faults.on('BatchWriteItem', { name: 'unprocessedItems', processed: 2 });
    const { UnprocessedItems } = await client.send(
      new BatchWriteItemCommand({ RequestItems: { [table.name]: writes } }),
    );
    expect(UnprocessedItems?.[table.name]).toEqual(writes.slice(2));
    expect(await stored(...names)).toEqual(names.slice(0, 2));
    faults.on('BatchGetItem', 'unprocessedItems');
    const Keys = names.map(keyOf);
    const { Responses, UnprocessedKeys } = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead: true } } }),
    );
    expect(Responses?.[table.name]).toEqual(Keys.slice(0, 1));
    expect(UnprocessedKeys).toEqual({
      [table.name]: { Keys: Keys.slice(1), ConsistentRead: true },
    });
  });

  it('strike at the same places for the same seed, and at others for another', async () => {
    const places = async (seed: number): Promise<(string | undefined)[]> => {
      const { client, faults } = await begin(1, seed);
      faults.randomly({ rate: 0.5, faults: ['timeout', 'throttling', 'transactionInProgress'] });
      for (let at = 0; at < 24; at++) {
        await client
          .send(new ScanCommand({ TableName: table.name, Limit: 1 }))
          .catch(() => undefined);
      }
      const { requests } = faults;
      if (seed !== 1) await one.end();
      return requests.map(({ fault }) => fault);
    };
    const [seven, again, one1] = [await places(7), await places(7), await places(1)];
    expect(again).toEqual(seven);
    expect(one1).not.toEqual(seven);
    expect(new Set([...seven, ...one1])).toEqual(new Set([undefined, 'timeout', 'throttling']));
  });

  it('show an index without what was written since, or as it was last seen', async () => {
    const { client, faults } = await begin();
    const tag = fresh();
    const input = {
      TableName: table.name,
      IndexName: '_id2',
      KeyConditionExpression: '#PK = :tag',
      ExpressionAttributeNames: { '#PK': '_id2PK' },
      ExpressionAttributeValues: { ':tag': { S: tag } },
    };
    const page = (path: string) => ({
      ...keyOf(path),
      _id2PK: { S: tag },
      _id2SK: { S: path },
    });
    const seen = async (): Promise<(string | undefined)[]> => {
      const { Items, Count } = await client.send(new QueryCommand(input));
      expect(Count).toBe(Items?.length);
      return (Items ?? []).map(({ PK }) => PK?.S);
    };
    await client.send(new PutItemCommand({ TableName: table.name, Item: page(`${tag}-a`) }));
    faults.catchUpIndexes();
    await client.send(new PutItemCommand({ TableName: table.name, Item: page(`${tag}-b`) }));
    faults.on('Query', 'staleIndex');
    expect(await seen()).toEqual([`${tag}-a`]);
    expect(await seen()).toEqual([`${tag}-a`, `${tag}-b`]);
    await client.send(new PutItemCommand({ TableName: table.name, Item: page(`${tag}-c`) }));
    faults.on('Query', 'staleIndex');
    expect(await seen()).toEqual([`${tag}-a`, `${tag}-b`]);
    expect(await seen()).toHaveLength(3);
  });

  it('interleave what another writer does between an answer and its arrival', async () => {
    const { client, faults } = await begin();
    const [ours, theirs] = [fresh(), fresh()];
    faults.on('GetItem', {
      name: 'interleave',
      run: async () => {
        await honest.send(new PutItemCommand(put(ours)));
        await honest.send(new PutItemCommand(put(theirs)));
      },
    });
    const read = new GetItemCommand({ TableName: table.name, Key: keyOf(ours) });
    expect((await client.send(read)).Item).toBeUndefined();
    expect(await stored(ours, theirs)).toEqual([ours, theirs]);
  });

  it('are refused with a typed error if they cannot be carried out', async () => {
    const { faults } = await begin();
    const bad = [
      () => faults.at(0, 'timeout'),
      () => faults.at(1.5, 'timeout'),
      () => faults.at(1, 'timeuot' as FaultName),
      () => faults.at(1, undefined as unknown as FaultName),
      () => faults.at(1, null as unknown as FaultName),
      () => faults.at(1, 'toString' as FaultName),
      () => faults.at(1, 'timeout', { times: 0 }),
      () => faults.at(1, { name: 'slowAnswer', delayMs: -1 }),
      () => faults.at(1, { name: 'error', code: '' }),
      () => faults.at(1, { name: 'error', code: 'A', status: 200 }),
      () => faults.at(1, 'transactionCanceled'),
      () => faults.at(1, 'interleave'),
      () => faults.at(1, { name: 'unprocessedItems', processed: -1 }),
      () => faults.at(1, { name: 'transactionConflict', items: [-1] }),
      () => faults.from(NaN, 'timeout'),
      () => faults.on('putItem', 'timeout'),
      () => faults.on('Query', 'transactionConflict'),
      () => faults.randomly({ rate: 2, faults: ['timeout'] }),
      () => faults.randomly({ rate: 1, faults: [] }),
      () => isFaultOf('nothing' as FaultName, 'PutItem'),
    ];
    for (const each of bad) {
      expect(each).toThrow(expect.objectContaining({ name: 'TestingError', code: 'InvalidInput' }));
    }
  });
});

describe('The injector', () => {
  it('works in a document client, whose values stay as they are', async () => {
    const client = localClient();
    const documents = DynamoDBDocumentClient.from(client);
    const faults: FaultInjector = injectFaults(documents);
    const Key = { PK: fresh(), SK: 'item' };
    faults.on('PutItem', 'answerLost');
    await documents.send(new PutCommand({ TableName: table.name, Item: { ...Key, n: 7 } }));
    expect(faults.requests.map(({ fault }) => fault)).toEqual(['answerLost', undefined]);
    const { Item } = await documents.send(new GetCommand({ TableName: table.name, Key }));
    expect(Item).toEqual({ ...Key, n: 7 });
    faults.remove();
    faults.on('GetItem', 'timeout', { times: Infinity });
    await documents.send(new GetCommand({ TableName: table.name, Key }));
    expect(faults.requests).toHaveLength(3);
    client.destroy();
  });

  it('refuses what it cannot put faults into', () => {
    const cached = createClient();
    for (const client of [cached, {}, undefined, null]) {
      expect(() => injectFaults(client as DynamoDBClient)).toThrow(
        expect.objectContaining({ code: 'InvalidInput' }),
      );
    }
    cached.destroy();
    expect(() => injectFaults(honest, { seed: 1.5 })).toThrow(
      expect.objectContaining({ code: 'InvalidInput' }),
    );
  });

  it('knows for every fault which operations have it', () => {
    expect(FAULT_NAMES.filter((name) => !isFaultOf(name, 'PutItem'))).toEqual([
      'staleIndex',
      'transactionCanceled',
      'transactionInProgress',
      'unprocessedItems',
    ]);
  });
});

describe('The proxy', () => {
  it('serves a client that caches its middleware, and closes more than once', async () => {
    const proxy: FaultProxy = await startFaultProxy();
    const client = createClient({ endpoint: proxy.endpoint, ...once1 });
    proxy.on('PutItem', 'throttling');
    const name = fresh();
    await client.send(new PutItemCommand(put(name)));
    expect(proxy.requests).toHaveLength(2);
    expect(await stored(name)).toEqual([name]);
    client.destroy();
    await Promise.all([proxy.close(), proxy.close()]);
    await proxy[Symbol.asyncDispose]();
    await expect(fetch(proxy.endpoint)).rejects.toThrow();
  });

  it('refuses a port that is taken, and options out of range', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    for (const [options, code] of [
      [{ port }, 'PortInUse'],
      [{ port: 0 }, 'InvalidInput'],
      [{ timeoutMs: -1 }, 'InvalidInput'],
      [{ seed: 0.5 }, 'InvalidInput'],
      [{ endpoint: 'https://dynamodb.eu-west-1.amazonaws.com' }, 'InvalidInput'],
      [{ endpoint: 'nonsense' }, 'InvalidInput'],
    ] as const) {
      await expect(startFaultProxy(options)).rejects.toMatchObject({ code });
    }
    holder.close();
  });
});
