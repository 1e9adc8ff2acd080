import { createTestTable } from '@latchkey/entity/testing';
import { AsyncLocalStorage } from 'node:async_hooks';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { itemSize } from '../../src/attributes/assertItemSize.js';
import { measurePartition } from '../../src/operations/measurePartition.js';
import type { CommandEvent } from '../../src/table/Sender.js';
import { Table } from '../../src/sdk/Table.js';
import { watchCommands } from '../../src/table/watchCommands.js';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { Account, AccessType, AccountToken, defineEntity } from '@latchkey/schema';
import * as z from 'zod';

const Visit = defineEntity({
  name: 'Visit',
  schema: z.object({
    accountId: z.ulid(),
    day: z.string(),
    note: z.string(),
    place: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.day'], relatedTo: Account },
    { name: '_id3', PK: ['.place'], SK: ['.day'] },
  ],
});

let test: Awaited<ReturnType<typeof createTestTable>>;
beforeAll(async () => {
  test = await createTestTable([Account, AccessType, AccountToken, Visit]);
});
afterAll(() => test.drop());

const accountOf = async (username: string) => {
  const accountId = test.table.newUlid();
  await test.table.entity(Account).createOne({ item: { accountId, username } });
  return accountId;
};

describe('watchCommands', () => {
  it('tells of every request of the table and its entities, until it is stopped', async () => {
    const events: CommandEvent[] = [];
    const stop = watchCommands(test.table, (event) => events.push(event));
    const accountId = await accountOf('watched');
    await test.table.entity(Account).findOne({ filter: { accountId }, consistent: true });
    expect(events).toMatchObject([
      { command: 'TransactWriteItems', attempts: 1, consumedCapacity: expect.any(Number) },
      { command: 'GetItem', attempts: 1, consumedCapacity: 1 },
    ]);
    stop();
    stop();
    await test.table.entity(Account).findOne({ filter: { accountId } });
    expect(events).toHaveLength(2);
  });

  it('tells each of several listeners, beside onCommand, whatever another one throws', async () => {
    const heard: string[] = [];
    const stops = [
      watchCommands(test.table, () => {
        throw new Error('a broken listener');
      }),
      watchCommands(test.table, ({ command }) => heard.push(command)),
    ];
    await test.table.entity(Account).findOne({ filter: { accountId: test.table.newUlid() } });
    for (const stop of stops) stop();
    expect(heard).toEqual(['GetItem']);
  });

  it('calls in the context of the operation, so that operations at once are told apart', async () => {
    const running = new AsyncLocalStorage<string>();
    const heard: (string | undefined)[] = [];
    const stop = watchCommands(test.table, () => heard.push(running.getStore()));
    const read = async (accountId: string): Promise<unknown> =>
      test.table.entity(Account).findOne({ filter: { accountId } });
    const ids = Array.from({ length: 20 }, () => test.table.newUlid());
    await Promise.all(ids.map((id) => running.run(id, () => read(id))));
    stop();
    expect([...heard].sort()).toEqual(ids);
  });

  it('refuses anything but a table', () => {
    for (const wrong of [undefined, {}, test.table.entity(Account)]) {
      const error = errorFrom(() => watchCommands(wrong as never, () => undefined));
      expect(error.code).toBe('InvalidInput');
    }
  });
});

describe('measurePartition', () => {
  it('gives the size of every item, of its unique items, and the number of its index entries', async () => {
    const { table, client } = test;
    const accountId = await accountOf('measured');
    const visits = table.entity(Visit);
    for (const [day, place] of [
      ['1', 'Rome'],
      ['2', undefined],
    ] as const) {
      await visits.createOne({
        item: { accountId, day, note: 'x'.repeat(3000), ...(place !== undefined && { place }) },
      });
    }
    await table.entity(AccessType).createOne({
      item: { accountId, data: { kind: 'email', value: 'measured@example.com' } },
    });
    const { bytes, documents } = await measurePartition(table.entity(Account), { accountId });
    expect(documents).toMatchObject(
      [
        { entity: 'AccessType', uniqueBytes: [expect.any(Number)], globalIndexes: 0 },
        { entity: 'Account', uniqueBytes: [expect.any(Number)], globalIndexes: 0 },
        { entity: 'Visit', key: { accountId, day: '1' }, uniqueBytes: [], globalIndexes: 1 },
        { entity: 'Visit', key: { accountId, day: '2' }, uniqueBytes: [], globalIndexes: 0 },
      ].sort((one, other) => (one.entity < other.entity ? -1 : 1)),
    );
    expect(bytes).toBe(documents.reduce((sum, document) => sum + document.bytes, 0));
    const { Item = {} } = await client.send(
      new GetItemCommand({
        TableName: table.name,
        Key: { PK: { S: 'account._id2#measured' }, SK: { S: 'unique' } },
      }),
    );
    const account = documents.find(({ entity }) => entity === 'Account');
    expect(account?.uniqueBytes).toEqual([itemSize(Item)]);
  });

  it('gives nothing for a document that is not there', async () => {
    const accountId = test.table.newUlid();
    const found = await measurePartition(test.table.entity(Account), { accountId });
    expect(found).toEqual({ bytes: 0, documents: [] });
  });

  it('reads a partition of more than a megabyte to its end', async () => {
    const accountId = await accountOf('large');
    const visits = test.table.entity(Visit);
    const note = 'x'.repeat(300 * 1024);
    for (const day of ['1', '2', '3', '4', '5']) {
      await visits.createOne({ item: { accountId, day, note } });
    }
    const found = await measurePartition(test.table.entity(Account), { accountId });
    expect(found.documents).toHaveLength(6);
    expect(found.bytes).toBeGreaterThan(5 * note.length);
  });

  it('measures documents of entities that are not bound, without their keys', async () => {
    const { table } = test;
    const accountId = await accountOf('foreign');
    await table.entity(Visit).createOne({ item: { accountId, day: '1', note: '' } });
    const other = new Table({ name: table.name, client: test.client });
    const { documents } = await measurePartition(other.entity(Account), { accountId });
    const [visit] = documents.filter(({ entity }) => entity === 'Visit');
    expect(visit).toMatchObject({ key: {}, uniqueBytes: [], globalIndexes: 0 });
    expect(visit?.bytes).toBeGreaterThan(50);
  });

  it('refuses anything but an entity', async () => {
    const error = await errorOf(measurePartition(test.table as never, {}));
    expect(error.code).toBe('InvalidInput');
  });
});
