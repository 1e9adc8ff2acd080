import { Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';
import {
  anyEntity,
  WAYS_TO_UPDATE,
  WAYS_TO_UPSERT,
  type AnyEntity,
} from '../support/waysToUpdate.js';

/** Euros as they are given, cents as they are stored. */
const cents = z
  .number()
  .transform((euros) => Math.round(euros * 100))
  .pipe(z.int());
const schema = z.object({
  k: z.string(),
  place: z.string().default('a'),
  code: z.string().optional(),
  price: z.object({ cents, currency: z.string() }).optional(),
  fee: cents.optional(),
  fees: z.array(cents).optional(),
  bySize: z.record(z.string(), z.object({ cents, n: z.int() })).optional(),
  stock: z.int().default(0),
  share: z.number().optional(),
  size: z.string().default('3').transform(Number),
  tags: z.set(z.string().transform((tag) => `#${tag}`)).optional(),
});
const indexes = [
  { name: '_id', PK: ['.k'] },
  { name: '_id2', PK: ['.place'], SK: ['.fee'] },
  { name: '_id3', PK: ['.code'], unique: true },
] as const;
const Product = defineEntity({ name: 'Product', schema, indexes });
/** The same with a migration, which every document of {@link Product} has yet to go through. */
const Migrated = defineEntity({
  name: 'Product',
  schema,
  indexes,
  migrations: [(stored) => ({ ...stored, stock: Number(stored.stock ?? 0) + 100 })],
});
/** The same in short names. */
const Short = defineEntity({
  name: 'Short',
  schema,
  indexes,
  aliases: { price: 'p', fee: 'f', fees: 'fs', bySize: 'b', stock: 's' },
});
/** Its expiry is given as a number of days from 2040 on. */
const Pass = defineEntity({
  name: 'Pass',
  schema: z.object({
    k: z.string(),
    until: z
      .int()
      .transform((day) => new Date(Date.UTC(2040, 0, day)))
      .pipe(z.date())
      .optional(),
    note: z.string().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.k'] }],
  expiresAt: 'until',
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Product, Short]);
});
afterAll(() => test.drop());

let count = 0;
const fresh = (): string => `k${String(++count)}`;
const read = async (entity: AnyEntity, k: string): Promise<unknown> =>
  (await entity.findOne({ filter: { k }, consistent: true })).item;
const rawOf = async (k: string) =>
  (await tableItems(test.client, test.table.name)).find((item) => item.k?.S === k);

const whole = {
  price: { cents: 9.99, currency: 'USD' },
  fee: 0.5,
  fees: [1, 2.5],
  bySize: { 'x.l': { cents: 3, n: 1 } },
  tags: new Set(['new']),
};
const stored = {
  price: { cents: 999, currency: 'USD' },
  fee: 50,
  fees: [100, 250],
  bySize: { 'x.l': { cents: 300, n: 1 } },
  size: 3,
  tags: new Set(['#new']),
};

// Case 5.
describe.each([
  ['a plain entity', Product],
  ['an entity of short names', Short],
])('A value that its schema transforms is not transformed again, in %s,', (_, definition) => {
  it.each(WAYS_TO_UPDATE)('by %s of what is beside it', async (__, change) => {
    const k = fresh();
    const entity = anyEntity(test.table, definition);
    const bound = { table: test.table, entity, filter: { k } };
    const { item } = await entity.createOne({ item: { k, code: k, ...whole } });
    expect(item).toMatchObject(stored);
    await change({ ...bound, update: { $set: { 'price.currency': 'EUR' } } });
    await change({ ...bound, update: { $inc: { 'bySize.x\\.l.n': 1 } } });
    await change({ ...bound, update: { $set: { 'bySize.s': { cents: 1, n: 0 } } } });
    await change({ ...bound, update: { $append: { fees: [3] }, $addToSet: { tags: ['#top'] } } });
    // The unique value, an index's key.
    await change({ ...bound, update: { $set: { code: `${k}!`, place: 'b' } } });
    await change({ ...bound, update: { $setIfNull: { fee: 7 }, $setOnInsert: { size: '9' } } });
    expect(await read(entity, k)).toMatchObject({
      ...stored,
      price: { cents: 999, currency: 'EUR' },
      bySize: { 'x.l': { cents: 300, n: 2 }, s: { cents: 100, n: 0 } },
      fees: [100, 250, 300],
      tags: new Set(['#new', '#top']),
    });
    const found = await entity.findOne({ filter: { place: 'b', fee: 50, k } });
    expect(found.item).toMatchObject({ code: `${k}!` });
  });

  it.each(WAYS_TO_UPSERT)('by %s that makes it, alone and in parts', async (__, change) => {
    const entity = anyEntity(test.table, definition);
    const k = fresh();
    const update = {
      $set: { 'price.cents': 9.99, fees: [1] },
      $setOnInsert: { 'price.currency': 'USD' },
      $append: { fees: [] },
    };
    const { $append: _, ...once } = update;
    await change({ table: test.table, entity, filter: { k }, update: once });
    expect(await read(entity, k)).toMatchObject({
      price: { cents: 999, currency: 'USD' },
      fees: [100],
      size: 3,
    });
    // Its filter speaks of stored values.
    const other = fresh();
    const filter = { k: other, fee: 50, 'price.cents': 999, 'price.currency': 'USD' };
    await change({ table: test.table, entity, filter, update: { $inc: { stock: 1 } } });
    expect(await read(entity, other)).toMatchObject({ fee: 50, price: stored.price, stock: 1 });
  });
});

// Case 5.
it.each(WAYS_TO_UPDATE)(
  'A migration leaves what its schema transforms as it is stored, through %s',
  async (_, change) => {
    const k = fresh();
    await anyEntity(test.table, Product).createOne({ item: { k, code: k, ...whole } });
    const table = new Table({ name: test.table.name, client: test.client });
    const entity = anyEntity(table, Migrated);
    expect(await read(entity, k)).toMatchObject({ ...stored, stock: 100 });
    await change({ table, entity, filter: { k }, update: { $inc: { stock: 1 } } });
    expect(await rawOf(k)).toMatchObject({
      fee: { N: '50' },
      stock: { N: '101' },
      size: { N: '3' },
    });
    expect(await read(entity, k)).toMatchObject({ ...stored, stock: 101 });
  },
);

// Case 5: an expiry that its schema transforms.
it.each(WAYS_TO_UPDATE)(
  'The TTL of a transformed expiry stays what it is, by %s',
  async (_, change) => {
    const k = fresh();
    const entity = anyEntity(test.table, Pass);
    await entity.createOne({ item: { k, until: 2 } });
    const ttl = { N: String(Date.UTC(2040, 0, 2) / 1000) };
    await change({ table: test.table, entity, filter: { k }, update: { $set: { note: 'x' } } });
    expect(await rawOf(k)).toMatchObject({ until: { S: '2040-01-02T00:00:00.000Z' }, ttl });
    await change({ table: test.table, entity, filter: { k }, update: { $set: { until: 3 } } });
    const later = { N: String(Date.UTC(2040, 0, 3) / 1000) };
    expect(await rawOf(k)).toMatchObject({ until: { S: '2040-01-03T00:00:00.000Z' }, ttl: later });
  },
);

// Case 6.
describe('A codec from a text to a date', () => {
  const at = z.codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  });
  const Event = defineEntity({
    name: 'Event',
    schema: z.object({
      k: z.string(),
      at,
      seen: z.array(at).optional(),
      place: z.object({ at }).optional(),
      n: z.int().default(0),
    }),
    indexes: [{ name: '_id', PK: ['.k'], SK: ['.at'] }],
  });
  const text = '2030-01-02T03:04:05.000Z';
  const date = new Date(text);
  const next = new Date('2030-01-03T00:00:00.000Z');

  it.each<[string, unknown, unknown]>([
    ['its text', text, next.toISOString()],
    ['the date', date, next],
  ])('is taken by creation and $set as %s', async (_, given, later) => {
    const k = fresh();
    const events = anyEntity(test.table, Event);
    const { item } = await events.createOne({
      item: { k, at: text, place: { at: text }, seen: [text] },
    });
    expect(item).toMatchObject({ at: date, place: { at: date }, seen: [date] });
    const filter = { k, at: date };
    const update = { $set: { 'place.at': given, seen: [given, later] } };
    expect((await events.updateOne({ filter, update })).item).toMatchObject({
      place: { at: date },
      seen: [date, next],
    });
    // The key itself.
    const moved = await events.updateOne({ filter, update: { $set: { at: later } } });
    expect(moved.item).toMatchObject({ at: next, place: { at: date } });
  });

  it('is found, bounded and compared by a date, in every call', async () => {
    const k = fresh();
    const events = anyEntity(test.table, Event);
    for (const at of [date, next]) {
      await events.createOne({
        item: { k, at: at.toISOString(), place: { at: at.toISOString() }, seen: [] },
      });
    }
    const filters = [
      { k, at: date },
      { k, at: { $lt: next } },
      { k, at: { $between: [date, date] } },
      { k, at: { $in: [date] } },
      { k, 'place.at': date },
      { k, place: { $eq: { at: date } } },
      { k, at: { $ne: next } },
    ];
    for (const filter of filters) {
      expect((await events.findMany({ filter })).items).toMatchObject([{ at: date }]);
      expect(await events.count({ filter })).toBe(1);
      expect((await events.paginate({ filter })).edges).toHaveLength(1);
      const update = { $inc: { n: 1 } };
      expect(await events.updateMany({ filter, update })).toEqual({ modifiedCount: 1 });
    }
    const filter = { k, at: date };
    const condition = { 'place.at': { $lte: date } };
    const update = { $set: { 'place.at': next }, $append: { seen: [next] } };
    const { item } = await events.updateOne({ filter, condition, update });
    expect(item).toMatchObject({ n: filters.length, place: { at: next }, seen: [next] });
    const again = await errorOf(events.updateOne({ filter, condition, update }));
    expect(again.code).toBe('ConditionFailed');
    const pulled = await events.updateOne({ filter, update: { $pull: { seen: [next] } } });
    expect(pulled.item).toMatchObject({ seen: [] });
    const error = await errorOf(events.findMany({ filter: { k, at: 'yesterday' } }));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'at' } });
  });
});

// Case 9b.
describe('Adding to a stored number', () => {
  it.each(WAYS_TO_UPDATE)('is decimal arithmetic, by %s', async (_, change) => {
    const entity = anyEntity(test.table, Product);
    const bound = (k: string) => ({ table: test.table, entity, filter: { k } });
    for (const [before, by, after] of [
      [0.2, 0.1, 0.3],
      [0.3, -0.1, 0.2],
      [1.005, 1.005, 2.01],
      [1e21, 1, 1e21 + 1],
      [-0.7, 0.1, -0.6],
    ] as const) {
      const k = fresh();
      await entity.createOne({ item: { k, code: k, share: before } });
      await change({ ...bound(k), update: { $inc: { share: by } } });
      expect(await read(entity, k)).toMatchObject({ share: after });
    }
  });

  it.each(WAYS_TO_UPDATE)(
    'adds cents to cents, and finds and pulls them, by %s',
    async (_, change) => {
      const k = fresh();
      const entity = anyEntity(test.table, Product);
      const bound = { table: test.table, entity, filter: { k } };
      await entity.createOne({ item: { k, ...whole } });
      await change({
        ...bound,
        update: { $inc: { fee: 1, 'price.cents': -9, 'bySize.x\\.l.cents': 1 } },
      });
      await change({ ...bound, update: { $pull: { fees: [250], tags: ['#new'] } } });
      await change({ ...bound, update: { $set: { 'fees.0': 4 } } });
      expect(await read(entity, k)).toMatchObject({
        fee: 51,
        price: { cents: 990 },
        bySize: { 'x.l': { cents: 301 } },
        fees: [400],
      });
      // Where the schema does not require a set, an emptied one is not there.
      expect(await read(entity, k)).not.toHaveProperty('tags');
      for (const condition of [
        { fee: 51 },
        { 'price.cents': { $gt: 989 } },
        { fees: { $contains: 400 } },
      ]) {
        expect(await entity.count({ filter: { k, ...condition } })).toBe(1);
      }
    },
  );
});

// Case 16: the row's own schemas; test/schemaChanges/emptySets.test.ts has the others.
it('A set is empty where its last element was pulled, or where none was given', async () => {
  const Post = defineEntity({
    name: 'Post',
    schema: z.object({
      k: z.string(),
      tags: z.set(z.string()),
      more: z.set(z.string()).default(() => new Set<string>()),
    }),
    indexes: [{ name: '_id', PK: ['.k'] }],
  });
  const posts = test.table.entity(Post);
  const filter = { k: fresh() };
  const { item } = await posts.createOne({ item: { ...filter, tags: new Set(['last']) } });
  expect(item.more).toEqual(new Set());
  const update = { $pull: { tags: ['last'] } };
  expect((await posts.updateOne({ filter, update })).item?.tags).toEqual(new Set());
  const { items } = await posts.findMany({ filter, project: ['tags', 'more'] });
  expect(items).toMatchObject([{ tags: new Set(), more: new Set() }]);
});

// Case 18: test/schemaChanges/migrations.test.ts has every pair of types.
it('A migration from a text to a date is given the text, in any call that reads', async () => {
  const given: unknown[] = [];
  const make = (at: z.ZodType, migrations: ((stored: Record<string, unknown>) => object)[]) =>
    defineEntity({
      name: 'Dated',
      schema: z.object({ k: z.string(), g: z.string(), at, n: z.int().default(0) }),
      indexes: [
        { name: '_id', PK: ['.g'], SK: ['.k'] },
        { name: '_id2', PK: ['.k'], unique: true },
      ],
      migrations: migrations as never,
    });
  const newTable = () => new Table({ name: test.table.name, client: test.client });
  const before = anyEntity(newTable(), make(z.string(), []));
  const today = make(z.date(), [
    (stored) => {
      given.push(stored.at);
      const [day, month, year] = String(stored.at).split('.').map(Number);
      return { ...stored, at: new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day)) };
    },
  ]);
  const after = anyEntity(newTable(), today);
  const k = fresh();
  await before.createOne({ item: { k, g: 'g', at: '31.1.2030' } });
  const at = new Date('2030-01-31');
  expect((await after.findOne({ filter: { k } })).item).toMatchObject({ at });
  expect((await after.paginate({ filter: { g: 'g' } })).edges[0]?.node).toMatchObject({ at });
  expect((await after.scan({})).items).toContainEqual(expect.objectContaining({ at }));
  await after.updateMany({ filter: { g: 'g' }, update: { $inc: { n: 1 } } });
  expect((await rawOf(k))?.at).toEqual({ S: at.toISOString() });
  expect(new Set(given)).toEqual(new Set(['31.1.2030']));
});

// Case 20: test/schemaChanges/unreadable.test.ts has every type and every way of reading.
it('A fraction where the schema has a bigint is an error by its path, nested and in a list, too', async () => {
  const Meter = defineEntity({
    name: 'Meter',
    schema: z.object({
      k: z.string(),
      n: z.bigint().optional(),
      place: z.object({ n: z.bigint() }).optional(),
      list: z.array(z.bigint()).optional(),
    }),
    indexes: [{ name: '_id', PK: ['.k'] }],
  });
  const meters = test.table.entity(Meter);
  const stored: [Record<string, AttributeValue>, string][] = [
    [{ n: { N: '1.5' } }, 'n'],
    [{ place: { M: { n: { N: '0.1' } } } }, 'place.n'],
    [{ list: { L: [{ N: '1' }, { N: '2e-3' }] } }, 'list.1'],
  ];
  for (const [attributes, path] of stored) {
    const k = fresh();
    const { item } = await meters.createOne({ item: { k } });
    const raw = await rawOf(k);
    const Item = { ...raw, ...attributes };
    await test.client.send(new PutItemCommand({ TableName: test.table.name, Item }));
    const details = { entity: 'Meter', id: item.id, path };
    const filter = { k };
    for (const action of [
      meters.findOne({ filter }),
      meters.paginate({ filter }),
      meters.scan({ condition: filter }),
    ]) {
      expect(await errorOf(action)).toMatchObject({ code: 'UnreadableItem', details });
    }
  }
});
