import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { AccessType, Account, AccountToken, defineEntity } from '@latchkey/schema';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { ulid } from 'ulid';
import * as z from 'zod';
import { Note, Order, Ticket, User } from '../../test/support/entities.js';
import { errorFrom, errorOf } from '../../test/support/errorOf.js';
import { sweepUniques } from '../../test/support/sweepUniques.js';
import { tableItems } from '../../test/support/tableItems.js';
import type { CommandEvent } from '../table/Sender.js';
import type { Update } from '../expressions/Update.js';
import type { Infer, SystemFields } from '@latchkey/schema';

let test: TestTable;
const sent: CommandEvent[] = [];
let now = new Date('2026-01-01T00:00:00Z');

beforeAll(async () => {
  test = await createTestTable([Note, Order, User, Ticket, Account], {
    clock: () => now,
    onCommand: (event) => sent.push(event),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

function commands(): string[] {
  return sent.map(({ command }) => command);
}

let count = 0;

type NoteUpdate = Update<Omit<Infer<typeof Note>, keyof SystemFields>>;

/** Makes a note and changes it; gives both, and what was sent for the change. */
async function change(fields: Partial<Infer<typeof Note>>, update: NoteUpdate) {
  const notes = test.table.entity(Note);
  const key = { owner: 'ada', title: `note ${String(++count)}` };
  const before = await notes.createOne({ item: { ...fields, ...key } });
  sent.length = 0;
  const { item } = await notes.updateOne({ filter: key, update });
  const requests = commands();
  const stored = await notes.findOne({ filter: key, consistent: true });
  expect(stored.item).toEqual(item);
  return { key, before: before.item, after: item, requests };
}

async function storedNote(title: string): Promise<Record<string, AttributeValue>> {
  const items = await tableItems(test.client, test.table.name);
  return items.find((item) => item.title?.S === title) ?? {};
}

describe('updateOne, one operator at a time', () => {
  it.each<[string, Partial<Infer<typeof Note>>, NoteUpdate, Partial<Infer<typeof Note>>]>([
    ['$set sets a field', {}, { $set: { text: 'a' } }, { text: 'a' }],
    ['$set replaces a field', { text: 'a' }, { $set: { text: '' } }, { text: '' }],
    ['$set sets a date', {}, { $set: { seenAt: new Date(5) } }, { seenAt: new Date(5) }],
    ['$set sets a bigint', {}, { $set: { big: 5n } }, { big: 5n }],
    ['$set sets a set', {}, { $set: { tags: new Set(['a']) } }, { tags: new Set(['a']) }],
    [
      '$set sets a nested field and keeps its neighbours',
      { place: { city: 'a', visits: 1 } },
      { $set: { 'place.city': 'b' } },
      { place: { city: 'b', visits: 1 } },
    ],
    [
      '$set makes the object around a nested field',
      {},
      { $set: { 'place.deep.at': new Date(1) } },
      { place: { deep: { at: new Date(1) } } },
    ],
    [
      '$set replaces an element of a list',
      { lines: ['a', 'b', 'c'] },
      { $set: { 'lines.1': 'B' } },
      { lines: ['a', 'B', 'c'] },
    ],
    [
      '$set sets an entry of a record, whatever its name',
      { extra: { a: 1 } },
      { $set: { 'extra.#a = :b': [1, 'x', null] } },
      { extra: { a: 1, '#a = :b': [1, 'x', null] } },
    ],
    [
      '$set makes the record around an entry',
      {},
      { $set: { 'boxes.a.b.c': 'x' } },
      { boxes: { a: { b: { c: 'x' } } } },
    ],
    ['$setIfNull sets what is not there', {}, { $setIfNull: { text: 'a' } }, { text: 'a' }],
    ['$setIfNull keeps what is there', { text: '' }, { $setIfNull: { text: 'a' } }, { text: '' }],
    [
      '$setIfNull works below an object that is not there',
      {},
      { $setIfNull: { 'place.city': 'a' } },
      { place: { city: 'a' } },
    ],
    [
      '$setOnInsert changes nothing here',
      { text: 'a' },
      { $setOnInsert: { text: 'b' } },
      { text: 'a' },
    ],
    ['$inc adds', { count: 1 }, { $inc: { count: 2 } }, { count: 3 }],
    ['$inc subtracts', { count: 1 }, { $inc: { count: -2.5 } }, { count: -1.5 }],
    ['$inc begins at 0', {}, { $inc: { count: 2 } }, { count: 2 }],
    ['$inc adds to bigints', { big: 2n ** 60n }, { $inc: { big: 1n } }, { big: 2n ** 60n + 1n }],
    ['$inc begins at 0n', {}, { $inc: { big: 2n } }, { big: 2n }],
    [
      '$inc adds to a nested number',
      { place: { visits: 1 } },
      { $inc: { 'place.visits': 1 } },
      { place: { visits: 2 } },
    ],
    ['$inc makes the object around', {}, { $inc: { 'place.visits': 1 } }, { place: { visits: 1 } }],
    [
      '$append adds at the end',
      { lines: ['a'] },
      { $append: { lines: ['b', 'c'] } },
      { lines: ['a', 'b', 'c'] },
    ],
    ['$append makes the list', {}, { $append: { lines: ['b'] } }, { lines: ['b'] }],
    [
      '$append takes dates',
      { moments: [new Date(1)] },
      { $append: { moments: [new Date(2)] } },
      { moments: [new Date(1), new Date(2)] },
    ],
    [
      '$prepend adds at the beginning',
      { lines: ['a'] },
      { $prepend: { lines: ['b', 'c'] } },
      { lines: ['b', 'c', 'a'] },
    ],
    ['$prepend makes the list', {}, { $prepend: { lines: ['b'] } }, { lines: ['b'] }],
    [
      '$pull takes every equal element',
      { lines: ['a', 'b', 'a'] },
      { $pull: { lines: ['a', 'x'] } },
      { lines: ['b'] },
    ],
    ['$pull leaves an empty list', { lines: ['a'] }, { $pull: { lines: ['a'] } }, { lines: [] }],
    [
      '$pull takes equal dates',
      { moments: [new Date(1), new Date(2)] },
      { $pull: { moments: [new Date(1)] } },
      { moments: [new Date(2)] },
    ],
    [
      '$pull takes from a set',
      { tags: new Set(['a', 'b']) },
      { $pull: { tags: ['a'] } },
      { tags: new Set(['b']) },
    ],
    ['$pull removes an emptied set', { tags: new Set(['a']) }, { $pull: { tags: ['a'] } }, {}],
    ['$pull from nothing changes nothing', {}, { $pull: { tags: ['a'], lines: ['a'] } }, {}],
    [
      '$pull takes from a nested set',
      { place: { labels: new Set(['a', 'b']) } },
      { $pull: { 'place.labels': ['a'] } },
      { place: { labels: new Set(['b']) } },
    ],
    [
      '$addToSet adds what a set does not have',
      { tags: new Set(['a']) },
      { $addToSet: { tags: ['a', 'b'] } },
      { tags: new Set(['a', 'b']) },
    ],
    ['$addToSet makes the set', {}, { $addToSet: { tags: ['a', 'a'] } }, { tags: new Set(['a']) }],
    [
      '$addToSet makes a set with a limit',
      {},
      { $addToSet: { fewTags: ['a'] } },
      { fewTags: new Set(['a']) },
    ],
    [
      '$addToSet makes a nested set',
      {},
      { $addToSet: { 'place.labels': ['a'] } },
      { place: { labels: new Set(['a']) } },
    ],
    ['$addToSet adds nothing', {}, { $addToSet: { tags: [], fewTags: [] } }, {}],
    [
      '$addToSet adds to a list what it does not have',
      { lines: ['a', 'a'] },
      { $addToSet: { lines: ['a', 'b', 'b'] } },
      { lines: ['a', 'a', 'b'] },
    ],
    ['$remove removes a field', { text: 'a' }, { $remove: ['text'] }, {}],
    [
      '$remove of nothing changes nothing',
      {},
      { $remove: ['text', 'place.city', 'extra.a.b'] },
      {},
    ],
    [
      '$remove removes a nested field',
      { place: { city: 'a', visits: 1 } },
      { $remove: ['place.city'] },
      { place: { visits: 1 } },
    ],
    [
      '$remove gives a field with a default that default',
      { flag: true },
      { $remove: ['flag'] },
      { flag: false },
    ],
    [
      '$remove removes an entry of a record',
      { extra: { a: 1, b: 2 } },
      { $remove: ['extra.a'] },
      { extra: { b: 2 } },
    ],
  ])('%s', async (_, before, update, expected) => {
    const { key, after, before: old } = await change(before, update);
    const { owner, title, flag, ...rest } = (after ?? {}) as Infer<typeof Note>;
    expect({ owner, title }).toEqual(key);
    expect(after).toMatchObject({ id: old.id, ulid: old.ulid, createdAt: old.createdAt, _v: 2 });
    for (const name of ['id', 'ulid', 'createdAt', 'updatedAt']) Reflect.deleteProperty(rest, name);
    expect({ flag, ...rest }).toEqual({ flag: false, ...expected });
  });
});

describe('updateOne', () => {
  it('combines all nine operators, in one UpdateItem where an expression can say it', async () => {
    const { after, requests } = await change(
      { text: 'a', count: 1, lines: ['a'], tags: new Set(['a']), big: 1n },
      {
        $set: { text: 'b' },
        $setIfNull: { seenAt: new Date(1) },
        $setOnInsert: { whole: 9 },
        $inc: { count: 1, big: 1n },
        $append: { lines: ['z'] },
        $addToSet: { tags: ['b'] },
        $remove: ['place'],
      },
    );
    expect(requests).toEqual(['UpdateItem']);
    expect(after).toMatchObject({
      text: 'b',
      seenAt: new Date(1),
      count: 2,
      big: 2n,
      lines: ['a', 'z'],
      tags: new Set(['a', 'b']),
    });
    expect(after).not.toHaveProperty('whole');
    const second = await change(
      { lines: ['a', 'b'], moments: [new Date(1)], tags: new Set(['a', 'b']) },
      { $prepend: { moments: [new Date(0)] }, $pull: { lines: ['a'], tags: ['b'] } },
    );
    expect(second.after).toMatchObject({
      lines: ['b'],
      moments: [new Date(0), new Date(1)],
      tags: new Set(['a']),
    });
  });

  it('validates like a create: what the schema forbids is refused before anything is sent', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ada', title: 'refused' };
    await notes.createOne({ item: { ...filter, lines: ['a', 'b'], fewTags: new Set(['a']) } });
    const bad: [object, string][] = [
      [{ $set: { text: 5 } }, 'text'],
      [{ $set: { nothing: 5 } }, 'nothing'],
      [{ $set: { 'place.nothing': 5 } }, 'place.nothing'],
      [{ $set: { 'lines.x': 'a' } }, 'lines.x'],
      [{ $set: { text: undefined } }, 'text'],
      [{ $set: { createdAt: new Date() } }, 'createdAt'],
      [{ $set: { ulid: 'x' } }, 'ulid'],
      [{ $set: { PK: 'x' } }, 'PK'],
      [{ $set: { _v: 7 } }, '_v'],
      [{ $set: { _e: 'User' } }, '_e'],
      [{ $set: { ttl: 7 } }, 'ttl'],
      [{ $set: { owner: '' } }, 'owner'],
      [{ $set: 'text' }, '$set'],
      [{ $set: ['text'] }, '$set'],
      [{ $set: null }, '$set'],
      [{ $rename: { text: 'x' } }, '$rename'],
      [{}, 'update'],
      [{ $set: {} }, 'update'],
      [{ $inc: { text: 1 } }, 'text'],
      [{ $inc: { count: '1' } }, 'count'],
      [{ $inc: { count: Number.NaN } }, 'count'],
      [{ $inc: { count: Infinity } }, 'count'],
      [{ $inc: { count: 1n } }, 'count'],
      [{ $inc: { big: 1 } }, 'big'],
      [{ $append: { lines: 'a' } }, 'lines'],
      [{ $append: { lines: [1] } }, 'lines'],
      [{ $append: { text: ['a'] } }, 'text'],
      [{ $append: { tags: ['a'] } }, 'tags'],
      [{ $append: { nothing: ['a'] } }, 'nothing'],
      [{ $addToSet: { tags: [1] } }, 'tags'],
      [{ $pull: { text: ['a'] } }, 'text'],
      [{ $remove: ['owner'] }, 'owner'],
      [{ $remove: ['nothing'] }, 'nothing'],
      [{ $remove: 'text' }, '$remove'],
      [{ $inc: { whole: 0.5 } }, 'whole'],
      [{ $remove: ['span.low'] }, 'span.low'],
      [{ $set: { text: 'a' }, $remove: ['text'] }, 'text'],
      [{ $set: { place: {} }, $inc: { 'place.visits': 1 } }, 'place.visits'],
      [{ $set: { 'extra.__proto__': {} } }, 'extra.__proto__'],
      [{ $set: { 'boxes.__proto__.x': {} } }, 'boxes.__proto__.x'],
      [{ $set: { 'boxes.__proto__.x.y': 'polluted' } }, 'boxes.__proto__.x.y'],
      [{ $remove: ['extra.__proto__'] }, 'extra.__proto__'],
    ];
    sent.length = 0;
    for (const [update, path] of bad) {
      const attempt = notes.updateOne({ filter, update: update });
      const error = await errorOf(attempt.then(() => update));
      expect({ update, code: error.code, details: error.details }).toMatchObject({
        update,
        code: 'InvalidInput',
        details: { path },
      });
    }
    expect(commands()).toEqual([]);
  });

  it('refuses what only the whole field shows to be wrong, and writes nothing', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ada', title: 'limits' };
    await notes.createOne({
      item: {
        ...filter,
        whole: 1,
        fewLines: ['a', 'b'],
        fewTags: new Set(['a', 'b']),
        span: { low: 1, high: 2 },
      },
    });
    for (const update of [
      { $append: { fewLines: ['c'] } },
      { $prepend: { fewLines: ['c'] } },
      { $addToSet: { fewLines: ['c'] } },
      { $addToSet: { fewTags: ['c'] } },
      { $set: { 'span.low': 3 } },
      { $inc: { 'span.low': 3 } },
      { $inc: { whole: 2 ** 53 } },
    ] as NoteUpdate[]) {
      expect((await errorOf(notes.updateOne({ filter, update }))).code).toBe('UpdateRefused');
    }
    const { item } = await notes.findOne({ filter });
    expect(item).toMatchObject({ _v: 1, whole: 1, span: { low: 1, high: 2 } });
  });

  it('respects a refinement of an optional field, and of the document as a whole', async () => {
    const Span = defineEntity({
      name: 'Span',
      schema: z
        .object({
          name: z.string(),
          low: z.number(),
          high: z.number(),
          tags: z
            .array(z.string())
            .optional()
            .refine((tags) => (tags?.length ?? 0) < 2, 'too many'),
          inner: z
            .object({ a: z.number(), b: z.number() })
            .optional()
            .refine((inner) => !inner || inner.a <= inner.b, 'a is above b'),
        })
        .refine(({ low, high }) => low <= high, 'low is above high'),
      indexes: [{ name: '_id', PK: ['.name'] }],
    });
    const spans = test.table.entity(Span);
    const item = { name: 'a', low: 1, high: 2, tags: ['a'], inner: { a: 1, b: 2 } };
    expect((await errorOf(spans.createOne({ item: { ...item, low: 3 } }))).code).toBe(
      'InvalidInput',
    );
    await spans.createOne({ item });
    const filter = { name: 'a' };
    const updates: Parameters<typeof spans.updateOne>[0]['update'][] = [
      { $set: { low: 3 } },
      { $inc: { low: 2 } },
      { $append: { tags: ['b'] } },
      { $set: { 'inner.a': 3 } },
    ];
    for (const update of updates) {
      expect((await errorOf(spans.updateOne({ filter, update }))).code).toBe('UpdateRefused');
    }
    expect(
      (await spans.updateOne({ filter, update: { $set: { low: 3, high: 4 } } })).item,
    ).toMatchObject({ low: 3, high: 4 });
  });

  it('refuses a field that the other member of a union has', async () => {
    const contacts = test.table.entity(AccessType);
    const accountId = ulid();
    const data = { kind: 'email', value: 'a@example.com' } as const;
    const { item } = await contacts.createOne({ item: { accountId, data } });
    const filter = { accountId, 'data.kind': 'email', ulid: item.ulid } as const;
    for (const update of [
      { $set: { 'data.meta': { a: 1 } } },
      { $set: { 'data.authToken': 'secret' } },
      { $set: { 'data.value': 'not an address' } },
      { $set: { 'data.kind': 'phone' } },
    ] as const) {
      expect((await errorOf(contacts.updateOne({ filter, update }))).code).toBe('UpdateRefused');
    }
    expect(await contacts.findOne({ filter })).toEqual({ item });
  });

  it('normalises a value of a union by the member that the document is', async () => {
    const contacts = test.table.entity(AccessType);
    const accountId = ulid();
    const data = { kind: 'custom', value: 'x', meta: {} } as const;
    const { item } = await contacts.createOne({ item: { accountId, data } });
    const filter = { accountId, 'data.kind': 'custom', ulid: item.ulid } as const;
    const update = { $set: { 'data.value': 'Ada@Example.com' } };
    const changed = await contacts.updateOne({ filter, update });
    expect(changed.item?.data.value).toBe('Ada@Example.com');
    expect(await sweepUniques(test.client, test.table.name, [Note, AccessType, Account])).toEqual(
      (await sweepUniques(test.client, test.table.name, [Note, AccessType, Account])).filter(
        (problem) => !problem.includes('accesstype'),
      ),
    );
  });

  it('raises the version by one, moves updatedAt on the clock and leaves createdAt', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ada', title: 'clock' };
    now = new Date('2026-02-01T00:00:00Z');
    const context = { userId: 'u1' };
    const created = await notes.createOne({ item: filter, context });
    expect(created.item).toMatchObject({ createdBy: 'u1', updatedBy: 'u1', createdAt: now, _v: 1 });
    now = new Date('2026-02-02T00:00:00Z');
    for (const update of [{ $set: { text: 'a' } }, { $pull: { lines: ['a'] } }] as const) {
      const { item } = await notes.updateOne({ filter, update, context: { userId: 'u2' } });
      expect(item).toMatchObject({
        createdBy: 'u1',
        updatedBy: 'u2',
        createdAt: new Date('2026-02-01T00:00:00Z'),
        updatedAt: now,
      });
    }
    expect((await notes.findOne({ filter })).item?._v).toBe(3);
  });

  it('gives null and makes nothing where there is no document', async () => {
    const notes = test.table.entity(Note);
    for (const update of [{ $set: { text: 'a' } }, { $set: { title: 'b' } }] as const) {
      const filter = { owner: 'nobody', title: 'a' };
      expect(await notes.updateOne({ filter, update })).toEqual({ item: null });
      expect(await notes.findMany({ filter: { owner: 'nobody' } })).toEqual({ items: [] });
    }
  });

  it('fails with ConditionFailed, and shows the document as it stands, without its secrets', async () => {
    const users = test.table.entity(User);
    const item = { userId: 'c', email: 'c', password: 'hunter2' };
    await users.createOne({ item });
    const filter = { userId: 'c' };
    for (const update of [{ $set: { age: 5 } }, { $set: { nick: 'c' } }] as const) {
      const error = await errorOf(users.updateOne({ filter, update, condition: { age: 7 } }));
      expect(error).toMatchObject({
        code: 'ConditionFailed',
        details: { entity: 'User', item: { userId: 'c' } },
      });
      expect(JSON.stringify(error)).not.toContain('hunter2');
      await users.updateOne({ filter, update, condition: { age: { $lt: 7 } } });
    }
    expect((await users.findOne({ filter })).item).toMatchObject({ age: 5, nick: 'c', _v: 3 });
  });

  it('fails with VersionConflict unless the document has the version', async () => {
    const users = test.table.entity(User);
    await users.createOne({ item: { userId: 'v', email: 'v' } });
    const filter = { userId: 'v' };
    for (const update of [{ $set: { age: 5 } }, { $set: { nick: 'v' } }] as const) {
      const { item } = await users.findOne({ filter });
      const version = item?._v ?? 0;
      const error = await errorOf(users.updateOne({ filter, update, version: version + 1 }));
      expect(error).toMatchObject({ code: 'VersionConflict', details: { item: { userId: 'v' } } });
      await users.updateOne({ filter, update, version });
      expect((await errorOf(users.updateOne({ filter, update, version }))).code).toBe(
        'VersionConflict',
      );
    }
  });

  it('is refused when the filter matches several documents', async () => {
    const orders = test.table.entity(Order);
    for (const number of [1, 2]) await orders.createOne({ item: { userId: 'amb', number } });
    const update = { $set: { note: 'a' } };
    expect((await errorOf(orders.updateOne({ filter: { userId: 'amb' }, update }))).code).toBe(
      'AmbiguousFilter',
    );
    const one = await orders.updateOne({ filter: { userId: 'amb', number: { $gt: 1 } }, update });
    expect(one.item).toMatchObject({ number: 2, note: 'a' });
    const none = await orders.updateOne({
      filter: { userId: 'amb', number: 1, note: 'a' },
      update,
    });
    expect(none.item).toBeNull();
  });

  it('follows with the keys of a global secondary index', async () => {
    const orders = test.table.entity(Order);
    const filter = { userId: 'gsi', number: 1 };
    await orders.createOne({ item: { ...filter, placedAt: new Date(1) } });
    await orders.updateOne({ filter, update: { $set: { state: 'paid' } } });
    const placed = { state: 'paid', placedAt: { $exists: true } } as const;
    const paid = await orders.findMany({ filter: placed });
    expect(paid.items.map(({ userId }) => userId)).toEqual(['gsi']);
    await orders.updateOne({ filter, update: { $remove: ['placedAt'] } });
    expect((await orders.findMany({ filter: placed })).items).toEqual([]);
  });

  it('follows with the TTL, that of unique items, too', async () => {
    const notes = test.table.entity(Note);
    const { key } = await change({ until: new Date(5_000) }, { $set: { until: new Date(9_999) } });
    expect((await storedNote(key.title)).ttl).toEqual({ N: '9' });
    await notes.updateOne({ filter: key, update: { $setIfNull: { until: new Date(1_000) } } });
    expect((await storedNote(key.title)).ttl).toEqual({ N: '9' });
    await notes.updateOne({ filter: key, update: { $remove: ['until', 'text'] } });
    expect(await storedNote(key.title)).not.toHaveProperty('ttl');
    await notes.updateOne({ filter: key, update: { $setIfNull: { until: new Date(1_000) } } });
    expect((await storedNote(key.title)).ttl).toEqual({ N: '1' });

    const own = await createTestTable([Ticket]);
    const { table, client } = own;
    const tickets = table.entity(Ticket);
    const item = {
      holder: 'a',
      kind: 'day',
      code: 'c',
      seat: 's',
      until: new Date(5_000),
    } as const;
    const { ulid: id } = (await tickets.createOne({ item })).item;
    const filter = { holder: 'a', kind: 'day', ulid: id } as const;
    const updates: Parameters<typeof tickets.updateOne>[0]['update'][] = [
      { $set: { until: new Date(60_000) } },
      { $remove: ['until'] },
      { $setIfNull: { until: new Date(70_000) } },
      { $set: { used: true, until: new Date(80_000) } },
    ];
    for (const update of updates) {
      await tickets.updateOne({ filter, update });
      expect(await sweepUniques(client, table.name, [Ticket])).toEqual([]);
    }
    await own.drop();
  });

  it('follows into and out of an index whose `where` the document begins or ceases to meet', async () => {
    const own = await createTestTable([Ticket]);
    const { table, client } = own;
    const tickets = table.entity(Ticket);
    const item = { holder: 'a', kind: 'day', code: 'c', seat: 's' } as const;
    await tickets.createOne({ item });
    const filter = { holder: 'a' };
    expect((await errorOf(tickets.createOne({ item }))).code).toBe('UniqueViolation');
    await tickets.updateOne({ filter, update: { $set: { kind: 'secret' } } });
    expect(await sweepUniques(client, table.name, [Ticket])).toEqual([]);
    expect(await tableItems(client, table.name)).toHaveLength(1);
    await tickets.updateOne({ filter, update: { $set: { kind: 'night' } } });
    expect(await tableItems(client, table.name)).toHaveLength(2);
    expect(await sweepUniques(client, table.name, [Ticket])).toEqual([]);
    await own.drop();
  });

  it('moves a document whose key field changes, and refuses one that is taken', async () => {
    const notes = test.table.entity(Note);
    await notes.createOne({ item: { owner: 'bob', title: 'a', text: 'x' } });
    await notes.createOne({ item: { owner: 'bob', title: 'b' } });
    const filter = { owner: 'bob', title: 'a' };
    expect(
      (await errorOf(notes.updateOne({ filter, update: { $set: { title: 'b' } } }))).code,
    ).toBe('AlreadyExists');
    const { item } = await notes.updateOne({ filter, update: { $set: { title: 'c' } } });
    expect(item).toMatchObject({ title: 'c', text: 'x', _v: 2 });
    const { items } = await notes.findMany({ filter: { owner: 'bob' } });
    expect(items.map(({ title }) => title)).toEqual(['b', 'c']);
  });
});

describe('updateOne with upsert', () => {
  it('makes the document from the filter, the update and its inserts', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ups', title: 'a' };
    const update: NoteUpdate = {
      $set: { text: 'a', 'place.city': 'x' },
      $setOnInsert: { whole: 7 },
      $setIfNull: { seenAt: new Date(1) },
      $inc: { count: 2 },
      $append: { lines: ['a'] },
      $addToSet: { tags: ['t', 't'], 'place.labels': ['l'] },
      $pull: { fewLines: ['x'] },
      $remove: ['big'],
    };
    const made = await notes.updateOne({ filter, update, upsert: true });
    expect(made.item).toMatchObject({
      ...filter,
      text: 'a',
      place: { city: 'x', labels: new Set(['l']) },
      whole: 7,
      seenAt: new Date(1),
      count: 2,
      lines: ['a'],
      tags: new Set(['t']),
      flag: false,
      _v: 1,
    });
    const changed = await notes.updateOne({ filter, update, upsert: true });
    expect(changed.item).toMatchObject({ count: 4, lines: ['a', 'a'], whole: 7, _v: 2 });
  });

  it('takes the values of a filter that is written with $eq, and leaves its other comparisons', async () => {
    const notes = test.table.entity(Note);
    const { item } = await notes.updateOne({
      filter: { owner: { $eq: 'eq' }, title: 'a', flag: { $ne: true } },
      update: { $set: { text: 'a' } },
      upsert: true,
    });
    expect(item).toMatchObject({ owner: 'eq', title: 'a', flag: false, text: 'a' });
  });

  it('makes one document when several make it at once, and counts every one of them', async () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ups', title: 'race' };
    await Promise.all(
      Array.from({ length: 12 }, () =>
        notes.updateOne({ filter, update: { $inc: { count: 1 } }, upsert: true }),
      ),
    );
    const { item } = await notes.findOne({ filter, consistent: true });
    expect(item).toMatchObject({ count: 12, _v: 12 });
  });

  it('validates the document that it makes', async () => {
    const users = test.table.entity(User);
    const error = await errorOf(
      users.updateOne({ filter: { userId: 'new' }, update: { $set: { age: 1 } }, upsert: true }),
    );
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'email' } });
  });
});

describe('updateOne of the account entities', () => {
  it('changes a password without reading it first', async () => {
    const tokens = test.table.entity(AccountToken);
    const accountId = ulid();
    const { item } = await tokens.createOne({
      item: { accountId, kind: 'password', createdFor: accountId, value: 'first-hash' },
    });
    const filter = { accountId, kind: 'password', createdFor: accountId, ulid: item.ulid } as const;
    await tokens.updateOne({ filter, update: { $set: { value: 'other-hash' } } });
    const found = await tokens.findOne({ filter, secrets: true });
    expect(found.item?.value).toBe('other-hash');
  });
});

describe('updateOneParams', () => {
  it('sends nothing, and says what updateOne sends', () => {
    const notes = test.table.entity(Note);
    const filter = { owner: 'ada', title: 'params' };
    const params = notes.updateOneParams({
      filter,
      update: { $set: { text: 'a' }, $inc: { count: 1 }, $remove: ['big'] },
      condition: { flag: true },
      version: 3,
    });
    expect(commands()).toEqual([]);
    expect(params).toMatchObject({
      TableName: test.table.name,
      Key: { PK: { S: 'note#ada' }, SK: { S: 'note#params' } },
      ReturnValues: 'ALL_NEW',
    });
    expect(params.UpdateExpression).toMatch(/^SET .* REMOVE #\d+$/);
    // Of this entity, and not of another program.
    expect(Object.values(params.ExpressionAttributeNames ?? {})).toContain('_e');
    expect(Object.values(params.ExpressionAttributeValues ?? {})).toContainEqual({ S: 'Note' });
    expect(JSON.stringify(params)).not.toContain('"text = ');
  });

  it('refuses an update that needs the stored document', () => {
    const users = test.table.entity(User);
    const notes = test.table.entity(Note);
    for (const make of [
      () => users.updateOneParams({ filter: { email: 'a' }, update: { $set: { age: 1 } } }),
      () => users.updateOneParams({ filter: { userId: 'a' }, update: { $set: { nick: 'a' } } }),
      () =>
        notes.updateOneParams({
          filter: { owner: 'a', title: 'a', flag: true },
          update: { $set: { text: 'a' } },
        }),
    ]) {
      expect(errorFrom(make).code).toBe('InvalidInput');
    }
    expect(commands()).toEqual([]);
  });
});
