import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { injectFaults } from '@latchkey/entity/testing';
import { crc32 } from 'node:zlib';
import type { LeanClient } from '../../src/lean/LeanClient.js';
import { sdkClient } from '../../src/sdk/sdkClient.js';
import { isOperationClient, type Operation } from '../../src/table/OperationClient.js';
import { errorOf } from '../support/errorOf.js';
import { Order } from '../support/entities.js';
import {
  CLIENTS,
  startHostile,
  tableOf,
  thrownBy,
  type Answerer,
  type Hostile,
} from './support.js';

const JSON_TYPE = 'application/x-amz-json-1.0';
const GOOD = JSON.stringify({ Item: { text: { S: 'ada' }, bytes: { B: 'AQID' } } });
const GET: Operation<'GetItem'> = {
  name: 'GetItem',
  input: { TableName: 'orders', Key: { PK: { S: 'a' }, SK: { S: 'b' } } },
};
const ITEM = { text: { S: 'ada' }, bytes: { B: new Uint8Array([1, 2, 3]) } };

let server: Hostile;
let clients: Record<'SDK' | 'lean', DynamoDBClient | LeanClient>;
beforeAll(async () => {
  server = await startHostile();
});
beforeEach(() => {
  // New ones, since each keeps what it has learnt of the server's clock.
  clients = { SDK: CLIENTS.SDK(server.endpoint), lean: CLIENTS.lean(server.endpoint) };
});
afterEach(() => {
  for (const client of Object.values(clients)) client.destroy();
});
afterAll(() => server.close());

function good(response: Parameters<Answerer>[0]): void {
  response.writeHead(200, { 'content-type': JSON_TYPE }).end(GOOD);
}
function refuse(name: string, status = 400, more: object = {}): Answerer {
  return (response) => {
    const __type = `com.amazonaws.dynamodb.v20120810#${name}`;
    const headers = { 'content-type': JSON_TYPE, 'x-amzn-requestid': 'R1' };
    response.writeHead(status, headers).end(JSON.stringify({ __type, message: 'no', ...more }));
  };
}
/** The fault at the first attempt, and a good answer at the second. */
function once(fault: Answerer): Answerer {
  return (response, nth, request) => (nth === 1 ? fault(response, nth, request) : good(response));
}
/** Outcome of a request, apart from what is different each time. */
async function outcomeBy(client: DynamoDBClient | LeanClient, fault: Answerer): Promise<object> {
  server.answerBy(fault);
  const sender = isOperationClient(client) ? client : sdkClient(client);
  try {
    const { $metadata, Item } = await sender.send(GET);
    return { Item, attempts: $metadata.attempts, status: $metadata.httpStatusCode };
  } catch (error) {
    const { name, $fault, $metadata, Item, CancellationReasons } = error as Record<string, unknown>;
    const { attempts, httpStatusCode: status } = $metadata as Record<string, unknown>;
    return { name, $fault, Item, CancellationReasons, attempts, status };
  }
}

/** Faults that both clients meet alike, and what comes of each. */
const ALIKE: readonly (readonly [string, Answerer, object])[] = [
  ['a good answer', good, { Item: ITEM, attempts: 1, status: 200 }],
  ['an internal error', once(refuse('InternalServerError', 500)), { Item: ITEM, attempts: 2 }],
  [
    'throttling without an end',
    refuse('ProvisionedThroughputExceededException'),
    { name: 'ProvisionedThroughputExceededException', $fault: 'client', attempts: 2, status: 400 },
  ],
  [
    'a failed condition with its item',
    refuse('ConditionalCheckFailedException', 400, { Item: { bytes: { B: 'AQID' } } }),
    {
      name: 'ConditionalCheckFailedException',
      Item: { bytes: { B: new Uint8Array([1, 2, 3]) } },
      attempts: 1,
      status: 400,
    },
  ],
  [
    'a cancelled transaction with its reasons',
    refuse('TransactionCanceledException', 400, {
      CancellationReasons: [{ Code: 'ConditionalCheckFailed', Item: { a: { BS: ['AQID'] } } }],
    }),
    {
      name: 'TransactionCanceledException',
      CancellationReasons: [
        { Code: 'ConditionalCheckFailed', Item: { a: { BS: [new Uint8Array([1, 2, 3])] } } },
      ],
      attempts: 1,
    },
  ],
  [
    'expired credentials',
    refuse('ExpiredTokenException'),
    { name: 'ExpiredTokenException', $fault: 'client', attempts: 1 },
  ],
  [
    'a connection that is cut before the answer',
    once((response) => void response.destroy()),
    { Item: ITEM, attempts: 2 },
  ],
  [
    'an answer that is cut in its middle',
    once((response) => {
      response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': GOOD.length });
      response.write(GOOD.slice(0, 9), () => void response.destroy());
    }),
    { Item: ITEM, attempts: 2 },
  ],
  [
    'a clock that is an hour slow',
    (response, nth) => {
      response.setHeader('date', new Date(Date.now() + 3_600_000).toUTCString());
      if (nth === 1) void refuse('InvalidSignatureException')(response, nth, {} as never);
      else good(response);
    },
    { Item: ITEM, attempts: 2 },
  ],
  [
    'a page of another server',
    (response) => void response.writeHead(404).end('<html>'),
    { name: 'SyntaxError', attempts: 1, status: 404 },
  ],
  [
    'an error page of a gateway',
    once((response) => void response.writeHead(502).end('<html>')),
    { Item: ITEM, attempts: 2 },
  ],
  [
    'a refusal without a word',
    (response) => void response.writeHead(400).end(),
    { name: 'Unknown', attempts: 1, status: 400 },
  ],
];

describe.each(['SDK', 'lean'] as const)('The %s client meets', (kind) => {
  it.each(ALIKE)('%s', async (_, fault, expected) => {
    expect(await outcomeBy(clients[kind], fault)).toMatchObject(expected);
  });

  it('an answer that does not come', async () => {
    const hasty = CLIENTS[kind](server.endpoint, 100);
    expect(await outcomeBy(hasty, () => undefined)).toMatchObject({
      name: 'TimeoutError',
      attempts: 2,
    });
    hasty.destroy();
  });
});

it('The lean client signs again by the clock of the server', async () => {
  const ahead = Date.now() + 3_600_000;
  const [, fault = good] = ALIKE.find(([title]) => title.startsWith('a clock')) ?? [];
  await outcomeBy(clients.lean, fault);
  const times = server.requests.map((headers) => String(headers['x-amz-date']));
  expect(times).toHaveLength(2);
  expect(times[1]?.slice(0, 11)).toBe(
    new Date(ahead).toISOString().replace(/[-:]/g, '').slice(0, 11),
  );
});

/** Answers that the SDK's client lets pass, or does not send again. */
const BROKEN: readonly (readonly [string, Answerer])[] = [
  [
    'an answer that comes twice',
    (response) => void response.setHeader('content-type', JSON_TYPE).end(GOOD + GOOD),
  ],
  [
    'an answer that is not an object',
    (response) => void response.setHeader('content-type', JSON_TYPE).end('7'),
  ],
  [
    'an answer with nothing in it',
    (response) => void response.setHeader('content-type', JSON_TYPE).end(),
  ],
  [
    'an answer of which a byte is another',
    (response) => {
      response.writeHead(200, { 'content-type': JSON_TYPE, 'x-amz-crc32': crc32(GOOD) });
      response.end(GOOD.replace('ada', 'bob'));
    },
  ],
  [
    'an answer that is too large',
    (response) => void response.setHeader('content-type', JSON_TYPE).end(' '.repeat(2000)),
  ],
];

it.each(BROKEN)('The lean client sends a request again for %s', async (_, fault) => {
  const client = CLIENTS.lean(server.endpoint);
  expect(await outcomeBy(client, once(fault))).toMatchObject({ Item: ITEM, attempts: 2 });
  client.destroy();
});

it.each(BROKEN)('The lean client ends in a typed error that may pass for %s', async (_, fault) => {
  const small = CLIENTS.lean(server.endpoint);
  server.answerBy(fault);
  const read = tableOf(small)
    .entity(Order)
    .findOne({ filter: { userId: 'a', number: 1 } });
  expect(await errorOf(read)).toMatchObject({
    code: 'RequestFailed',
    details: {
      command: 'GetItem',
      reason: 'temporary',
      retryable: true,
      sdkError: 'InvalidResponse',
    },
  });
  small.destroy();
});

it('A good checksum passes', async () => {
  const outcome = await outcomeBy(clients.lean, (response) => {
    response.writeHead(200, { 'content-type': JSON_TYPE, 'x-amz-crc32': crc32(GOOD) }).end(GOOD);
  });
  expect(outcome).toMatchObject({ Item: ITEM, attempts: 1 });
});

it('Every attempt of a transaction has the same idempotency token', async () => {
  const bodies: string[] = [];
  const lean = clients.lean as LeanClient;
  lean.intercept((next) => (request) => {
    bodies.push(request.body);
    return next(request);
  });
  server.answerBy(once(refuse('InternalServerError', 500)));
  await lean.send({ name: 'TransactWriteItems', input: { TransactItems: [] } });
  expect(bodies).toHaveLength(2);
  expect(bodies[0]).toMatch(/"ClientRequestToken":"[\da-f-]{36}"/);
  expect(bodies[1]).toBe(bodies[0]);
});

it('An outage is not multiplied: the budget of retries ends for all requests of a client', async () => {
  const lean = clients.lean as LeanClient;
  server.answerBy(refuse('InternalServerError', 500));
  // 500 units buy 35 retries at 14 each.
  await Promise.all(Array.from({ length: 60 }, () => thrownBy(lean.send(GET))));
  expect(server.requests).toHaveLength(60 + 35);
});

it('An error has neither the secret nor the signature', async () => {
  server.answerBy(refuse('InvalidSignatureException'));
  const error = await thrownBy((clients.lean as LeanClient).send(GET));
  const shown = JSON.stringify([error, Object.entries(error), error.message, error.stack]);
  expect(shown).not.toMatch(/an example of a secret|Signature=|AWS4-HMAC/);
});

it('Faults are injected into a lean client, and removed', async () => {
  const lean = clients.lean as LeanClient;
  server.answerBy(good);
  const faults = injectFaults(lean, { seed: 1 });
  faults.on('GetItem', 'connectionResetAfter');
  expect((await lean.send(GET)).$metadata.attempts).toBe(2);
  faults.on('GetItem', { name: 'error', code: 'AccessDeniedException' });
  expect(await thrownBy(lean.send(GET))).toMatchObject({ name: 'AccessDeniedException' });
  expect(faults.requests.map(({ request, attempt, fault }) => [request, attempt, fault])).toEqual([
    [1, 1, 'connectionResetAfter'],
    [1, 2, undefined],
    [2, 1, 'error'],
  ]);
  faults.remove();
  expect((await lean.send(GET)).Item).toEqual(ITEM);
  expect(server.requests).toHaveLength(3);
});
