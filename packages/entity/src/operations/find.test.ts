import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { AccessType, Account, AccountToken, defineEntity, Session } from '@latchkey/schema';
import fc from 'fast-check';
import { ulid } from 'ulid';
import * as z from 'zod';
import { Note, Order, Ticket, User } from '../../test/support/entities.js';
import { errorFrom, errorOf } from '../../test/support/errorOf.js';
import type { CommandEvent } from '../table/Sender.js';
import type { Condition } from '../expressions/Condition.js';
import type { Stored } from '../entity/inputs.js';

let test: TestTable;
const sent: CommandEvent[] = [];

beforeAll(async () => {
  test = await createTestTable([Note, Order, User, Ticket], {
    onCommand: (event) => sent.push(event),
  });
});
afterAll(() => test.drop());

let count = 0;
function fresh(word: string): string {
  return `${word}${String(++count)}`;
}

/** Makes orders with the given numbers for a new user, and finds some of them. */
async function numbersOf(
  numbers: readonly number[],
  ...filters: Condition<Stored<typeof Order>>[]
) {
  const userId = fresh('user');
  const orders = test.table.entity(Order);
  for (const number of numbers) await orders.createOne({ item: { userId, number } });
  const results = [];
  for (const filter of filters) {
    const { items } = await orders.findMany({ filter: { userId, ...filter } });
    results.push(items.map(({ number }) => number));
  }
  return results;
}

describe('findMany', () => {
  it('gives everything under a partition key, in the order of the sort key', async () => {
    const [all, none] = await numbersOf([10, 2, -1, 0.5, -10, 0, 1e-7], {}, { number: 3 });
    expect(all).toEqual([-10, -1, 0, 1e-7, 0.5, 2, 10]);
    expect(none).toEqual([]);
  });

  it('compares sort keys with both edges as the operators say', async () => {
    const numbers = [-2, -1, 0, 1, 1.5, 2, 10];
    const results = await numbersOf(
      numbers,
      { number: { $gt: 1 } },
      { number: { $gte: 1 } },
      { number: { $lt: 1 } },
      { number: { $lte: 1 } },
      { number: { $between: [-1, 1.5] } },
      { number: { $gt: -1, $lt: 2 } },
      { number: { $gte: -1, $lte: 1 } },
      { number: { $between: [2, 1] } },
      { number: { $gt: 2, $lt: 1 } },
      { number: { $eq: 2 } },
      { number: { $in: [1, 10, 11] } },
      { number: { $ne: 1 } },
      { number: { $exists: true } },
    );
    expect(results).toEqual([
      [1.5, 2, 10],
      [1, 1.5, 2, 10],
      [-2, -1, 0],
      [-2, -1, 0, 1],
      [-1, 0, 1, 1.5],
      [0, 1, 1.5],
      [-1, 0, 1],
      [],
      [],
      [2],
      [1, 10],
      [-2, -1, 0, 1.5, 2, 10],
      numbers,
    ]);
  });

  it('compares text sort keys as their UTF-8 bytes do, also where one value extends another', async () => {
    const titles = [
      'a',
      'a ',
      'a!',
      'a#',
      'a#b',
      'a$',
      'a$23',
      'a%',
      'a1',
      'a10',
      'ab',
      'b',
      'é',
      '漢',
      '😀',
    ];
    const owner = fresh('owner');
    const notes = test.table.entity(Note);
    for (const title of titles) await notes.createOne({ item: { owner, title } });
    const find = async (title: Condition<Stored<typeof Note>>['title']) => {
      const filter = { owner, ...(title !== undefined && { title }) };
      const { items } = await notes.findMany({ filter });
      return items.map((item) => item.title);
    };
    const compare = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
    const sorted = [...titles].sort(compare);
    expect(await find(undefined)).toEqual(sorted);
    for (const edge of [...titles, 'a"', 'aa', 'z']) {
      expect(await find({ $gt: edge })).toEqual(sorted.filter((title) => compare(title, edge) > 0));
      expect(await find({ $gte: edge })).toEqual(
        sorted.filter((title) => compare(title, edge) >= 0),
      );
      expect(await find({ $lt: edge })).toEqual(sorted.filter((title) => compare(title, edge) < 0));
      expect(await find({ $lte: edge })).toEqual(
        sorted.filter((title) => compare(title, edge) <= 0),
      );
      expect(await find({ $startsWith: edge })).toEqual(
        sorted.filter((title) => title.startsWith(edge)),
      );
      expect(await find({ $between: ['a#', edge] })).toEqual(
        sorted.filter((title) => compare(title, 'a#') >= 0 && compare(title, edge) <= 0),
      );
    }
    expect(await find({ $startsWith: '' })).toEqual(sorted);
  });

  it('never takes a value for another that begins with it: `password#a1` is not `password#a10`', async () => {
    const accountId = ulid();
    const tokens = test.table.entity(AccountToken);
    const make = (createdFor: string, kind: 'password' | 'custom' = 'password') =>
      tokens.createOne({ item: { accountId, kind, createdFor, value: fresh('value') } });
    for (const createdFor of ['a1', 'a10', 'a1#b', 'a1$', 'a1 ']) await make(createdFor);
    await make('a1', 'custom');
    for (const createdFor of ['a1', 'a10', 'a1#b', 'a1$', 'a1 ']) {
      const { items } = await tokens.findMany({
        filter: { accountId, kind: 'password', createdFor },
      });
      expect(items.map((item) => item.createdFor)).toEqual([createdFor]);
    }
    const all = await tokens.findMany({ filter: { accountId, kind: 'password' } });
    expect(all.items).toHaveLength(5);
    const some = await tokens.findMany({
      filter: { accountId, kind: 'password', createdFor: { $startsWith: 'a1' } },
    });
    expect(some.items).toHaveLength(5);
  });

  it('compares a part of a composite sort key, whatever follows it', async () => {
    const accountId = ulid();
    const tokens = test.table.entity(AccountToken);
    for (const createdFor of ['aa', 'aab', 'ab', 'ac', 'ac']) {
      await tokens.createOne({
        item: { accountId, kind: 'custom', createdFor, value: fresh('value') },
      });
    }
    const find = async (createdFor: Condition<Stored<typeof AccountToken>>['createdFor']) => {
      const filter = {
        accountId,
        kind: 'custom',
        ...(createdFor !== undefined && { createdFor }),
      } as const;
      const { items } = await tokens.findMany({ filter });
      return items.map((item) => item.createdFor);
    };
    expect(await find({ $gt: 'aa' })).toEqual(['aab', 'ab', 'ac', 'ac']);
    expect(await find({ $gt: 'ab' })).toEqual(['ac', 'ac']);
    expect(await find({ $gte: 'ac' })).toEqual(['ac', 'ac']);
    expect(await find({ $lt: 'ab' })).toEqual(['aa', 'aab']);
    expect(await find({ $lte: 'aa' })).toEqual(['aa']);
    expect(await find({ $lte: 'ac' })).toEqual(['aa', 'aab', 'ab', 'ac', 'ac']);
    expect(await find({ $between: ['aab', 'ab'] })).toEqual(['aab', 'ab']);
  });

  it('does not mix the entities of one partition', async () => {
    const accountId = ulid();
    const { table } = test;
    await table.entity(Account).createOne({ item: { accountId } });
    const token = { accountId, createdFor: 'xx', value: fresh('value') } as const;
    await table.entity(AccountToken).createOne({ item: { ...token, kind: 'custom' } });
    const data = { kind: 'email', value: `${fresh('a')}@example.com` } as const;
    await table.entity(AccessType).createOne({ item: { accountId, data } });
    for (const entity of [Account, AccountToken, AccessType]) {
      const { items } = await table.entity(entity).findMany({ filter: { accountId } });
      expect(items).toHaveLength(1);
    }
    expect((await table.entity(Session).findMany({ filter: { accountId } })).items).toEqual([]);
  });

  it('sorts descending when asked to, and takes the limit from that end', async () => {
    const userId = fresh('user');
    const orders = test.table.entity(Order);
    for (const number of [1, 2, 3, 4]) await orders.createOne({ item: { userId, number } });
    const find = async (sort: 'ascending' | 'descending', limit?: number) => {
      const { items } = await orders.findMany({
        filter: { userId },
        sort,
        ...(limit !== undefined && { limit }),
      });
      return items.map(({ number }) => number);
    };
    expect(await find('descending')).toEqual([4, 3, 2, 1]);
    expect(await find('descending', 2)).toEqual([4, 3]);
    expect(await find('ascending', 3)).toEqual([1, 2, 3]);
  });

  it('counts matching documents for the limit, when a filter leaves some out', async () => {
    const userId = fresh('user');
    const orders = test.table.entity(Order);
    for (let number = 1; number <= 20; number++) {
      await orders.createOne({ item: { userId, number, ...(number % 5 === 0 && { note: 'x' }) } });
    }
    const find = { filter: { userId, note: 'x' }, limit: 3 };
    const { items } = await orders.findMany(find);
    expect(items.map(({ number }) => number)).toEqual([5, 10, 15]);
    expect(orders.findManyParams(find)).not.toHaveProperty('Limit');
    const { item } = await orders.findOne({ filter: { userId, note: 'x', number: { $gt: 7 } } });
    expect(item?.number).toBe(10);
  });

  it('refuses a limit that is no whole number above 0', async () => {
    const orders = test.table.entity(Order);
    for (const limit of [0, -1, 1.5, Number.NaN]) {
      const error = await errorOf(orders.findMany({ filter: { userId: 'a' }, limit }));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'limit' } });
    }
  });

  it('reads every page of more than 1 MB', async () => {
    const owner = fresh('owner');
    const notes = test.table.entity(Note);
    const text = 'x'.repeat(300_000);
    for (let page = 0; page < 9; page++) {
      await notes.createOne({ item: { owner, title: String(page), text } });
    }
    await notes.createOne({ item: { owner, title: 'z', text: 'small' } });
    sent.length = 0;
    const { items } = await notes.findMany({ filter: { owner } });
    expect(items.map(({ title }) => title).join('')).toBe('012345678z');
    expect(sent.length).toBeGreaterThanOrEqual(3);
    expect((await notes.findMany({ filter: { owner }, limit: 8 })).items).toHaveLength(8);
    expect(
      (await notes.findMany({ filter: { owner, text: 'small' }, limit: 1 })).items,
    ).toHaveLength(1);
  });

  it('finds by a global secondary index, in the order of its sort key', async () => {
    const orders = test.table.entity(Order);
    const at = (day: number) => new Date(Date.UTC(2026, 0, day));
    for (const day of [3, 1, 2]) {
      await orders.createOne({
        item: { userId: fresh('user'), number: day, state: 'sent', placedAt: at(day) },
      });
    }
    const find = async (filter: Condition<Stored<typeof Order>>) =>
      (await orders.findMany({ filter })).items.map(({ number }) => number);
    expect(await find({ state: 'sent', placedAt: { $exists: true } })).toEqual([1, 2, 3]);
    expect(await find({ state: 'sent', placedAt: { $gte: at(2) } })).toEqual([2, 3]);
    expect(await find({ state: 'sent', placedAt: { $lt: at(2) } })).toEqual([1]);
    expect(await find({ state: 'sent', placedAt: at(2) })).toEqual([2]);
    expect(await find({ state: 'sent', placedAt: at(2), number: { $gt: 2 } })).toEqual([]);
  });

  it('refuses a filter that no index fits, and says what each would need; it never scans', async () => {
    const users = test.table.entity(User);
    sent.length = 0;
    for (const filter of [
      {},
      { age: 5 },
      { userId: { $gt: 'a' } },
      { $or: [{ userId: 'a' }, { email: 'a' }] },
    ]) {
      const error = await errorOf(users.findMany({ filter }));
      expect(error).toMatchObject({
        code: 'NoIndexFits',
        details: { indexes: ['_id (userId)', '_id2 (email)', '_id3 (nick)'] },
      });
    }
    expect(sent).toEqual([]);
  });

  it('refuses filter values of another type, before anything is sent', async () => {
    const accounts = test.table.entity(Account);
    sent.length = 0;
    const bad: unknown[] = [
      { accountId: 5 },
      { accountId: undefined },
      { accountId: ['a'] },
      { accountId: () => 5 },
      { username: undefined },
      { username: { a: 1 } },
      { nothing: 5, accountId: ulid() },
    ];
    for (const filter of bad) {
      const input = { filter: filter as Condition<Stored<typeof Account>> };
      expect((await errorOf(accounts.findOne(input))).code).toBe('InvalidInput');
    }
    const tokens = test.table.entity(AccountToken);
    for (const value of [() => 5, Symbol('a'), undefined]) {
      const filter = {
        accountId: ulid(),
        kind: 'password',
        createdFor: 'xx',
        ulid: value,
      } as never;
      expect(['InvalidInput', 'UnsupportedValue']).toContain(
        (await errorOf(tokens.findMany({ filter }))).code,
      );
    }
    expect(sent).toEqual([]);
  });
});

describe('findOne', () => {
  it('reads by whole key with one GetItem, and by unique value with two requests', async () => {
    const users = test.table.entity(User);
    const userId = fresh('user');
    await users.createOne({ item: { userId, email: userId } });
    sent.length = 0;
    expect((await users.findOne({ filter: { userId } })).item?.email).toBe(userId);
    expect(sent.map(({ command }) => command)).toEqual(['GetItem']);
    sent.length = 0;
    expect((await users.findOne({ filter: { email: userId.toUpperCase() } })).item?.userId).toBe(
      userId,
    );
    expect(sent).toHaveLength(2);
    sent.length = 0;
    expect((await users.findOne({ filter: { userId, email: 'other' } })).item).toBeNull();
    expect((await users.findOne({ filter: { userId, email: userId } })).item?.userId).toBe(userId);
  });

  it('filters what a unique value finds by the rest of the filter', async () => {
    const users = test.table.entity(User);
    const userId = fresh('user');
    await users.createOne({ item: { userId, email: userId, age: 5 } });
    expect((await users.findOne({ filter: { email: userId, age: 5 } })).item?.userId).toBe(userId);
    expect((await users.findOne({ filter: { email: userId, age: 6 } })).item).toBeNull();
    expect(
      (await users.findMany({ filter: { email: userId, age: { $gt: 4 } } })).items,
    ).toHaveLength(1);
  });

  it('finds every document under a part of a unique key', async () => {
    const tickets = test.table.entity(Ticket);
    const code = fresh('code');
    for (const seat of ['a', 'b', 'c']) {
      for (const kind of ['day', 'night'] as const) {
        await tickets.createOne({
          item: { holder: fresh('h'), kind, code, seat, used: seat === 'a' },
        });
      }
    }
    const seats = async (filter: Condition<Stored<typeof Ticket>>, limit = 100) => {
      const kind = { $ne: 'secret' } as const;
      const { items } = await tickets.findMany({ filter: { kind, ...filter }, limit });
      return items.map(({ seat, kind }) => `${seat} ${kind}`);
    };
    expect(await seats({ code })).toEqual([
      'a day',
      'a night',
      'b day',
      'b night',
      'c day',
      'c night',
    ]);
    expect(await seats({ code, seat: 'b' })).toEqual(['b day', 'b night']);
    expect(await seats({ code, seat: { $gt: 'a' } }, 3)).toEqual(['b day', 'b night', 'c day']);
    expect(await seats({ code, used: true })).toEqual(['a day', 'a night']);
    expect(await seats({ code, seat: 'b', kind: 'night' })).toEqual(['b night']);
    const kind = { $notIn: ['secret'] } as const;
    const { item } = await tickets.findOne({ filter: { code, kind, used: false } });
    expect(item?.seat).toBe('b');
    const error = await errorOf(
      tickets.updateOne({ filter: { code, kind }, update: { $set: { used: true } } }),
    );
    expect(error.code).toBe('AmbiguousFilter');
  });

  it('does not look in an index that leaves the documents out', async () => {
    const tokens = test.table.entity(AccountToken);
    const accountId = ulid();
    const value = fresh('hash');
    const item = { accountId, kind: 'password', createdFor: accountId, value } as const;
    await tokens.createOne({ item });
    const filter = { accountId, kind: 'password', value } as const;
    expect((await tokens.findOne({ filter })).item?.createdFor).toBe(accountId);
    expect((await tokens.findMany({ filter })).items).toHaveLength(1);
  });

  it('gives null where nothing is', async () => {
    const { table } = test;
    expect(await table.entity(User).findOne({ filter: { userId: 'nobody' } })).toEqual({
      item: null,
    });
    expect(await table.entity(User).findOne({ filter: { nick: 'nobody' } })).toEqual({
      item: null,
    });
    expect(await table.entity(Order).findOne({ filter: { userId: 'nobody' } })).toEqual({
      item: null,
    });
  });
});

describe('findKey', () => {
  it('gives the key of the document that holds a unique value, with one request', async () => {
    const users = test.table.entity(User);
    const userId = `${fresh('user')} #$é`;
    await users.createOne({ item: { userId, email: 'Key@x' } });
    sent.length = 0;
    expect(await users.findKey({ filter: { email: 'KEY@X' } })).toEqual({ key: { userId } });
    expect(sent.map(({ command }) => command)).toEqual(['GetItem']);
    expect(await users.findKey({ filter: { email: 'nobody' } })).toEqual({ key: null });
    const inner = test.table.namespace('a#b').entity(User);
    await inner.createOne({ item: { userId, email: 'inner' } });
    expect(await inner.findKey({ filter: { email: 'inner' } })).toEqual({ key: { userId } });
  });

  it('refuses what is not the whole of a unique index', async () => {
    const users = test.table.entity(User);
    for (const filter of [{ userId: 'a' }, { email: 'a', age: 5 }]) {
      expect((await errorOf(users.findKey({ filter }))).code).toBe('InvalidInput');
    }
  });
});

describe('findById', () => {
  it('finds a document by its id, and nothing by the id of another entity, namespace or table', async () => {
    const { table } = test;
    const users = table.entity(User);
    const userId = fresh('user');
    const { item } = await users.createOne({ item: { userId, email: userId } });
    const order = await table.entity(Order).createOne({ item: { userId, number: 1 } });
    expect((await users.findById(item.id)).item).toEqual(item);
    expect((await users.findById(order.item.id)).item).toBeNull();
    expect((await table.entity(Order).findById(item.id)).item).toBeNull();
    const [outer, inner] = [table.namespace('t'), table.namespace('t').namespace('u')];
    const tenant = await outer.entity(User).createOne({ item: { userId, email: userId } });
    const nested = await inner.entity(User).createOne({ item: { userId, email: userId } });
    const spaces = [table, outer, inner].map((space) => space.entity(User));
    for (const [at, { id }] of [item, tenant.item, nested.item].entries()) {
      for (const [where, entity] of spaces.entries()) {
        expect((await entity.findById(id)).item === null).toBe(where !== at);
      }
    }
    const elsewhere = await createTestTable([User]);
    expect((await elsewhere.table.entity(User).findById(item.id)).item).toBeNull();
    await elsewhere.drop();
  });

  it('gives null for text that was never an id, whatever it is', async () => {
    const users = test.table.entity(User);
    for (const id of [
      '',
      'AA',
      'x',
      '..',
      'a'.repeat(10_000),
      Buffer.from('a\0b\0c').toString('base64url'),
    ]) {
      expect(await users.findById(id)).toEqual({ item: null });
    }
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (id) => {
        expect(await users.findById(id)).toEqual({ item: null });
      }),
      { numRuns: 50 },
    );
  });

  it('does not give the item of a unique value, whose id can be guessed', async () => {
    const users = test.table.entity(User);
    await users.createOne({ item: { userId: fresh('user'), email: 'guessed' } });
    const id = Buffer.from('user._id2#guessed\0unique').toString('base64url');
    expect(await users.findById(id)).toEqual({ item: null });
  });
});

describe('the Params twins of finds', () => {
  it('send nothing and say what is sent', () => {
    const { table } = test;
    sent.length = 0;
    const users = table.entity(User);
    expect(users.findOneParams({ filter: { userId: 'a' } })).toEqual({
      TableName: table.name,
      Key: { PK: { S: 'user#a' }, SK: { S: 'user' } },
      ConsistentRead: false,
    });
    expect(users.findOneParams({ filter: { email: 'A' } })).toEqual({
      TableName: table.name,
      Key: { PK: { S: 'user._id2#a' }, SK: { S: 'unique' } },
      ConsistentRead: true,
    });
    const orders = table.entity(Order);
    expect(
      orders.findManyParams({
        filter: { userId: 'a' },
        limit: 5,
        sort: 'descending',
        consistent: true,
      }),
    ).toEqual({
      TableName: table.name,
      KeyConditionExpression: '#0 = :0 AND begins_with(#1, :1)',
      ExpressionAttributeNames: { '#0': 'PK', '#1': 'SK' },
      ExpressionAttributeValues: { ':0': { S: 'user#a' }, ':1': { S: 'order#' } },
      ConsistentRead: true,
      ScanIndexForward: false,
      Limit: 5,
    });
    const placed = { state: 'open', placedAt: { $exists: true } } as const;
    expect(orders.findManyParams({ filter: placed })).toMatchObject({
      IndexName: '_id2',
      ExpressionAttributeNames: { '#0': '_id2PK', '#1': '_id2SK' },
    });
    expect(
      table.entity(Ticket).findOneParams({ filter: { code: 'a', kind: 'day', used: true } }),
    ).not.toHaveProperty('FilterExpression');
    expect(errorFrom(() => orders.findManyParams({ filter: { number: 5 } })).code).toBe(
      'NoIndexFits',
    );
    expect(sent).toEqual([]);
  });
});

describe('addIndexRelation', () => {
  it('reads a document and its related ones in one Query, each in order, with their limits', async () => {
    const userId = fresh('user');
    const Visit = defineEntity({
      name: 'Visit',
      schema: z.object({ userId: z.string(), at: z.date(), token: z.string() }),
      indexes: [{ name: '_id', PK: ['.userId'], SK: ['.at'], relatedTo: User }],
      secrets: ['token'],
    });
    const { table } = test;
    const users = table.entity(User);
    const family = users.addIndexRelation('orders', Order).addIndexRelation('visits', Visit);
    await users.createOne({ item: { userId, email: userId, password: 'hunter2' } });
    for (const number of [10, 9, 1]) {
      await table.entity(Order).createOne({ item: { userId, number, cardNumber: '4111' } });
      await table
        .entity(Visit)
        .createOne({ item: { userId, at: new Date(number), token: 'hunter2' } });
    }
    sent.length = 0;
    const found = await family.findOne({
      filter: { userId },
      include: { orders: { limit: 2 }, visits: true },
      consistent: true,
    });
    expect(sent.map(({ command }) => command)).toEqual(['Query']);
    expect(found.item?.email).toBe(userId);
    expect(found.item?.orders.map(({ number }) => number)).toEqual([1, 9]);
    expect(found.item?.visits.map(({ at }) => at.getTime())).toEqual([1, 9, 10]);
    expect(JSON.stringify(found)).not.toMatch(/hunter2|4111/);
    const one = await family.findOne({
      filter: { userId },
      include: { visits: true },
      secrets: true,
    });
    expect(one.item?.visits[0]?.token).toBe('hunter2');
    expect(JSON.stringify(one)).not.toMatch(/hunter2/);
    expect(one.item).not.toHaveProperty('orders');
    const plain = await family.findOne({ filter: { userId } });
    expect(plain.item).not.toHaveProperty('visits');
    const none = await family.findOne({ filter: { userId: 'nobody' }, include: { orders: true } });
    expect(none).toEqual({ item: null });
  });

  it('gives empty lists where there is nothing, and null without the parent', async () => {
    const userId = fresh('user');
    const users = test.table.entity(User).addIndexRelation('orders', Order);
    await test.table.entity(Order).createOne({ item: { userId, number: 1 } });
    expect(await users.findOne({ filter: { userId }, include: { orders: true } })).toEqual({
      item: null,
    });
    await users.createOne({ item: { userId: `${userId}x`, email: fresh('mail') } });
    const found = await users.findOne({
      filter: { userId: `${userId}x` },
      include: { orders: true },
    });
    expect(found.item?.orders).toEqual([]);
  });

  it.each(['email', 'vault', 'id', 'ulid', 'createdAt', '_v', '__proto__', ''])(
    'refuses the name "%s", which is a field of the document or kept for one',
    (name) => {
      const users = test.table.entity(User);
      const { code, details } = errorFrom(() => users.addIndexRelation(name, Order));
      expect([code, details]).toEqual([
        'InvalidTable',
        { reason: expect.stringContaining(`"${name}"`) as string },
      ]);
    },
  );

  it('refuses a second relation of one name, and leaves the first as it is', async () => {
    const userId = fresh('user');
    const users = test.table.entity(User).addIndexRelation('orders', Order);
    expect(errorFrom(() => users.addIndexRelation('orders', User)).code).toBe('InvalidTable');
    expect(errorFrom(() => users.addIndexRelation('orders', Order)).code).toBe('InvalidTable');
    await users.createOne({
      item: { userId, email: userId },
      related: { orders: [{ number: 1 }] },
    });
    const { item } = await users.findOne({ filter: { userId }, include: { orders: true } });
    expect(item).toMatchObject({ email: userId, orders: [{ number: 1 }] });
  });

  it('refuses an entity of another partition, a filter that is not the key, an unknown relation', async () => {
    const users = test.table.entity(User);
    expect(errorFrom(() => users.addIndexRelation('notes', Note)).code).toBe('InvalidTable');
    const family = users.addIndexRelation('orders', Order);
    const include = { orders: true } as const;
    for (const filter of [{ email: 'a' }, { userId: 'a', age: 5 }]) {
      expect((await errorOf(family.findOne({ filter, include }))).code).toBe('InvalidInput');
    }
    const unknown = { filter: { userId: 'a' }, include: { nothing: true } as object };
    expect((await errorOf(family.findOne(unknown))).code).toBe('InvalidInput');
  });
});
