import { DeleteItemCommand, PutItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

/** The first stored form of a task, and the present one. */
const OldTask = defineEntity({
  name: 'Task',
  schema: z.object({ list: z.string(), title: z.string(), slug: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.list'], SK: ['.title'] },
    { name: '_id2', PK: ['.slug'], unique: true },
  ],
});
const Task = defineEntity({
  name: 'Task',
  schema: z.object({
    list: z.string(),
    title: z.string(),
    slug: z.string().optional(),
    words: z.int(),
    done: z.boolean(),
  }),
  indexes: [
    { name: '_id', PK: ['.list'], SK: ['.title'] },
    { name: '_id2', PK: ['.slug'], unique: true },
  ],
  migrations: [
    (stored) => ({ ...stored, words: String(stored.title).split(' ').length }),
    (stored) => ({ ...stored, done: stored.words === 3 }),
  ],
});
/** Short names that are also the names of other fields. */
const Parcel = defineEntity({
  name: 'Parcel',
  schema: z.object({
    from: z.string(),
    to: z.string(),
    size: z.number(),
    weight: z.number(),
    where: z.object({ city: z.string() }).optional(),
    until: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.from'], SK: ['.to'] },
    { name: '_id2', PK: ['.where.city'], SK: ['.weight'] },
  ],
  aliases: { from: 'to', to: 'f', size: 's', weight: 'weight', where: 'w', until: 'u' },
  expiresAt: 'until',
});
const Bill = defineEntity({
  name: 'Bill',
  schema: z.object({
    owner: z.string(),
    number: z.int(),
    net: z.number(),
    rate: z.number().default(0.5),
    gross: z.number().optional(),
    label: z.string().optional(),
    note: z.string().optional(),
    place: z.object({ city: z.string().optional() }).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.owner'], SK: ['.number'] },
    { name: '_id2', PK: ['.label'], unique: true },
    { name: '_id3', PK: ['.owner'], SK: ['.gross'] },
  ],
  readOnly: ['number', 'place.city'],
  computed: {
    gross: { from: ['net', 'rate'], compute: ({ net, rate }) => net * (1 + rate) },
    label: {
      from: ['owner', 'net'],
      compute: ({ owner, net }) => (net > 0 ? `${owner}:${net}` : undefined),
    },
  },
});

const definitions = [Task, Parcel, Bill];
let test: TestTable;
let old: Table;
let client: DynamoDBClient;
const sent: string[] = [];

beforeAll(async () => {
  client = localClient();
  test = await createTestTable(definitions, {
    client,
    onCommand: ({ command }) => sent.push(command),
  });
  old = new Table({ name: test.table.name, client });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});
afterEach(async () => {
  expect(await sweepUniques(client, test.table.name, definitions)).toEqual([]);
});

const codeOf = async (action: Promise<unknown>) => (await errorOf(action)).code;
const stored = async (head: string) =>
  (await tableItems(client, test.table.name)).filter(({ PK }) => PK?.S?.startsWith(head));

describe('a document in an older stored form', () => {
  const make = (list: string, slug?: string) =>
    old.entity(OldTask).createOne({ item: { list, title: 'to do now', ...(slug && { slug }) } });
  const present = { title: 'to do now', words: 3, done: true };

  it('is in the present form wherever it is read, also in part', async () => {
    await make('read', 'slug-read');
    const tasks = test.table.entity(Task);
    const filter = { list: 'read' };
    const key = { list: 'read', title: 'to do now' };
    expect((await tasks.findOne({ filter: key })).item).toMatchObject(present);
    expect((await tasks.findOne({ filter: { slug: 'slug-read' } })).item).toMatchObject(present);
    expect((await tasks.findMany({ filter })).items).toMatchObject([present]);
    expect((await tasks.paginate({ filter })).edges[0]?.node).toMatchObject(present);
    expect((await tasks.scan({ condition: filter })).items).toMatchObject([present]);
    expect(await test.table.batchGet([tasks.reference(key)])).toMatchObject([present]);
    const part = await tasks.findOne({ filter: key, project: ['words', 'done'] });
    expect(part.item).toMatchObject({ words: 3, done: true });
    expect(Object.keys(part.item ?? {}).sort()).toEqual(['done', 'id', 'words']);
    const error = tasks.findOne({ filter: key, project: ['nothing' as 'words'] });
    expect(await codeOf(error)).toBe('InvalidInput');
    expect((await stored('task#read'))[0]).not.toHaveProperty('words');
  });

  it('is written back whole by the next write, blind, in a transaction, or of a unique value', async () => {
    const tasks = test.table.entity(Task);
    const change = (list: string) => ({
      filter: { list, title: 'to do now' },
      update: { $set: { done: false } },
    });
    for (const list of ['blind', 'transact', 'rename']) await make(list, `slug-${list}`);
    await tasks.updateOne(change('blind'));
    await test.table.transact([tasks.updateOneOperation(change('transact'))]);
    await tasks.updateOne({
      filter: { slug: 'slug-rename' },
      update: { $set: { slug: 'slug-renamed' } },
    });
    for (const list of ['blind', 'transact', 'rename']) {
      const [item] = await stored(`task#${list}`);
      expect(item).toMatchObject({
        words: { N: '3' },
        done: { BOOL: list === 'rename' },
        _s: { N: '2' },
        _v: { N: '2' },
      });
    }
    sent.length = 0;
    await tasks.updateOne(change('blind'));
    expect(sent).toEqual(['UpdateItem']);
  });

  it('is deleted with its unique value, and is refused where its version is another', async () => {
    const tasks = test.table.entity(Task);
    await make('gone', 'slug-gone');
    const filter = { list: 'gone', title: 'to do now' };
    const update = { $set: { done: false } };
    expect(await codeOf(tasks.updateOne({ filter, update, version: 5 }))).toBe('VersionConflict');
    await tasks.deleteOne({ filter });
    expect(await stored('task#gone')).toEqual([]);
    await tasks.createOne({
      item: { list: 'gone', title: 'x', slug: 'slug-gone', words: 1, done: true },
    });
  });
});

describe('aliases', () => {
  it('are what items, keys, conditions, updates and projections hold, and nobody sees them', async () => {
    const parcels = test.table.entity(Parcel);
    const until = new Date('2040-01-01');
    const item = { from: 'A', to: 'B', size: 1, weight: 2, where: { city: 'Rome' }, until };
    const created = await parcels.createOne({ item });
    expect(created.item).toMatchObject(item);
    const [raw] = await stored('parcel#A');
    expect(raw).toMatchObject({
      to: { S: 'A' },
      f: { S: 'B' },
      s: { N: '1' },
      weight: { N: '2' },
      w: { M: { city: { S: 'Rome' } } },
      ttl: { N: String(until.getTime() / 1000) },
      _id2PK: { S: 'parcel#Rome' },
    });
    for (const name of ['from', 'size', 'where', 'until']) expect(raw).not.toHaveProperty(name);
    const filter = { from: 'A', to: 'B' };
    const { item: updated } = await parcels.updateOne({
      filter,
      condition: { size: { $lt: 5 }, 'where.city': 'Rome' },
      update: { $inc: { size: 4 }, $set: { 'where.city': 'Oslo' }, $remove: ['until'] },
    });
    expect(updated).toMatchObject({ from: 'A', to: 'B', size: 5, where: { city: 'Oslo' } });
    await parcels.updateOne({ filter, update: { $inc: { size: 1 } } });
    for (const where of [filter, { 'where.city': 'Oslo' }, { from: 'A', size: { $gt: 5 } }]) {
      const found = await parcels.findMany({
        filter: where,
        project: ['size', 'where.city', 'from'],
      });
      expect(found.items).toMatchObject([{ from: 'A', size: 6, where: { city: 'Oslo' } }]);
      expect(Object.keys(found.items[0] ?? {}).sort()).toEqual(['from', 'id', 'size', 'where']);
    }
    expect((await stored('parcel#A'))[0]).not.toHaveProperty('u');
    expect((await parcels.scan({ condition: { to: 'B' } })).items).toHaveLength(1);
    const error = await errorOf(
      parcels.updateOne({ filter, condition: { size: 9 }, update: { $inc: { size: 1 } } }),
    );
    expect(error.details).toMatchObject({ item: { size: 6, from: 'A' } });
  });
});

describe('computed fields', () => {
  it('are stored, follow every update, and are in the keys that are made from them', async () => {
    const bills = test.table.entity(Bill);
    const { item } = await bills.createOne({ item: { owner: 'a', number: 1, net: 10 } });
    expect(item).toMatchObject({ gross: 15, label: 'a:10' });
    const filter = { owner: 'a', number: 1 };
    await bills.updateOne({ filter, update: { $inc: { net: 10 } } });
    expect((await bills.findOne({ filter: { label: 'a:20' } })).item?.gross).toBe(30);
    expect((await bills.findOne({ filter: { label: 'a:10' } })).item).toBeNull();
    await bills.updateOne({ filter, update: { $set: { rate: 1 } } });
    const dear = { owner: 'a', gross: { $gte: 40 } };
    expect((await bills.findMany({ filter: dear })).items).toMatchObject([{ gross: 40 }]);
    await test.table.transact([bills.updateOneOperation({ filter, update: { $set: { net: 0 } } })]);
    const { item: last } = await bills.findOne({ filter });
    expect(last?.gross).toBe(0);
    expect(last).not.toHaveProperty('label');
    await bills.updateMany({ filter: { owner: 'a' }, update: { $set: { net: 2 } } });
    expect((await bills.findOne({ filter: { label: 'a:2' } })).item?.gross).toBe(4);
    const { item: upserted } = await bills.updateOne({
      filter: { owner: 'a', number: 2 },
      update: { $set: { net: 3 } },
      upsert: true,
    });
    expect(upserted).toMatchObject({ gross: 4.5, label: 'a:3' });
  });

  it('follow from what a postParse hook makes of a document', async () => {
    const bills = test.table.entity(Bill).addHooks((hooks) => {
      hooks.postParse((fields) => Object.freeze({ ...fields, net: 100 }));
    });
    const { item } = await bills.createOne({ item: { owner: 'h', number: 1, net: 10 } });
    expect(item).toMatchObject({ net: 100, gross: 150, label: 'h:100' });
  });

  it('cannot be set, and read-only fields not changed, not even inside an object or a key', async () => {
    const bills = test.table.entity(Bill);
    const filter = { owner: 'f', number: 1 };
    await bills.createOne({ item: { ...filter, net: 1, place: { city: 'Rome' } } });
    sent.length = 0;
    const item = { owner: 'f', number: 2, net: 1 };
    expect(await codeOf(bills.createOne({ item: { ...item, gross: 1 } }))).toBe('InvalidInput');
    for (const update of [
      { $set: { gross: 1 } },
      { $inc: { gross: 1 } },
      { $setOnInsert: { gross: 1 } },
      { $remove: ['label'] },
      { $set: { number: 5 } },
      { $inc: { number: 1 } },
      { $set: { 'place.city': 'Oslo' } },
      { $set: { place: {} } },
      { $remove: ['place'] },
    ] as const) {
      expect(await codeOf(bills.updateOne({ filter, update }))).toBe('InvalidInput');
      expect(await codeOf(bills.updateMany({ filter, update }))).toBe('InvalidInput');
    }
    expect(sent.filter((command) => !['Query', 'GetItem'].includes(command))).toEqual([]);
    const { item: made } = await bills.updateOne({
      filter: { owner: 'f', number: 3 },
      update: { $set: { net: 7 }, $setOnInsert: { 'place.city': 'Rome' } },
      upsert: true,
    });
    expect(made?.place?.city).toBe('Rome');
  });
});

describe('a condition, a filter', () => {
  it('on a path that the schema lacks is refused before anything is sent', async () => {
    const bills = test.table.entity(Bill);
    const filter = { owner: 'x', number: 1 };
    const update = { $set: { note: 'n' } };
    for (const path of ['nothing', 'place.nothing', 'note.inside', 'PK', '_op', 'ttl', '']) {
      for (const condition of [
        { [path]: 1 },
        { [path]: { $exists: false } },
        { $or: [{ net: 1 }, { [path]: 1 }] },
        { $not: { $and: [{ [path]: 1 }] } },
      ] as object[]) {
        for (const action of [
          bills.updateOne({ filter, condition, update }),
          bills.deleteOne({ filter, condition }),
          bills.findMany({ filter: { owner: 'x', ...condition } }),
          bills.scan({ condition }),
          test.table.transact([bills.checkOperation({ filter, condition })]),
        ]) {
          const code = await codeOf(Promise.resolve(action).then((value) => value));
          expect(code).toBe('InvalidInput');
        }
      }
    }
    expect(sent.filter((command) => command !== 'GetItem')).toEqual([]);
  });
});

describe('an item over 400 KB', () => {
  it('is refused by every write before it is sent', async () => {
    const bills = test.table.entity(Bill);
    const item = { owner: 'big', number: 1, net: 1 };
    await bills.createOne({ item });
    sent.length = 0;
    const note = 'x'.repeat(410_000);
    for (const action of [
      () => bills.createOne({ item: { ...item, number: 2, note } }),
      () => bills.updateOne({ filter: { owner: 'big', number: 1 }, update: { $set: { note } } }),
      () =>
        bills.updateOne({
          filter: { owner: 'big', number: 1 },
          update: { $set: { note, net: 2 } },
        }),
      () => test.table.transact([bills.createOneOperation({ item: { ...item, number: 2, note } })]),
    ]) {
      expect(['InvalidInput', 'UnsupportedValue']).toContain(await codeOf(action()));
    }
    expect(sent.filter((command) => command !== 'GetItem')).toEqual([]);
  });
});

describe('an item of another program', () => {
  it('in the same partition is no document', async () => {
    await client.send(
      new PutItemCommand({
        TableName: test.table.name,
        Item: { PK: { S: 'bill#alien' }, SK: { S: 'bill#$nx' }, _e: { S: 'Other' } },
      }),
    );
    const bills = test.table.entity(Bill);
    expect((await bills.findMany({ filter: { owner: 'alien' } })).items).toEqual([]);
    expect((await bills.paginate({ filter: { owner: 'alien' } })).edges).toEqual([]);
    await client.send(
      new DeleteItemCommand({
        TableName: test.table.name,
        Key: { PK: { S: 'bill#alien' }, SK: { S: 'bill#$nx' } },
      }),
    );
  });
});
