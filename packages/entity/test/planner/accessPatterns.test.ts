import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { CommandEvent } from '../../src/table/Sender.js';

/** A customer and their orders; orders are shipped some time after they are placed. */
const Customer = defineEntity({
  name: 'Customer',
  schema: z.object({ customerId: z.string(), name: z.string() }),
  indexes: [{ name: '_id', PK: ['.customerId'] }],
});
const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    customerId: z.string(),
    number: z.int(),
    status: z.enum(['placed', 'shipped', 'cancelled']),
    placedAt: z.date(),
    shippedAt: z.date().optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.customerId'], SK: ['.number'], relatedTo: Customer },
    { name: '_id2', PK: ['.customerId'], SK: ['.placedAt'] },
    { name: '_id3', PK: ['.status'], SK: ['.shippedAt'] },
  ],
});

/** A forum's threads, by their last post. */
const Thread = defineEntity({
  name: 'Thread',
  schema: z.object({ forum: z.string(), slug: z.string(), lastPostAt: z.date() }),
  indexes: [
    { name: '_id', PK: ['.forum'], SK: ['.slug'] },
    { name: '_id2', PK: ['.forum'], SK: ['.lastPostAt'] },
  ],
});

/** A leaderboard: scores of a game, of those who have played it. */
const Player = defineEntity({
  name: 'Player',
  schema: z.object({ playerId: z.string(), game: z.string(), score: z.number().optional() }),
  indexes: [
    { name: '_id', PK: ['.playerId'], SK: ['.game'] },
    { name: '_id2', PK: ['.game'], SK: ['.score'] },
  ],
});

/** Who is a member of what: by group, and by person. */
const Membership = defineEntity({
  name: 'Membership',
  schema: z.object({ group: z.string(), person: z.string(), role: z.enum(['owner', 'guest']) }),
  indexes: [
    { name: '_id', PK: ['.group'], SK: ['.person'] },
    { name: '_id2', PK: ['.person'], SK: ['.group'] },
  ],
});

/** Shops of a country, by place: from the wide to the near. */
const Store = defineEntity({
  name: 'Store',
  schema: z.object({
    storeId: z.string(),
    country: z.string(),
    state: z.string(),
    city: z.string(),
    zip: z.string(),
  }),
  indexes: [
    { name: '_id', PK: ['.storeId'] },
    { name: '_id2', PK: ['.country'], SK: ['.state', '.city', '.zip'] },
  ],
});

/** Readings in buckets of a month. */
const Reading = defineEntity({
  name: 'Reading',
  schema: z.object({ sensor: z.string(), month: z.string(), at: z.date(), value: z.number() }),
  indexes: [{ name: '_id', PK: ['.sensor', '.month'], SK: ['.at'] }],
});

let test: TestTable;
const sent: CommandEvent[] = [];
const day = (of: number): Date => new Date(Date.UTC(2030, 0, of));

beforeAll(async () => {
  const definitions = [Customer, Order, Thread, Player, Membership, Store, Reading];
  test = await createTestTable(definitions, { onCommand: (event) => sent.push(event) });
  const { table } = test;
  await table.entity(Customer).createOne({ item: { customerId: 'c', name: 'Ada' } });
  const orders = table.entity(Order);
  for (let number = 1; number <= 12; number++) {
    const status = number % 3 === 0 ? 'shipped' : 'placed';
    const item = { customerId: 'c', number, status, placedAt: day(20 - number) } as const;
    await orders.createOne({
      item: { ...item, ...(status === 'shipped' && { shippedAt: day(number) }) },
    });
  }
  const threads = table.entity(Thread);
  for (const [slug, at] of Object.entries({ old: 1, hot: 9, warm: 5 })) {
    await threads.createOne({ item: { forum: 'f', slug, lastPostAt: day(at) } });
  }
  const players = table.entity(Player);
  for (const [playerId, score] of Object.entries({ a: 10, b: -5, c: 200.5, d: undefined })) {
    const scored = score !== undefined && { score };
    await players.createOne({ item: { playerId, game: 'g', ...scored } });
  }
  const memberships = table.entity(Membership);
  for (const [group, person, role] of [
    ['x', 'ada', 'owner'],
    ['x', 'bob', 'guest'],
    ['y', 'ada', 'guest'],
  ] as const) {
    await memberships.createOne({ item: { group, person, role } });
  }
  const stores = table.entity(Store);
  for (const [storeId, state, city, zip] of [
    ['1', 'NY', 'Albany', '12207'],
    ['2', 'NY', 'New York', '10001'],
    ['3', 'NY', 'New York', '10019'],
    ['4', 'WA', 'Seattle', '98101'],
  ] as const) {
    await stores.createOne({ item: { storeId, country: 'US', state, city, zip } });
  }
  const readings = table.entity(Reading);
  for (let at = 1; at <= 5; at++) {
    await readings.createOne({ item: { sensor: 's', month: '2030-01', at: day(at), value: at } });
  }
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});
afterEach(() => {
  // Each of these access patterns costs one request, whatever else the table holds.
  expect(sent.map(({ command }) => command)).toEqual(['Query']);
});

it('The newest orders of a customer are one Query in the order of their dates', async () => {
  const orders = test.table.entity(Order);
  const input = {
    filter: { customerId: 'c' },
    index: '_id2',
    sort: 'descending',
    limit: 3,
  } as const;
  expect(orders.findManyParams(input)).toMatchObject({ IndexName: '_id2', Limit: 3 });
  const { items } = await orders.findMany(input);
  expect(items.map(({ number }) => number)).toEqual([1, 2, 3]);
});

it('A customer and their first orders are one Query', async () => {
  const customers = test.table.entity(Customer).addIndexRelation('orders', Order);
  const { item } = await customers.findOne({
    filter: { customerId: 'c' },
    include: { orders: { limit: 2 } },
  });
  expect([item?.name, ...(item?.orders.map(({ number }) => number) ?? [])]).toEqual(['Ada', 1, 2]);
});

it('Orders of a status by the date of shipping are one Query, of those that have one', async () => {
  const orders = test.table.entity(Order);
  const input = {
    filter: { status: 'shipped', shippedAt: { $exists: true } },
    sort: 'descending',
    limit: 2,
  } as const;
  expect(orders.findManyParams(input)).not.toHaveProperty('FilterExpression');
  const { items } = await orders.findMany(input);
  expect(items.map(({ number }) => number)).toEqual([12, 9]);
});

it('Orders shipped within some days are one Query of just those', async () => {
  const orders = test.table.entity(Order);
  const filter = { status: 'shipped', shippedAt: { $gte: day(4), $lte: day(9) } } as const;
  expect(orders.findManyParams({ filter })).not.toHaveProperty('FilterExpression');
  const { items } = await orders.findMany({ filter });
  expect(items.map(({ number }) => number)).toEqual([6, 9]);
});

it("A forum's threads by their last post are one Query", async () => {
  const threads = test.table.entity(Thread);
  const page = await threads.paginate({
    filter: { forum: 'f' },
    index: '_id2',
    sort: 'descending',
    first: 2,
  });
  expect(page.edges.map(({ node }) => node.slug)).toEqual(['hot', 'warm']);
});

it('The best players of a game are one Query, without those who have no score', async () => {
  const { items } = await test.table.entity(Player).findMany({
    filter: { game: 'g', score: { $exists: true } },
    sort: 'descending',
    limit: 2,
  });
  expect(items.map(({ playerId }) => playerId)).toEqual(['c', 'a']);
});

it('How many players are above a score is one Query that sends no document', async () => {
  const players = test.table.entity(Player);
  expect(await players.count({ filter: { game: 'g', score: { $gt: 0 } } })).toBe(2);
});

it('The members of a group are one Query', async () => {
  const { items } = await test.table.entity(Membership).findMany({ filter: { group: 'x' } });
  expect(items.map(({ person }) => person)).toEqual(['ada', 'bob']);
});

it('The groups of a person are one Query', async () => {
  const { items } = await test.table.entity(Membership).findMany({ filter: { person: 'ada' } });
  expect(items.map(({ group }) => group)).toEqual(['x', 'y']);
});

it.each([
  [{ state: 'NY' }, ['1', '2', '3']],
  [{ state: 'NY', city: 'New York' }, ['2', '3']],
  [{ state: 'NY', city: 'New York', zip: { $startsWith: '100' } }, ['2', '3']],
  [{ state: 'NY', city: { $startsWith: 'A' } }, ['1']],
])('The stores of %j are one Query by the start of the sort key', async (place, expected) => {
  const stores = test.table.entity(Store);
  const filter = { country: 'US', ...place };
  expect(stores.findManyParams({ filter })).not.toHaveProperty('FilterExpression');
  const { items } = await stores.findMany({ filter });
  expect(items.map(({ storeId }) => storeId)).toEqual(expected);
});

it('The readings of a few days are one Query of their bucket', async () => {
  const readings = test.table.entity(Reading);
  const filter = { sensor: 's', month: '2030-01', at: { $gt: day(2), $lte: day(4) } };
  const { items } = await readings.findMany({ filter });
  expect(items.map(({ value }) => value)).toEqual([3, 4]);
});
