import { Table, type EntityErrorCode } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Note, Order, User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';

const OTHER_KEYS = { attributes: { PK: 'pk', SK: 'sk' } };
const key = { userId: 'a', number: 1 };
const note = { owner: 'a', title: 't' };

/** An operation for each request that the package sends. */
const OPERATIONS: Readonly<Record<string, (table: Table) => Promise<unknown>>> = {
  GetItem: (table) => table.entity(Order).findOne({ filter: key }),
  Query: async (table) => table.entity(Order).findMany({ filter: { userId: 'a' } }),
  Scan: async (table) => table.entity(Order).scan(),
  PutItem: (table) => table.entity(Note).createOne({ item: note }),
  UpdateItem: (table) =>
    table.entity(Note).updateOne({ filter: note, update: { $set: { text: 'x' } } }),
  DeleteItem: (table) => table.entity(Note).deleteOne({ filter: note }),
  BatchGetItem: (table) => table.batchGet([table.entity(Order).reference(key)]),
  BatchWriteItem: (table) => table.batchWrite([table.entity(Note).putRequest({ item: note })]),
  TransactGetItems: (table) => table.transactGet([table.entity(Order).reference(key)]),
  TransactWriteItems: (table) =>
    table.entity(User).createOne({ item: { userId: 'a', email: 'a@example.com' } }),
};

let test: TestTable;
let web: Server;
let refusing: Server;
let closedPort: number;

beforeAll(async () => {
  test = await createTestTable([], OTHER_KEYS);
  web = createWebServer((_, response) => {
    response.writeHead(404, { 'content-type': 'text/html' }).end('<html>Nothing here</html>');
  }).listen(0, '127.0.0.1');
  // As DynamoDB answers to credentials that it does not know, of which DynamoDB Local knows all.
  refusing = createWebServer((_, response) => {
    const __type = 'com.amazon.coral.service#UnrecognizedClientException';
    const message = 'The security token included in the request is invalid.';
    response
      .writeHead(400, { 'content-type': 'application/x-amz-json-1.0' })
      .end(JSON.stringify({ __type, message }));
  }).listen(0, '127.0.0.1');
  const closed = createServer().listen(0, '127.0.0.1');
  await Promise.all([web, refusing, closed].map((server) => once(server, 'listening')));
  closedPort = (closed.address() as AddressInfo).port;
  closed.close();
});
afterAll(async () => {
  web.close();
  refusing.close();
  await test.drop();
});

function endpointOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Case = [string, () => Table, EntityErrorCode, object, RegExp];
const CASES: Case[] = [
  [
    'a table that does not exist',
    () => new Table({ name: 'no-such-table', client: test.client }),
    'TableNotFound',
    { table: 'no-such-table', retryable: false },
    /There is no table no-such-table/,
  ],
  [
    'a table with another key',
    () => new Table({ name: test.table.name, client: test.client }),
    'TableMismatch',
    { lacking: 'key', retryable: false },
    /Its key has other names/,
  ],
  [
    'a port where nothing listens',
    () => new Table({ name: 'table', client: localClient(`http://127.0.0.1:${closedPort}`) }),
    'Unreachable',
    { reason: 'noConnection', retryable: true },
    /No response from 127\.0\.0\.1:\d+/,
  ],
  [
    'a port where nothing listens on any address of a name',
    () => new Table({ name: 'table', client: localClient(`http://localhost:${closedPort}`) }),
    'Unreachable',
    { reason: 'noConnection', retryable: true },
    /No response/,
  ],
  [
    'a host that does not exist',
    () => new Table({ name: 'table', client: localClient('http://no-such-host.invalid:8000') }),
    'Unreachable',
    { reason: 'noConnection', retryable: true },
    /No response from no-such-host\.invalid/,
  ],
  [
    'another server',
    () => new Table({ name: 'table', client: localClient(endpointOf(web)) }),
    'Unreachable',
    { reason: 'notDynamoDB', retryable: false },
    /The server at the endpoint is not DynamoDB/,
  ],
  [
    'credentials that cannot be',
    () => new Table({ name: 'table', client: localClient(endpointOf(refusing)) }),
    'AccessDenied',
    { reason: 'credentials', retryable: false },
    /no valid credentials/,
  ],
];

describe.each(CASES)('%s', (_, makeTable, code, details, message) => {
  // A scan names no key, and finds nothing of ours.
  const commands = Object.keys(OPERATIONS).filter(
    (command) => command !== 'Scan' || code !== 'TableMismatch',
  );
  it.each(commands)('is named at once by %s', async (command) => {
    const startedMs = performance.now();
    const error = await errorOf(OPERATIONS[command]?.(makeTable()) ?? Promise.resolve());
    expect(error).toMatchObject({ code, details });
    expect(error.message).toMatch(message);
    expect(error.cause).toBeInstanceOf(Error);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

it('An index that the table lacks is named', async () => {
  const table = new Table({ name: test.table.name, client: test.client, ...OTHER_KEYS });
  const error = await errorOf(
    Promise.resolve(
      table.entity(Order).findMany({ filter: { state: 'open', placedAt: { $exists: true } } }),
    ),
  );
  expect(error).toMatchObject({ code: 'TableMismatch', details: { lacking: 'index' } });
});

it('No error of a request shows what was to be written', async () => {
  for (const [, makeTable] of CASES) {
    const item = { userId: 'u', email: 'canary@example.com', password: 'canary' };
    const error = await errorOf(makeTable().entity(User).createOne({ item }));
    expect(JSON.stringify([error.message, error.details])).not.toContain('canary');
    expect(String((error.cause as Error).stack)).not.toContain('canary');
  }
});
