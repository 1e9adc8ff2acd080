import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { Fields } from '../../src/entity/EntityModel.js';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';
import { anyEntity, WAYS_TO_UPDATE, WAYS_TO_UPSERT } from '../support/waysToUpdate.js';

const _id = { name: '_id', PK: ['.k'] } as const;

/** Expires; the second one by a date in an object, under short names, beside a unique value. */
const Lease = defineEntity({
  name: 'Lease',
  schema: z.object({
    k: z.string(),
    n: z.int().default(0),
    until: z.date().nullish(),
    note: z.string().optional(),
  }),
  indexes: [_id],
  expiresAt: 'until',
});
const UniqueLease = defineEntity({
  name: 'UniqueLease',
  schema: z.object({
    k: z.string(),
    n: z.int().default(0),
    code: z.string().optional(),
    until: z.date().nullish(),
    note: z.string().optional(),
  }),
  indexes: [_id, { name: '_id2', PK: ['.code'], unique: true }],
  aliases: { until: 'u', n: 'c' },
  expiresAt: 'until',
});

const Counter = defineEntity({
  name: 'Counter',
  schema: z.object({
    k: z.string(),
    whole: z.int(),
    above: z.number().min(0).default(0),
    below: z.int().max(1_000).default(0),
    few: z.int().max(10).default(0),
    stock: z.int().min(0).optional(),
    big: z.bigint().max(5n).default(0n),
    place: z.object({ seats: z.int().min(0).max(20) }).optional(),
    byDay: z.record(z.string(), z.int().lt(8)).optional(),
    list: z.array(z.int().positive()).optional(),
    maybe: z.number().nullish(),
    maybeFew: z.int().max(10).nullish(),
    note: z.string().optional(),
    // A change of this one needs the stored document.
    label: z.string().optional(),
  }),
  indexes: [_id, { name: '_id2', PK: ['.label'], unique: true }],
});

const Card = defineEntity({
  name: 'Card',
  schema: z.object({
    k: z.string(),
    addr: z.record(z.string(), z.object({ city: z.string() })).optional(),
    lines: z.array(z.string()).optional(),
    deep: z.object({ lists: z.record(z.string(), z.array(z.object({ qty: z.int() }))) }).optional(),
    pair: z.tuple([z.string(), z.string()]).optional(),
    hosts: z.record(z.string(), z.object({ hits: z.int(), tags: z.set(z.string()).optional() })),
    place: z.object({ city: z.string(), street: z.string().optional() }).optional(),
    pay: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('card'), last4: z.string() }),
        z.object({ kind: z.literal('debit'), iban: z.string() }),
      ])
      .optional(),
    pays: z
      .array(
        z.discriminatedUnion('kind', [
          z.object({ kind: z.literal('card'), last4: z.string() }),
          z.object({ kind: z.literal('debit'), iban: z.string() }),
        ]),
      )
      .optional(),
  }),
  indexes: [_id],
});

let test: TestTable;
const sent: string[] = [];
beforeAll(async () => {
  test = await createTestTable([Lease, UniqueLease, Counter, Card], {
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

let count = 0;
const fresh = (): string => `k${String(++count)}`;
const rawOf = async (k: string) =>
  (await tableItems(test.client, test.table.name)).find((item) => item.k?.S === k);

/** One document of a definition, with what reads and changes it. */
async function made(definition: unknown, fields: Fields) {
  const k = fresh();
  const entity = anyEntity(test.table, definition);
  const filter = { k };
  await entity.createOne({ item: { k, ...fields } });
  const bound = { table: test.table, entity, filter };
  const read = async (): Promise<Fields> =>
    (await entity.findOne({ filter, consistent: true })).item ?? {};
  const by = (update: Fields) => ({ ...bound, update });
  const change = (update: Fields) => entity.updateOne({ filter, update });
  return { ...bound, k, read, by, change };
}

const day = (of: number): Date => new Date(Date.UTC(2040, 0, of));
const ttlOf = (date: Date) => ({ N: String(date.getTime() / 1000) });

describe.each([
  ['an entity', Lease],
  ['an entity with a unique value and short names', UniqueLease],
])('The expiry of %s', (_, definition) => {
  // Case 7.
  it.each(WAYS_TO_UPSERT)(
    'is not set by the inserts of %s where there is a document',
    async (__, change) => {
      const document = await made(definition, {});
      const before = await rawOf(document.k);
      await change(document.by({ $inc: { n: 1 }, $setOnInsert: { until: day(1), note: 'new' } }));
      const after = await rawOf(document.k);
      expect(await document.read()).toMatchObject({ n: 1 });
      expect(await document.read()).not.toHaveProperty('until');
      expect(after).not.toHaveProperty('ttl');
      expect(Object.keys(after ?? {}).sort()).toEqual(Object.keys(before ?? {}).sort());
    },
  );

  // Case 7.
  it.each(WAYS_TO_UPSERT)(
    'is set by the inserts of %s that makes the document',
    async (__, change) => {
      const k = fresh();
      const entity = anyEntity(test.table, definition);
      const update = { $inc: { n: 1 }, $setOnInsert: { until: day(1) } };
      for (let times = 0; times < 2; times++) {
        await change({ table: test.table, entity, filter: { k }, update });
      }
      expect((await rawOf(k))?.ttl).toEqual(ttlOf(day(1)));
      expect((await entity.findOne({ filter: { k } })).item).toMatchObject({ n: 2, until: day(1) });
    },
  );

  // Case 8.
  it.each(WAYS_TO_UPDATE)('is what the field says, always, by %s', async (__, change) => {
    const document = await made(definition, { until: day(1) });
    const steps: [Fields, Date | null | undefined][] = [
      [{ $set: { until: null } }, null],
      [{ $setIfNull: { until: day(2) } }, null],
      [{ $set: { until: day(3), note: 'x' } }, day(3)],
      [{ $setIfNull: { until: day(4) } }, day(3)],
      [{ $remove: ['until'] }, undefined],
      [{ $setIfNull: { until: day(5) } }, day(5)],
      [{ $setOnInsert: { until: null } }, day(5)],
      [{ $set: { until: null }, $inc: { n: 1 } }, null],
      [{ $inc: { n: 1 } }, null],
      [{ $remove: ['until'] }, undefined],
    ];
    for (const [update, until] of steps) {
      await change(document.by(update));
      expect((await document.read()).until).toEqual(until);
      expect((await rawOf(document.k))?.ttl).toEqual(until ? ttlOf(until) : undefined);
    }
  });

  // Case 8.
  it('is that of the unique value, too, when the key of the value changes with it', async () => {
    if (definition !== UniqueLease) return;
    const document = await made(definition, { code: fresh(), until: day(1) });
    const uniqueTtl = async () =>
      (await tableItems(test.client, test.table.name)).find(
        ({ ownerPK }) => ownerPK?.S === `uniquelease#${document.k}`,
      )?.ttl;
    expect(await uniqueTtl()).toEqual(ttlOf(day(1)));
    await document.change({ $set: { until: null, code: fresh() } });
    expect(await uniqueTtl()).toBeUndefined();
    await document.change({ $set: { until: day(2) } });
    expect(await uniqueTtl()).toEqual(ttlOf(day(2)));
  });
});

// Case 9.
describe('100 at once', () => {
  it.each<[string, Fields]>([
    ['z.int()', { $inc: { whole: 1 } }],
    ['z.number().min(0)', { $inc: { above: 1 } }],
    ['z.int().max(1_000)', { $inc: { below: 1 } }],
    ['a nested one with two bounds', { $inc: { 'list.1': 1 } }],
    ['several, beside a $set', { $inc: { above: 2, below: 1 }, $set: { note: 'x' } }],
  ])('add to %s with 100 requests', async (_, update) => {
    const document = await made(Counter, { whole: 0, list: [1, 1] });
    sent.length = 0;
    const path = Object.keys(update.$inc as object);
    await Promise.all(Array.from({ length: 100 }, () => document.change(update)));
    expect(sent).toEqual(Array.from({ length: 100 }, () => 'UpdateItem'));
    const after = await document.read();
    expect(after._v).toBe(101);
    for (const name of path) {
      const by = (update.$inc as Record<string, number>)[name] ?? 0;
      const value = name === 'list.1' ? (after.list as number[])[1] : after[name];
      expect(value).toBe(name === 'list.1' ? 101 : 100 * by);
    }
  });

  it('stop at a bound with a typed error, and the rest is kept out', async () => {
    const document = await made(Counter, { whole: 0 });
    const attempt = async (): Promise<string> => {
      try {
        await document.change({ $inc: { few: 1 } });
        return 'ok';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const outcomes = await Promise.all(Array.from({ length: 30 }, attempt));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === 'UpdateRefused')).toHaveLength(20);
    expect((await document.read()).few).toBe(10);
  });

  it.each(WAYS_TO_UPDATE)(
    'past a bound, %s is refused by the path and changes nothing',
    async (_, change) => {
      const fields = {
        whole: 0,
        stock: 2,
        place: { seats: 19 },
        byDay: { 'a.b': 7 },
        list: [1],
        big: 5n,
      };
      const document = await made(Counter, fields);
      for (const [path, by] of [
        ['stock', -3],
        ['below', 1_001],
        ['above', -0.5],
        ['big', 1n],
        ['place.seats', 2],
        ['place.seats', -20],
        ['byDay.a\\.b', 1],
        ['list.0', -1],
        ['maybeFew', 11],
      ] as const) {
        const error = await errorOf(change(document.by({ $inc: { [path]: by } })));
        expect([error.code, error.details]).toMatchObject(['UpdateRefused', { path }]);
      }
      expect(await document.read()).toMatchObject({ ...fields, below: 0, above: 0, _v: 1 });
      await change(document.by({ $inc: { stock: -2, 'place.seats': 1, maybeFew: 10 } }));
      expect(await document.read()).toMatchObject({ stock: 0, place: { seats: 20 }, maybeFew: 10 });
    },
  );
});

// Case 10.
it.each(WAYS_TO_UPDATE)(
  'Adding to null is refused alike on each path, by %s',
  async (_, change) => {
    for (const field of ['maybe', 'maybeFew']) {
      for (const beside of [{}, { $set: { note: 'x' } }, { $set: { label: fresh() } }]) {
        const document = await made(Counter, { whole: 0, [field]: null });
        const update = { $inc: { [field]: 1 }, ...beside };
        const error = await errorOf(change(document.by(update)));
        expect([error.code, error.details]).toMatchObject(['UpdateRefused', { path: field }]);
        const after = await document.read();
        expect(after).toMatchObject({ [field]: null, _v: 1 });
        expect(after).not.toHaveProperty('note');
        await change(document.by({ $set: { [field]: 0 } }));
        await change(document.by(update));
        expect(await document.read()).toMatchObject({ [field]: 1 });
      }
    }
  },
);

// Case 11.
it.each(WAYS_TO_UPDATE)(
  'Entries of records and elements of lists go, at any depth, by %s',
  async (_, change) => {
    const document = await made(Card, {
      addr: { home: { city: 'a' }, 'b.c': { city: 'b' } },
      lines: ['a', 'b', 'c'],
      deep: { lists: { x: [{ qty: 1 }, { qty: 2 }], y: [] } },
      hosts: { 'h.1': { hits: 1, tags: new Set(['t']) } },
      pair: ['a', 'b'],
    });
    await change(
      document.by({ $remove: ['addr.home', 'lines.0', 'deep.lists.x.0', 'deep.lists.y'] }),
    );
    expect(await document.read()).toMatchObject({
      addr: { 'b.c': { city: 'b' } },
      lines: ['b', 'c'],
      deep: { lists: { x: [{ qty: 2 }] } },
    });
    await change(
      document.by({ $remove: ['addr.b\\.c', 'lines.1', 'lines.0', 'hosts.h\\.1.tags'] }),
    );
    const after = await document.read();
    expect(after).toMatchObject({ addr: {}, lines: [], hosts: { 'h.1': { hits: 1 } } });
    expect((after.hosts as Record<string, object>)['h.1']).not.toHaveProperty('tags');
    // What is not there is gone already.
    await change(document.by({ $remove: ['addr.none', 'lines.7', 'deep.lists.none.0'] }));
    expect(await document.read()).toMatchObject({ addr: {}, lines: [] });
    for (const path of ['hosts', 'hosts.h\\.1.hits', 'deep.lists', 'pair.0', 'addr.none.city']) {
      const error = await errorOf(change(document.by({ $remove: [path] })));
      expect(error).toMatchObject({ details: { path } });
      expect(['InvalidInput', 'UpdateRefused']).toContain(error.code);
    }
  },
);

// Case 12.
describe('A field that the schema does not have there', () => {
  const card = { kind: 'card', last4: '1234' };

  it.each(WAYS_TO_UPDATE)('is refused by %s', async (_, change) => {
    const fields = { pay: card, pays: [card], hosts: {}, place: { city: 'a' } };
    const document = await made(Card, fields);
    for (const [update, path] of [
      [{ $set: { 'pay.iban': 'x' } }, 'pay.iban'],
      [{ $setIfNull: { 'pay.iban': 'x' } }, 'pay.iban'],
      [{ $set: { 'pays.0.iban': 'x' } }, 'pays.0.iban'],
      [{ $set: { 'pay.kind': 'debit' } }, 'pay'],
      [{ $set: { pay: { ...card, iban: 'x' } } }, 'pay.iban'],
      [{ $set: { place: { city: 'a', zip: 1 } } }, 'place.zip'],
      [{ $set: { 'place.zip': 1 } }, 'place.zip'],
      [{ $set: { hosts: { x: { hits: 1, more: 1 } } } }, 'hosts.x.more'],
      [{ $set: { 'hosts.x': { hits: 1, more: 1 } } }, 'hosts.x.more'],
      [{ $append: { pays: [{ ...card, iban: 'x' }] } }, 'pays'],
      [{ $prepend: { 'deep.lists.x': [{ qty: 1, more: 2 }] } }, 'deep.lists.x'],
      [{ $addToSet: { 'place.tags': ['x'] } }, 'place.tags'],
      [{ $inc: { 'place.n': 1 } }, 'place.n'],
      [{ $remove: ['place.zip'] }, 'place.zip'],
    ] as const) {
      const error = await errorOf(change(document.by(update)));
      expect(['InvalidInput', 'UpdateRefused']).toContain(error.code);
      expect((error.details as { path: string }).path).toMatch(
        new RegExp(`^${path.replaceAll('.', '\\.')}`),
      );
    }
    expect(await document.read()).toMatchObject({ ...fields, _v: 1 });
    await change(document.by({ $set: { 'pay.last4': '9', 'pays.0.last4': '8' } }));
    await change(document.by({ $set: { pay: { kind: 'debit', iban: 'x' } } }));
    await change(document.by({ $set: { 'pay.iban': 'y' } }));
    const after = { pay: { kind: 'debit', iban: 'y' }, pays: [{ kind: 'card', last4: '8' }] };
    expect(await document.read()).toMatchObject(after);
  });

  it.each<[string, Fields, string]>([
    ['an object', { place: { city: 'a', zip: 1 } }, 'place.zip'],
    ['an option of a union', { pay: { ...card, iban: 'x' } }, 'pay.iban'],
    ['an element of a list', { pays: [card, { ...card, iban: 'x' }] }, 'pays.1.iban'],
    ['an entry of a record', { hosts: { 'a.b': { hits: 1, x: 1 } } }, 'hosts.a\\.b.x'],
    ['a list in a record', { deep: { lists: { a: [{ qty: 1, x: 1 }] } } }, 'deep.lists.a.0.x'],
  ])('is refused in %s by every call that makes a document', async (_, fields, path) => {
    const k = fresh();
    const cards = anyEntity(test.table, Card);
    const item = { k, hosts: {}, ...fields };
    const { k: _k, hosts, ...others } = item as Fields;
    sent.length = 0;
    for (const action of [
      async () => cards.createOne({ item }),
      async () => test.table.transact([cards.createOneOperation({ item })]),
      async () => test.table.batchWrite([cards.putRequest({ item })]),
      () =>
        cards.updateOne({
          filter: { k },
          update: { $set: { hosts }, $setOnInsert: others },
          upsert: true,
        }),
    ]) {
      const error = await errorOf(action());
      expect([error.code, error.details]).toMatchObject(['InvalidInput', { path }]);
    }
    expect(sent).toEqual([]);
  });
});

// Case 13.
it.each(WAYS_TO_UPDATE)(
  'A name with a dot is addressed by each operator, condition and projection, by %s',
  async (_, change) => {
    const path = 'hosts.open\\.example\\.com';
    const document = await made(Card, { hosts: { 'open.example.com': { hits: 1 } } });
    await change(document.by({ $inc: { [`${path}.hits`]: 1 } }));
    await change(document.by({ $addToSet: { [`${path}.tags`]: ['a', 'b'] } }));
    await change(document.by({ $pull: { [`${path}.tags`]: ['a'] } }));
    await change(
      document.by({ $set: { 'hosts.x\\.y': { hits: 7 }, 'hosts.a\\\\b': { hits: 8 } } }),
    );
    await change(document.by({ $set: { 'hosts.x\\.y.hits': 6 } }));
    const hosts = {
      'open.example.com': { hits: 2, tags: new Set(['b']) },
      'x.y': { hits: 6 },
      'a\\b': { hits: 8 },
    };
    expect((await document.read()).hosts).toEqual(hosts);
    const { entity, filter } = document;
    for (const condition of [
      { [`${path}.hits`]: 2 },
      { [`${path}.tags`]: { $contains: 'b' } },
      { 'hosts.x\\.y': { $exists: true } },
      { 'hosts.a\\\\b.hits': { $gt: 7 } },
    ]) {
      expect(await entity.count({ filter: { ...filter, ...condition } })).toBe(1);
      const update = { $set: { lines: [] } };
      await entity.updateOne({ filter, condition, update });
    }
    for (const project of [[`${path}.hits`], [['hosts', 'open.example.com', 'hits']]]) {
      const { item } = await entity.findOne({ filter, project: project as never });
      expect(item).toMatchObject({ hosts: { 'open.example.com': { hits: 2 } } });
      expect(Object.keys((item as Fields).hosts as object)).toEqual(['open.example.com']);
    }
    await change(document.by({ $remove: [path] }));
    expect(Object.keys((await document.read()).hosts as object).sort()).toEqual(['a\\b', 'x.y']);
  },
);
