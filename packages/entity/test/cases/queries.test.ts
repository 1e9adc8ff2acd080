import { explain } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { Fields } from '../../src/entity/EntityModel.js';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { anyEntity, WAYS_TO_UPDATE, type AnyEntity } from '../support/waysToUpdate.js';

const schema = z.object({
  accountId: z.string(),
  number: z.int(),
  state: z.enum(['open', 'paid']),
  paidAt: z.date().optional(),
  note: z.string().optional(),
});
const indexes = [
  { name: '_id', PK: ['.accountId'], SK: ['.number'] },
  { name: '_id2', PK: ['.accountId'], SK: ['.state', '.paidAt'] },
] as const;
const Order = defineEntity({ name: 'Order', schema, indexes });
const ShortOrder = defineEntity({
  name: 'ShortOrder',
  schema,
  indexes,
  aliases: { state: 's', paidAt: 'p', accountId: 'a' },
});
/** Its second index leaves out documents for other reasons than a missing field. */
const Trip = defineEntity({
  name: 'Trip',
  schema: z.object({
    k: z.string(),
    n: z.int(),
    place: z.object({ city: z.string() }).optional(),
    driver: z.string().nullable(),
    kind: z.discriminatedUnion('of', [
      z.object({ of: z.literal('bus'), line: z.string() }),
      z.object({ of: z.literal('walk') }),
    ]),
    label: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.k'], SK: ['.n'] },
    { name: '_id2', PK: ['.k'], SK: ['.place.city'] },
    { name: '_id3', PK: ['.k'], SK: ['.driver'] },
    { name: '_id4', PK: ['.k'], SK: ['.kind.line'] },
    { name: '_id5', PK: ['.k'], SK: ['.label'] },
    { name: '_id6', PK: ['.k'], SK: ['.n'], where: { driver: { $in: ['ada'] } } },
  ],
  computed: {
    label: { from: ['n'], compute: ({ n }) => (n > 1 ? `n${n}` : undefined) },
  },
});
/** A customer's orders by number, or by date. */
const Sale = defineEntity({
  name: 'Sale',
  schema: z.object({
    customer: z.string(),
    number: z.int(),
    placedAt: z.date(),
    note: z.string().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.customer'], SK: ['.number'] },
    { name: '_id2', PK: ['.customer'], SK: ['.placedAt'] },
  ],
});
const Part = defineEntity({
  name: 'Part',
  schema: z.object({
    k: z.string(),
    tag: z.string().optional(),
    code: z.string().optional(),
    n: z.int().default(0),
  }),
  indexes: [
    { name: '_id', PK: ['.k'] },
    { name: '_id2', PK: ['.tag'] },
    { name: '_id3', PK: ['.code'], unique: true },
  ],
});
const Owned = defineEntity({
  name: 'Owned',
  schema: z.object({ owner: z.string(), k: z.string(), text: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.k'] },
    { name: '_id2', PK: ['.owner'], SK: ['.k'], unique: true },
  ],
});

const definitions = [Order, ShortOrder, Trip, Sale, Part, Owned];
let test: TestTable;
const sent: string[] = [];
beforeAll(async () => {
  test = await createTestTable(definitions, {
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

let count = 0;
const fresh = (): string => `k${String(++count)}`;

/** The documents that each call with a filter finds. */
async function countsOf(entity: AnyEntity, filter: Fields): Promise<number[]> {
  const page = await entity.paginate({ filter });
  const { modifiedCount } = await entity.updateMany({ filter, update: { $set: { note: 'x' } } });
  return [
    (await entity.findMany({ filter })).items.length,
    (await entity.findMany({ filter, project: ['id'], sort: 'descending' })).items.length,
    await entity.count({ filter }),
    page.edges.length,
    modifiedCount,
  ];
}

// Case 1.
describe.each([
  ['an entity', Order, undefined],
  ['an entity of short names', ShortOrder, undefined],
  ['a namespace', Order, 'tenant'],
])('Orders without a part of an index, of %s,', (_, definition, namespace) => {
  const orders = () =>
    anyEntity(namespace ? test.table.namespace(namespace) : test.table, definition);

  it('are found, counted, changed and deleted by what they have', async () => {
    const accountId = fresh();
    for (const number of [1, 2, 3]) {
      await orders().createOne({ item: { accountId, number, state: 'open' } });
    }
    const filter = { accountId, state: 'open' };
    expect(await countsOf(orders(), filter)).toEqual([3, 3, 3, 3, 3]);
    expect((await orders().findOne({ filter })).item).toMatchObject({ number: 1, note: 'x' });
    const paidAt = new Date(0);
    await orders().updateOne({
      filter: { ...filter, number: 2 },
      update: { $set: { paidAt, state: 'paid' } },
    });
    expect(await countsOf(orders(), filter)).toEqual([2, 2, 2, 2, 2]);
    expect(await countsOf(orders(), { ...filter, state: 'paid', paidAt })).toEqual([1, 1, 1, 1, 1]);
    const late = { accountId, state: 'paid', paidAt: { $gte: paidAt } };
    expect(await countsOf(orders(), late)).toEqual([1, 1, 1, 1, 1]);
    expect(await orders().deleteMany({ filter })).toEqual({ deletedCount: 2 });
    expect(await orders().count({ filter: { accountId } })).toBe(1);
  });

  it('are changed by a filter that finds the only one, and made by no upsert beside it', async () => {
    const accountId = fresh();
    await orders().createOne({ item: { accountId, number: 7, state: 'open' } });
    const filter = { accountId, state: 'open' };
    for (const [__, change] of WAYS_TO_UPDATE) {
      const table = namespace ? test.table.namespace(namespace) : test.table;
      await change({ table, entity: orders(), filter, update: { $set: { note: 'y' } } });
    }
    const { items } = await orders().findMany({ filter: { accountId } });
    expect(items).toMatchObject([{ number: 7, note: 'y', _v: 7 }]);
    expect(await orders().deleteOne({ filter })).toMatchObject({ deletedCount: 1 });
  });
});

// Case 1: parts that are missing for other reasons.
it.each<[string, Fields, string, Fields]>([
  [
    'below an object that may be missing',
    { 'place.city': { $ne: 'b' } },
    '_id2',
    { 'place.city': 'a' },
  ],
  ['that may be null', { driver: { $ne: 'bob' } }, '_id3', { driver: 'ada' }],
  [
    'that only one option of a union has',
    { 'kind.line': { $notIn: ['7'] } },
    '_id4',
    { 'kind.line': '9' },
  ],
  ['that is computed, or not', { label: { $ne: 'n5' } }, '_id5', { label: 'n2' }],
  ['whose index has a where', { n: { $gte: 1 } }, '_id6', { driver: 'ada' }],
])(
  'A part %s keeps its index from answering for documents without it',
  async (_, more, index, sure) => {
    const trips = anyEntity(test.table, Trip);
    const k = fresh();
    const bus = { of: 'bus', line: '9' };
    await trips.createOne({ item: { k, n: 1, driver: null, kind: { of: 'walk' } } });
    await trips.createOne({ item: { k, n: 2, driver: 'ada', kind: bus, place: { city: 'a' } } });
    const filter = { k, ...more };
    expect(explain(trips, { filter }).index).toBe('_id');
    expect((await trips.findMany({ filter })).items).toMatchObject([{ n: 1 }, { n: 2 }]);
    expect(await trips.count({ filter })).toBe(2);
    const error = errorFrom(() => trips.findManyParams({ filter, index: index }));
    expect(error.code).toBe('NoIndexFits');
    const named = await trips.findMany({ filter: { k, ...sure }, index: index });
    expect(named.items).toMatchObject([{ n: 2 }]);
  },
);

// Case 2.
it('The newest orders of a customer come by the index that is named, in every call', async () => {
  const sales = test.table.entity(Sale);
  const customer = fresh();
  const day = (of: number): Date => new Date(Date.UTC(2030, 0, of));
  for (const [number, of] of [
    [1, 3],
    [2, 1],
    [3, 2],
  ] as const) {
    await sales.createOne({ item: { customer, number, placedAt: day(of) } });
  }
  const filter = { customer };
  const numbers = async (index: '_id' | '_id2', sort: 'ascending' | 'descending') =>
    (await sales.findMany({ filter, index, sort })).items.map(({ number }) => number);
  expect(await numbers('_id', 'ascending')).toEqual([1, 2, 3]);
  expect(await numbers('_id2', 'ascending')).toEqual([2, 3, 1]);
  expect(await numbers('_id2', 'descending')).toEqual([1, 3, 2]);
  const limited = await sales.findMany({ filter, index: '_id2', sort: 'descending', limit: 2 });
  expect(limited.items.map(({ number }) => number)).toEqual([1, 3]);
  const first = await sales.paginate({ filter, index: '_id2', sort: 'descending', first: 1 });
  const after = first.pageInfo.endCursor;
  const next = await sales.paginate({ filter, index: '_id2', sort: 'descending', after });
  expect(next.edges.map(({ node }) => node.number)).toEqual([3, 2]);
  // A cursor of one order is none of another.
  const other = sales.paginate({ filter, index: '_id', sort: 'descending', after });
  expect((await errorOf(other)).code).toBe('InvalidCursor');
  const update = { $set: { note: 'oldest' } };
  await sales.updateMany({ filter, index: '_id2', limit: 1, update });
  expect((await sales.findOne({ filter: { customer, number: 2 } })).item?.note).toBe('oldest');
  const refused = sales.findMany({ filter: { customer, number: 1 }, index: '_id3' as never });
  expect((await errorOf(refused as Promise<unknown>)).code).toBe('InvalidInput');
});

// Case 3.
describe('A value that no key can hold', () => {
  const LONG = 'x'.repeat(3_000);

  it.each(['', LONG, 'é'.repeat(1_030)])(
    'is compared as a value beside a whole key',
    async (tag) => {
      const parts = anyEntity(test.table, Part);
      const k = fresh();
      await parts.createOne({ item: { k } });
      const filter = { k, tag };
      expect((await parts.findMany({ filter })).items).toEqual([]);
      expect(await parts.count({ filter })).toBe(0);
      expect((await parts.paginate({ filter })).edges).toEqual([]);
      const update = { $inc: { n: 1 } };
      expect(await parts.updateOne({ filter, update })).toMatchObject({ item: null });
      expect(await parts.updateMany({ filter, update })).toEqual({ modifiedCount: 0 });
      expect(await parts.deleteOne({ filter })).toMatchObject({ deletedCount: 0 });
      expect(await parts.deleteMany({ filter })).toEqual({ deletedCount: 0 });
      expect((await parts.findMany({ filter: { k, tag: { $ne: tag } } })).items).toHaveLength(1);
      expect((await parts.findMany({ filter: { k, tag: { $in: [tag] } } })).items).toEqual([]);
    },
  );

  it.each(['code', 'tag'])('is no %s of any document', async (field) => {
    const parts = anyEntity(test.table, Part);
    for (const value of ['', LONG]) {
      const filter = { [field]: value };
      expect((await parts.findOne({ filter })).item).toBeNull();
      expect((await parts.findMany({ filter })).items).toEqual([]);
      expect(await parts.count({ filter })).toBe(0);
      expect(await parts.updateMany({ filter, update: { $inc: { n: 1 } } })).toEqual({
        modifiedCount: 0,
      });
      expect(await parts.deleteMany({ filter })).toEqual({ deletedCount: 0 });
      expect(sent).toEqual([]);
      const k = fresh();
      const error = await errorOf(parts.createOne({ item: { k, ...filter } }));
      expect([error.code, error.details]).toMatchObject(['InvalidKey', { path: field }]);
    }
  });
});

// Case 4.
describe('50 documents by a part of a unique index', () => {
  const owner = 'o';
  beforeAll(async () => {
    const owned = test.table.entity(Owned);
    const items = Array.from({ length: 50 }, (_, at) => ({ owner, k: `o${String(at + 10)}` }));
    for (const item of items) await owned.createOne({ item });
  });

  it('are read by two requests, and counted by one', async () => {
    const owned = anyEntity(test.table, Owned);
    expect((await owned.findMany({ filter: { owner } })).items).toHaveLength(50);
    expect(sent.splice(0)).toEqual(['Query', 'BatchGetItem']);
    expect(await owned.count({ filter: { owner } })).toBe(50);
    expect(sent.splice(0)).toEqual(['Query']);
  });

  it('are read for a range, a limit, a page and a projection without one request each', async () => {
    const owned = anyEntity(test.table, Owned);
    const between = { owner, k: { $between: ['o20', 'o29'] } };
    const last = await owned.findMany({ filter: between, sort: 'descending', limit: 3 });
    expect(last.items).toMatchObject([{ k: 'o29' }, { k: 'o28' }, { k: 'o27' }]);
    expect(sent.splice(0)).toEqual(['Query', 'BatchGetItem']);
    expect(await owned.count({ filter: between })).toBe(10);
    expect(sent.splice(0)).toEqual(['Query']);
    const page = await owned.paginate({ filter: { owner }, last: 2, project: ['k'] });
    expect(page.edges.map(({ node }) => (node as unknown as { k: string }).k)).toEqual([
      'o58',
      'o59',
    ]);
    expect(sent.splice(0)).toEqual(['Query', 'BatchGetItem']);
  });

  it('are changed and deleted together, with their unique items', async () => {
    const owned = anyEntity(test.table, Owned);
    const update = { $set: { text: 'x' } };
    expect(await owned.updateMany({ filter: { owner }, update })).toEqual({ modifiedCount: 50 });
    expect(sent.filter((command) => command === 'GetItem')).toEqual([]);
    expect(await owned.count({ filter: { owner, text: 'x' } })).toBe(50);
    expect(await owned.deleteMany({ filter: { owner } })).toEqual({ deletedCount: 50 });
    expect(await owned.count({ filter: { owner } })).toBe(0);
  });
});

// Case 24: src/expressions/compileCondition.test.ts has lists in conditions.
describe('A list of', () => {
  const upTo = (end: number): number[] => Array.from({ length: end }, (_, at) => at);

  it.each<[string, Fields, number]>([
    ['none', { n: { $in: [] } }, 0],
    ['none at the end of a key', { k: { $in: [] } }, 0],
    ['101', { n: { $in: upTo(101) } }, 5],
    ['250, the match at its end', { n: { $in: upTo(250).reverse() } }, 5],
    ['none to leave out', { n: { $notIn: [] } }, 5],
    ['101 to leave out', { n: { $notIn: upTo(101) } }, 0],
    ['150 to leave out, but one', { n: { $notIn: upTo(150).slice(1) } }, 1],
    ['no alternatives', { $or: [] }, 0],
    ['no conditions', { $and: [] }, 5],
    ['no alternatives, denied', { $not: { $or: [] } }, 5],
    ['none, denied', { $not: { n: { $in: [] } } }, 5],
    ['alternatives of none', { $or: [{ n: { $in: [] } }, { n: 3 }] }, 1],
    ['none within others', { $and: [{ n: 3 }, { $or: [{ $or: [] }] }] }, 0],
  ])('%s finds, counts, changes and deletes as many as meet it', async (_, more, expected) => {
    const trips = anyEntity(test.table, Trip);
    const at = fresh();
    const kind = { of: 'walk' };
    for (const n of upTo(5)) await trips.createOne({ item: { k: at, n, driver: null, kind } });
    const filter = more.k ? more : { k: at, ...more };
    expect((await trips.findMany({ filter })).items).toHaveLength(expected);
    expect(await trips.count({ filter })).toBe(expected);
    expect((await trips.paginate({ filter })).edges).toHaveLength(expected);
    const condition = more.k ? { k: { $eq: at }, n: { $in: [] } } : more;
    const scanned = await trips.scan({ condition: { $and: [{ k: at }, condition] } });
    expect(scanned.items).toHaveLength(expected);
    const update = { $set: { 'kind.of': 'walk' } };
    expect(await trips.updateMany({ filter, update })).toEqual({ modifiedCount: expected });
    const everything = { filter: { k: at }, condition };
    expect(await trips.updateMany({ ...everything, update })).toEqual({ modifiedCount: expected });
    const isMet =
      more.k === undefined && (await trips.count({ filter: { $and: [filter, { n: 3 }] } })) === 1;
    for (const action of [
      () => trips.updateOne({ filter: { k: at, n: 3 }, condition, update }),
      () =>
        test.table.transact([
          trips.updateOneOperation({ filter: { k: at, n: 3 }, condition, update }),
        ]),
      () => test.table.transact([trips.checkOperation({ filter: { k: at, n: 3 }, condition })]),
    ]) {
      if (isMet) await action();
      else expect((await errorOf(action() as Promise<unknown>)).code).toBe('ConditionFailed');
    }
    expect(await trips.deleteMany({ filter })).toEqual({ deletedCount: expected });
    expect(await trips.count({ filter: { k: at } })).toBe(5 - expected);
  });
});
