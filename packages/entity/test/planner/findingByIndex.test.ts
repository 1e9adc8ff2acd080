import { createTestTable, type TestTable, injectFaults } from '@latchkey/entity/testing';
import { defineEntity, fieldPath } from '@latchkey/schema';
import * as z from 'zod';
import { explain } from '../../src/operations/explain.js';
import type { CommandEvent } from '../../src/table/Sender.js';
import { errorFrom, errorOf } from '../support/errorOf.js';

/** Two ways to sort a customer's orders, the second by a date that comes later. */
const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    accountId: z.string().min(1),
    number: z.int(),
    state: z.enum(['open', 'paid', 'void']),
    paidAt: z.date().optional(),
    note: z.string().nullish(),
    hosts: z.record(z.string(), z.object({ hits: z.int() })).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.number'] },
    { name: '_id2', PK: ['.accountId'], SK: ['.state', '.paidAt'] },
    {
      name: '_id3',
      PK: ['.state'],
      SK: ['.number'],
      where: { state: { $in: ['open', 'paid'] } },
    },
  ],
});

/** Found by a value that only one document has, by an owner, or by a tag. */
const Part = defineEntity({
  name: 'Part',
  schema: z.object({
    k: z.string(),
    tag: z.string().optional(),
    owner: z.string().optional(),
    code: z.string().optional(),
    text: z.string().optional(),
    n: z.number().default(0),
  }),
  indexes: [
    { name: '_id', PK: ['.k'] },
    { name: '_id2', PK: ['.tag'] },
    { name: '_id3', PK: ['.owner'], SK: ['.k'], unique: true },
    { name: '_id4', PK: ['.code'], unique: true },
  ],
});

/** A sort key of texts and numbers. */
const Mixed = defineEntity({
  name: 'Mixed',
  schema: z.object({ k: z.string(), at: z.union([z.string().min(1), z.number()]) }),
  indexes: [{ name: '_id', PK: ['.k'], SK: ['.at'] }],
});

/** A person by e-mail address, or at a provider. */
const Person = defineEntity({
  name: 'Person',
  schema: z.object({
    id2: z.string(),
    way: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('email'), value: z.string() }),
      z.object({ kind: z.literal('oauth'), value: z.string(), provider: z.string().optional() }),
    ]),
  }),
  indexes: [
    { name: '_id', PK: ['.id2'] },
    { name: '_id2', PK: ['.way.kind', '.way.value', '.way.provider?'], unique: true },
  ],
});

let test: TestTable;
const sent: CommandEvent[] = [];
const commands = (): string[] => sent.splice(0).map(({ command }) => command);

beforeAll(async () => {
  test = await createTestTable([Order, Part, Mixed, Person], {
    onCommand: (event) => sent.push(event),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

let count = 0;
const fresh = (word: string): string => `${word}${String(++count)}`;
const day = (of: number): Date => new Date(Date.UTC(2030, 0, of));

async function makeOrders(accountId: string) {
  const orders = test.table.entity(Order);
  const items = [
    { number: 1, state: 'open' },
    { number: 2, state: 'paid', paidAt: day(3) },
    { number: 3, state: 'open' },
    { number: 4, state: 'paid', paidAt: day(1) },
    { number: 5, state: 'void' },
    { number: 6, state: 'open', paidAt: day(2) },
  ] as const;
  for (const item of items) await orders.createOne({ item: { accountId, ...item } });
  sent.length = 0;
  return orders;
}

describe('An index whose documents may lack a part of its key', () => {
  it('does not answer a filter that does not say that the part is there', async () => {
    const accountId = fresh('a');
    const orders = await makeOrders(accountId);
    const filter = { accountId, state: 'open' } as const;
    const { items } = await orders.findMany({ filter });
    expect(items.map(({ number }) => number)).toEqual([1, 3, 6]);
    expect((await orders.findOne({ filter })).item?.number).toBe(1);
    expect(await orders.count({ filter })).toBe(3);
    const page = await orders.paginate({ filter, first: 2 });
    expect(page.edges.map(({ node }) => node.number)).toEqual([1, 3]);
    expect(page.pageInfo.hasNextPage).toBe(true);
    const update = { $set: { note: 'x' } };
    expect(await orders.updateMany({ filter, update })).toEqual({ modifiedCount: 3 });
    expect(await orders.deleteMany({ filter })).toEqual({ deletedCount: 3 });
    expect(await orders.count({ filter: { accountId } })).toBe(3);
  });

  it.each([
    ['equality', { paidAt: day(2) }],
    ['a lower bound', { paidAt: { $gte: day(1) } }],
    ['an upper bound', { paidAt: { $lt: day(9) } }],
    ['two bounds', { paidAt: { $between: [day(1), day(3)] } }],
    ['a list', { paidAt: { $in: [day(1), day(2)] } }],
    ['$exists', { paidAt: { $exists: true } }],
    ['a part of $and', { $and: [{ paidAt: { $exists: true } }] }],
    ['both parts of $or', { $or: [{ paidAt: day(2) }, { paidAt: { $gt: day(2) } }] }],
    ['the opposite of $exists: false', { $not: { paidAt: { $exists: false } } }],
  ] as const)('answers a filter that says so by %s', async (_, conditions) => {
    const orders = await makeOrders(fresh('a'));
    const filter = { accountId: `a${String(count)}`, state: 'open', ...conditions } as never;
    const { index } = explain(orders, { filter });
    expect(index).toBe('_id2');
    const { items } = await orders.findMany({ filter });
    expect(items.map(({ number }) => number)).toEqual([6]);
  });

  it.each([
    ['$ne', { paidAt: { $ne: day(1) } }],
    ['$notIn', { paidAt: { $notIn: [day(1)] } }],
    ['$exists: false', { paidAt: { $exists: false } }],
    ['one part of $or', { $or: [{ paidAt: day(2) }, { number: 1 }] }],
    ['$not of an equality', { $not: { paidAt: day(1) } }],
  ] as const)('does not answer for %s, which documents without the part meet', (_, conditions) => {
    const orders = test.table.entity(Order);
    const filter = { accountId: 'a', state: 'open', ...conditions } as never;
    expect(explain(orders, { filter }).index).toBe('_id');
    const error = errorFrom(() => orders.findManyParams({ filter, index: '_id2' }));
    expect(error).toMatchObject({
      code: 'NoIndexFits',
      details: { reasons: [{ index: '_id2', reason: 'MissingPart', paths: ['paidAt'] }] },
    });
  });
});

describe('An index with a where', () => {
  it.each([
    [{ state: 'open' }, true],
    [{ state: { $in: ['paid'] } }, true],
    [{ $and: [{ state: 'paid' }] }, true],
    [{ state: 'void' }, false],
  ] as const)('answers %j: %s', (filter, isAnswered) => {
    const { answer, index } = explain(test.table.entity(Order), { filter: filter });
    expect([answer, index]).toEqual(isAnswered ? ['documents', '_id3'] : ['NoIndexFits', null]);
  });
});

describe('An optional part of a unique key', () => {
  it('is left out where the filter, or the kind of document, says that it is not there', async () => {
    const people = test.table.entity(Person);
    await people.createOne({ item: { id2: 'a', way: { kind: 'email', value: 'v' } } });
    await people.createOne({ item: { id2: 'b', way: { kind: 'oauth', value: 'v' } } });
    const way = { kind: 'oauth', value: 'v', provider: 'p' } as const;
    await people.createOne({ item: { id2: 'c', way } });
    sent.length = 0;
    const find = async (filter: object) =>
      (await people.findMany({ filter: filter })).items.map(({ id2 }) => id2);
    expect(await find({ 'way.kind': 'email', 'way.value': 'v' })).toEqual(['a']);
    const oauth = { 'way.kind': 'oauth', 'way.value': 'v' } as const;
    expect(await find({ ...oauth, 'way.provider': { $exists: false } })).toEqual(['b']);
    expect(await find({ ...oauth, 'way.provider': 'p' })).toEqual(['c']);
    expect(await errorOf(people.findMany({ filter: oauth }) as Promise<unknown>)).toMatchObject({
      code: 'NoIndexFits',
      details: {
        reasons: [
          { index: '_id', reason: 'PartitionKey', paths: ['id2'] },
          { index: '_id2', reason: 'OptionalPart', paths: ['way.provider'] },
        ],
      },
    });
    const key = await people.findKey({ filter: { ...oauth, 'way.provider': { $exists: false } } });
    expect(key).toEqual({ key: { id2: 'b' } });
  });
});

describe('index', () => {
  it('names the index whose order is wanted, in every call that finds several', async () => {
    const accountId = fresh('a');
    const orders = await makeOrders(accountId);
    const filter = { accountId, state: 'paid', paidAt: { $exists: true } } as const;
    const numbers = async (index: '_id' | '_id2') =>
      (await orders.findMany({ filter, index })).items.map(({ number }) => number);
    expect(await numbers('_id')).toEqual([2, 4]);
    expect(await numbers('_id2')).toEqual([4, 2]);
    expect((await orders.findOne({ filter, index: '_id' })).item?.number).toBe(2);
    expect((await orders.findOne({ filter, index: '_id2' })).item?.number).toBe(4);
    const pageOf = async (index: '_id' | '_id2') =>
      (await orders.paginate({ filter, index, first: 1 })).edges.map(({ node }) => node.number);
    expect(await pageOf('_id')).toEqual([2]);
    expect(await pageOf('_id2')).toEqual([4]);
    expect(await orders.count({ filter, index: '_id2' })).toBe(2);
    const update = { $set: { note: 'seen' } };
    expect(await orders.updateMany({ filter, index: '_id2', limit: 1, update })).toEqual({
      modifiedCount: 1,
    });
    const seen = await orders.findMany({ filter: { accountId, note: 'seen' } });
    expect(seen.items.map(({ number }) => number)).toEqual([4]);
    expect(await orders.deleteMany({ filter, index: '_id2', limit: 1 })).toEqual({
      deletedCount: 1,
    });
    expect(await numbers('_id')).toEqual([2]);
  });

  it('is refused with the reason if it may leave out documents, or is not there', async () => {
    const orders = test.table.entity(Order);
    const filter = { accountId: 'a', state: 'open' } as const;
    const update = { $set: { note: 'x' } };
    const index = '_id2';
    for (const action of [
      orders.findOne({ filter, index }),
      orders.findMany({ filter, index }),
      orders.paginate({ filter, index }),
      orders.count({ filter, index }),
      orders.updateMany({ filter, index, update }),
      orders.deleteMany({ filter, index }),
    ]) {
      const error = await errorOf(action);
      expect(error).toMatchObject({
        code: 'NoIndexFits',
        details: { entity: 'Order', reasons: [{ index: '_id2', paths: ['paidAt'] }] },
      });
      expect(error.message).toContain('_id2: It does not hold documents without paidAt.');
      const unknown = orders.findMany({ filter, index: '_id9' as never });
      expect(await errorOf(unknown as Promise<unknown>)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'index' },
      });
    }
    expect(sent).toEqual([]);
  });

  it('that cannot be read consistently gives way to one that can', () => {
    const orders = test.table.entity(Order);
    const filter = { accountId: 'a', state: 'open', paidAt: day(1) } as const;
    expect(explain(orders, { filter }).index).toBe('_id2');
    const { index, others } = explain(orders, { filter, consistent: true });
    expect(index).toBe('_id');
    expect(others).toContainEqual(expect.objectContaining({ index: '_id2', reason: 'Consistent' }));
  });
});

describe('explain', () => {
  it('says what would be read, and why not otherwise, without sending anything or running hooks', () => {
    const orders = test.table.entity(Order).addHooks((hooks) => {
      hooks.beforeQuery(() => {
        throw new Error('a hook has run');
      });
    });
    const filter = { accountId: 'a', state: 'open', paidAt: { $gt: day(1) }, note: 'x' } as const;
    expect(explain(orders, { filter, limit: 5 })).toEqual({
      answer: 'documents',
      index: '_id2',
      command: 'Query',
      keyCondition: '_id2PK = :0 AND _id2SK BETWEEN :1 AND :2',
      filter: 'note = :3',
      requests: 'one per page',
      params: orders.findManyParams({ filter, limit: 5 }),
      others: [
        expect.objectContaining({ index: '_id', reason: 'OtherIndex' }),
        expect.objectContaining({ index: '_id3', reason: 'OtherIndex' }),
      ],
    });
    expect(sent).toEqual([]);
  });

  it.each([
    [{ k: 'a' }, 'GetItem', '_id', 'one', null],
    [{ k: 'a', n: 1 }, 'Query', '_id', 'one', 'n = :2'],
    [{ code: 'a' }, 'GetItem', '_id4', 'one and GetItem', null],
    [{ code: 'a', n: 1 }, 'GetItem', '_id4', 'one and GetItem', 'n = :0'],
    [{ owner: 'a' }, 'Query', '_id3', 'one per page and BatchGetItem', null],
    [{ tag: 'a' }, 'Query', '_id2', 'one per page', null],
    [{ k: '' }, null, null, 'none', null],
    [{ k: 'a', $or: [] }, null, null, 'none', null],
    [{ n: 1 }, null, null, 'none', null],
  ] as const)('of %j: %s of %s, %s', (filter, command, index, requests, filtered) => {
    expect(explain(test.table.entity(Part), { filter: filter })).toMatchObject({
      command,
      index,
      requests,
      filter: filtered,
      answer: index ? 'documents' : 'n' in filter ? 'NoIndexFits' : 'nothing',
    });
  });

  it.each([
    [{ k: '', tag: 't' }, '_id', 'ImpossibleKey'],
    [{ k: 'a', $or: [] }, '_id', 'Contradiction'],
    [{ tag: 't' }, '_id', 'PartitionKey'],
  ] as const)('gives the reason of %j: %s, %s', (filter, index, reason) => {
    const { others } = explain(test.table.entity(Part), { filter: filter });
    expect(others).toContainEqual(expect.objectContaining({ index, reason }));
  });
});

describe('A value that no key can hold', () => {
  const impossible = ['', 'x'.repeat(3_000), '#'.repeat(700)];

  it('leaves its index aside where another fits', async () => {
    const parts = test.table.entity(Part);
    const k = fresh('k');
    await parts.createOne({ item: { k } });
    for (const tag of ['', 'x'.repeat(3_000)]) {
      expect(explain(parts, { filter: { k, tag } })).toMatchObject({ index: '_id' });
      expect((await parts.findMany({ filter: { k, tag } })).items).toEqual([]);
    }
  });

  it.each(['k', 'code', 'owner', 'tag'])('finds none by %s, and sends nothing', async (field) => {
    const parts = test.table.entity(Part);
    for (const value of impossible) {
      const filter = { [field]: value } as { k: string };
      const update = { $set: { n: 1 } };
      expect(await parts.findOne({ filter })).toEqual({ item: null });
      expect(await parts.findMany({ filter })).toEqual({ items: [] });
      expect(await parts.count({ filter })).toBe(0);
      expect((await parts.paginate({ filter })).edges).toEqual([]);
      expect(await parts.updateOne({ filter, update })).toEqual({ item: null });
      expect(await parts.updateMany({ filter, update })).toEqual({ modifiedCount: 0 });
      expect(await parts.deleteOne({ filter })).toEqual({ item: null, deletedCount: 0 });
      expect(await parts.deleteMany({ filter })).toEqual({ deletedCount: 0 });
      if (field === 'code') expect(await parts.findKey({ filter })).toEqual({ key: null });
      const operation = parts.updateOneOperation({ filter, update });
      expect((await errorOf(test.table.transact([operation]))).code).toBe('NotFound');
      if (field === 'k') {
        const check = parts.checkOperation({ filter });
        expect((await errorOf(test.table.transact([check]))).code).toBe('NotFound');
      }
      const [deleted] = await test.table.transact([parts.deleteOneOperation({ filter })]);
      expect(deleted).toBeNull();
    }
    expect(sent).toEqual([]);
  });

  it('is in a reference that leads to nothing, and in a request that deletes nothing', async () => {
    const parts = test.table.entity(Part);
    const k = fresh('k');
    await parts.createOne({ item: { k } });
    const there = parts.reference({ k });
    const nothing = impossible.map((value) => parts.reference({ k: value }));
    const expected = [...impossible.map(() => null), { k }];
    sent.length = 0;
    expect(await test.table.batchGet(nothing)).toEqual(impossible.map(() => null));
    expect(await test.table.transactGet(nothing)).toEqual(impossible.map(() => null));
    expect(sent).toEqual([]);
    expect(await test.table.batchGet([...nothing, there])).toMatchObject(expected);
    expect(await test.table.transactGet([...nothing, there])).toMatchObject(expected);
    const notes = test.table.entity(Mixed);
    await notes.createOne({ item: { k, at: 1 } });
    sent.length = 0;
    const deletions = impossible.map((value) => notes.deleteRequest({ k: value, at: 1 }));
    await test.table.batchWrite(deletions);
    expect(sent).toEqual([]);
    await test.table.batchWrite([...deletions, notes.deleteRequest({ k, at: 1 })]);
    expect(await notes.count({ filter: { k } })).toBe(0);
  });

  it('makes no document by an upsert', async () => {
    const parts = test.table.entity(Part);
    const update = { $set: { n: 1 } };
    const upsert = parts.updateOne({ filter: { k: '' }, update, upsert: true });
    expect((await errorOf(upsert)).code).toBe('InvalidKey');
  });

  it('is compared as a value where it bounds a range', async () => {
    const orders = await makeOrders(fresh('a'));
    const accountId = `a${String(count)}`;
    expect(await orders.count({ filter: { accountId, number: { $lt: 1e17 } } })).toBe(6);
    expect(await orders.count({ filter: { accountId, number: { $gt: 1e17 } } })).toBe(0);
    const mixed = test.table.entity(Mixed);
    for (const at of ['a', 'b', 'y', 1, 2]) await mixed.createOne({ item: { k: 'r', at } });
    const ats = async (at: object) =>
      (await mixed.findMany({ filter: { k: 'r', at: at } })).items.map((item) => item.at);
    const long = 'x'.repeat(2_000);
    expect(await ats({ $gt: long })).toEqual(['y']);
    expect(await ats({ $lt: long })).toEqual(['a', 'b']);
    expect(await ats({ $startsWith: long })).toEqual([]);
    expect(await ats({ $gte: '' })).toEqual(['a', 'b', 'y']);
  });
});

describe('A sort key of values of several types', () => {
  it('is compared with values of one type as DynamoDB compares them', async () => {
    const mixed = test.table.entity(Mixed);
    for (const at of [-1, 1, 2, ' ', 'a', 'b', '~']) {
      await mixed.createOne({ item: { k: 'm', at } });
    }
    const ats = async (at: object) =>
      (await mixed.findMany({ filter: { k: 'm', at: at } })).items.map((item) => item.at);
    expect(await ats({ $gt: 0 })).toEqual([1, 2]);
    expect(await ats({ $lt: 2 })).toEqual([-1, 1]);
    expect(await ats({ $lte: 'a' })).toEqual([' ', 'a']);
    expect(await ats({ $gt: 'a' })).toEqual(['b', '~']);
    expect(await ats({ $startsWith: 'a' })).toEqual(['a']);
    expect(await ats({ $gt: 'a', $lt: 0 })).toEqual([]);
    expect(await ats({ $in: ['b', 2] })).toEqual([2, 'b']);
  });
});

describe('Documents by a part of a unique index', () => {
  const ks = Array.from({ length: 250 }, (_, at) => `k${String(at).padStart(3, '0')}`);

  beforeAll(async () => {
    const parts = test.table.entity(Part);
    await Promise.all(
      ks.map((k, at) =>
        parts.createOne({ item: { k, owner: at < 50 ? 'fifty' : 'rest', n: at % 10, code: k } }),
      ),
    );
  });

  const inOrder = (owner: string): string[] => (owner === 'fifty' ? ks.slice(0, 50) : ks.slice(50));
  const of = async (filter: object, options: object = {}) =>
    (await test.table.entity(Part).findMany({ filter, ...options })).items.map(({ k }) => k);

  it('are read in batches of 100, in the order of the index, strongly consistent', async () => {
    expect(await of({ owner: 'fifty' })).toEqual(inOrder('fifty'));
    expect(commands()).toEqual(['Query', 'BatchGetItem']);
    expect(await of({ owner: 'rest' }, { sort: 'descending' })).toEqual(inOrder('rest').reverse());
    expect(commands()).toEqual(['Query', 'BatchGetItem', 'BatchGetItem']);
    expect(await of({ owner: 'rest' }, { limit: 3 })).toEqual(inOrder('rest').slice(0, 3));
    expect(commands()).toEqual(['Query', 'BatchGetItem']);
    const { item } = await test.table.entity(Part).findOne({ filter: { owner: 'rest' } });
    expect(item?.k).toBe('k050');
    expect(commands()).toEqual(['Query', 'GetItem']);
  });

  it('are filtered once they are read, and projected', async () => {
    const filter = { owner: 'rest', n: { $in: [3, 4] }, $not: { text: 'x' } };
    const expected = inOrder('rest').filter((k) => ['3', '4'].includes(k.slice(-1)));
    expect(await of(filter)).toEqual(expected);
    expect(commands()).toEqual(['Query', 'BatchGetItem', 'BatchGetItem']);
    const parts = test.table.entity(Part);
    const { items } = await parts.findMany({ filter, project: ['code'] });
    expect(items.map(({ code }) => code)).toEqual(expected);
    expect(Object.keys(items[0] ?? {}).sort()).toEqual(['code', 'id']);
  });

  it('are counted without being read, unless the filter says more of them', async () => {
    const parts = test.table.entity(Part);
    expect(await parts.count({ filter: { owner: 'rest' } })).toBe(200);
    expect(await parts.count({ filter: { owner: 'rest', k: { $gte: 'k100' } } })).toBe(150);
    expect(await parts.count({ filter: { code: 'k001' } })).toBe(1);
    expect(commands()).toEqual(['Query', 'Query', 'Query']);
    expect(await parts.count({ filter: { owner: 'fifty', n: 3 } })).toBe(5);
    expect(commands()).toEqual(['Query', 'BatchGetItem']);
  });

  it('can be paged through, also backwards', async () => {
    const parts = test.table.entity(Part);
    const seen: string[] = [];
    let after: string | null = null;
    for (let pages = 0; pages < 3; pages++) {
      const filter = { owner: 'fifty' };
      const { edges, pageInfo }: Awaited<ReturnType<typeof parts.paginate>> = await parts.paginate({
        filter,
        first: 20,
        after,
      });
      seen.push(...edges.map(({ node }) => node.k));
      expect(pageInfo.hasNextPage).toBe(pages < 2);
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(inOrder('fifty'));
    const last = await parts.paginate({ filter: { owner: 'fifty' }, last: 3 });
    expect(last.edges.map(({ node }) => node.k)).toEqual(['k047', 'k048', 'k049']);
    const foreign = parts.paginate({ filter: { owner: 'rest' }, after: last.pageInfo.endCursor });
    expect((await errorOf(foreign)).code).toBe('InvalidCursor');
  });

  it('are asked for again where DynamoDB leaves them unprocessed, or is busy', async () => {
    const fault = injectFaults(test.client).on('BatchGetItem', 'throttling');
    expect(await of({ owner: 'fifty' })).toEqual(inOrder('fifty'));
    fault.remove();
    expect(fault.attempts).toBe(2);
    // Of more than 16 MB, DynamoDB leaves the rest unprocessed.
    const parts = test.table.entity(Part);
    const text = 'x'.repeat(390_000);
    const big = Array.from({ length: 48 }, (_, at) => `big${String(at).padStart(2, '0')}`);
    await Promise.all(big.map((k) => parts.createOne({ item: { k, owner: 'big', text } })));
    commands();
    expect(await of({ owner: 'big' })).toEqual(big);
    expect(commands().filter((command) => command === 'BatchGetItem').length).toBeGreaterThan(1);
  });
});

describe('Null in a filter or condition', () => {
  it('is the value null, and not a field that is missing', async () => {
    const accountId = fresh('a');
    const orders = test.table.entity(Order);
    const base = { accountId, state: 'open' } as const;
    await orders.createOne({ item: { ...base, number: 1, note: null } });
    await orders.createOne({ item: { ...base, number: 2 } });
    await orders.createOne({ item: { ...base, number: 3, note: 'x' } });
    const numbers = async (note: unknown) =>
      (await orders.findMany({ filter: { accountId, note } as never })).items.map(
        ({ number }) => number,
      );
    expect(await numbers(null)).toEqual([1]);
    expect(await numbers({ $eq: null })).toEqual([1]);
    expect(await numbers({ $ne: null })).toEqual([2, 3]);
    expect(await numbers({ $in: [null, 'x'] })).toEqual([1, 3]);
    expect(await numbers({ $notIn: [null, 'x'] })).toEqual([2]);
    expect(await numbers({ $exists: true, $ne: null })).toEqual([3]);
    expect(await numbers({ $type: 'NULL' })).toEqual([1]);
    const update = { $set: { paidAt: day(1) } };
    const met = await orders.updateOne({
      filter: { accountId, number: 1 },
      condition: { note: null },
      update,
    });
    expect(met.item?.paidAt).toEqual(day(1));
    const unmet = orders.updateOne({
      filter: { accountId, number: 3 },
      condition: { note: { $eq: null } },
      update,
    });
    expect((await errorOf(unmet)).code).toBe('ConditionFailed');
  });
});

describe('A path with dots inside of names', () => {
  it('is taken in filters, conditions and projections; there as a list of segments, too', async () => {
    const accountId = fresh('a');
    const orders = test.table.entity(Order);
    const hosts = { 'a.example': { hits: 1 }, 'b.example': { hits: 2 } };
    await orders.createOne({ item: { accountId, number: 1, state: 'open', hosts } });
    const path = fieldPath('hosts', 'a.example', 'hits') as never;
    const found = await orders.findMany({ filter: { accountId, [path]: { $lt: 2 } } });
    expect(found.items).toHaveLength(1);
    expect(await orders.count({ filter: { accountId, [path]: 7 } })).toBe(0);
    const key = { accountId, number: 1 };
    const update = { $set: { note: 'x' } };
    const { item } = await orders.updateOne({ filter: key, condition: { [path]: 1 }, update });
    expect(item?.note).toBe('x');
    for (const project of [[path], [['hosts', 'a.example', 'hits']]] as const) {
      const { item: part } = await orders.findOne({ filter: key, project: project as never });
      expect(part).toEqual({
        id: item?.id,
        hosts: { 'a.example': { hits: 1 } },
      });
    }
    const both = await orders.findOne({ filter: key, project: ['note', ['state']] });
    expect([both.item?.note, both.item?.state]).toEqual(['x', 'open']);
    const unknown = orders.findOne({ filter: key, project: [['hosts', 'a.example', 'nothing']] });
    expect((await errorOf(unknown)).code).toBe('InvalidInput');
  });
});
