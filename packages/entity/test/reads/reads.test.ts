import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { CommandEvent } from '../../src/table/Sender.js';
import { errorOf } from '../support/errorOf.js';
import { queryPages } from '../support/queryPages.js';
import { Guest, Sale, Shop } from '../support/shop.js';

let test: TestTable;
const sent: CommandEvent[] = [];
const commands = (): string[] => sent.map(({ command }) => command);
const codeOf = async (action: Promise<unknown>) => (await errorOf(action)).code;
/** Two documents with it fit on a page of 1 MB; three do not, or just so, as the engine counts. */
const text = 'x'.repeat(390_000);
/** The guests of the big shop on the pages on which the engine gives them. */
let enginePages: unknown[][];
const queries = (times: number): string[] => Array<string>(times).fill('Query');

beforeAll(async () => {
  test = await createTestTable([Shop, Sale, Guest], { onCommand: (event) => sent.push(event) });
  const guests = test.table.entity(Guest);
  for (let n = 1; n <= 8; n++) {
    await guests.createOne({ item: { shopId: 'big', seat: `s${n}`, text } });
  }
  enginePages = await queryPages(test.client, guests.findManyParams({ filter: { shopId: 'big' } }));
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

describe('findMany', () => {
  it('reads a page when it is asked for, and no sooner', async () => {
    const guests = test.table.entity(Guest);
    const query = guests.findMany({ filter: { shopId: 'big' } });
    expect(commands()).toEqual([]);
    const pages: number[] = [];
    for await (const guest of query) {
      pages.push(sent.length);
      if (guest.seat === 's4') break;
    }
    const pageOf = enginePages.flatMap((page, at) => page.map(() => at + 1));
    expect(pages).toEqual(pageOf.slice(0, 4));
    expect(pages[3]).toBe(2);
    expect(commands()).toEqual(queries(2));
    const rest: string[] = [];
    for await (const { seat } of query) rest.push(seat);
    expect(rest).toHaveLength(8);
  });

  it('is a promise, too, with catch and finally, and starts anew for each of them', async () => {
    const guests = test.table.entity(Guest);
    const query = guests.findMany({ filter: { shopId: 'big' }, project: ['seat'], limit: 2 });
    const seats = ({ items }: { items: { seat: string }[] }) => items.map(({ seat }) => seat);
    let ended = 0;
    expect(seats(await query)).toEqual(['s1', 's2']);
    expect(await query.then(seats)).toEqual(['s1', 's2']);
    expect(seats(await query.finally(() => ended++))).toEqual(['s1', 's2']);
    const failing = guests.findMany({ filter: { seat: 's1' } });
    expect(await failing.catch((error: unknown) => error)).toMatchObject({ code: 'NoIndexFits' });
    expect(ended).toBe(1);
    expect(commands()).toEqual(queries(3));
  });

  it('counts matching documents for the limit, over pages and beside a filter', async () => {
    const guests = test.table.entity(Guest);
    const filter = { shopId: 'big', $not: { seat: { $in: ['s1', 's2', 's4'] } } };
    const { items } = await guests.findMany({ filter, limit: 3 });
    expect(items.map(({ seat }) => seat)).toEqual(['s3', 's5', 's6']);
    const last = await guests.findMany({ filter, limit: 2, sort: 'descending' });
    expect(last.items.map(({ seat }) => seat)).toEqual(['s8', 's7']);
  });

  it('stops with TooManyPages, unless it has all by then', async () => {
    const guests = test.table.entity(Guest);
    const filter = { shopId: 'big' };
    const tooFew = enginePages.length - 1;
    const error = await errorOf(guests.findMany({ filter, maxPages: tooFew }));
    expect(error).toMatchObject({
      code: 'TooManyPages',
      details: { entity: 'Guest', maxPages: tooFew },
    });
    expect(commands()).toEqual(queries(tooFew));
    expect((await guests.findMany({ filter, maxPages: enginePages.length })).items).toHaveLength(8);
    expect((await guests.findMany({ filter, maxPages: 1, limit: 2 })).items).toHaveLength(2);
    expect(await codeOf(guests.count({ filter, maxPages: tooFew }))).toBe('TooManyPages');
    expect(await guests.count({ filter, maxPages: enginePages.length })).toBe(8);
  });
});

describe('consistent', () => {
  it('is refused where DynamoDB cannot do it, rather than left out', async () => {
    const sales = test.table.entity(Sale);
    const input = { filter: { state: 'open' }, consistent: true };
    for (const action of [sales.findMany(input), sales.findOne(input), sales.count(input)]) {
      expect(await errorOf(action)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'consistent' },
      });
    }
    expect(sent).toEqual([]);
  });
});

describe('count', () => {
  it('counts what matches, over pages, by any index, without sending a document', async () => {
    const { table } = test;
    const sales = table.entity(Sale);
    for (let number = 1; number <= 5; number++) {
      const item = { shopId: 'c', number, state: 'counted', weight: number };
      await sales.createOne({ item: number === 1 ? { ...item, receipt: 'c-1' } : item });
    }
    sent.length = 0;
    expect(await table.entity(Guest).count({ filter: { shopId: 'big' } })).toBe(8);
    expect(commands()).toEqual(queries(enginePages.length));
    expect(await sales.count({ filter: { shopId: 'c', number: { $gt: 2 } } })).toBe(3);
    expect(await sales.count({ filter: { shopId: 'c', weight: { $lt: 3 } } })).toBe(2);
    expect(await sales.count({ filter: { state: 'counted', weight: { $gte: 4 } } })).toBe(2);
    expect(await sales.count({ filter: { shopId: 'c', number: 1 } })).toBe(1);
    expect(await sales.count({ filter: { receipt: 'c-1' } })).toBe(1);
    expect(await sales.count({ filter: { receipt: 'c-1', number: 2 } })).toBe(0);
    expect(await sales.count({ filter: { shopId: 'nowhere' } })).toBe(0);
    expect(await codeOf(sales.count({ filter: { number: 1 } }))).toBe('NoIndexFits');
  });
});

describe('project', () => {
  const fieldsOf = (document: object | null): string[] => Object.keys(document ?? {}).sort();

  it('gives the fields asked for and the id, by every way to find', async () => {
    const shops = test.table.entity(Shop);
    const place = { city: 'Rome', street: 'Via Appia' };
    await shops.createOne({ item: { shopId: 'p', name: 'Panini', place, key: 'hunter2' } });
    for (const filter of [
      { shopId: 'p' },
      { shopId: 'p', open: true },
      { name: 'Panini', open: true },
    ]) {
      const { item } = await shops.findOne({ filter, project: ['place.city', 'createdAt'] });
      expect(fieldsOf(item)).toEqual(['createdAt', 'id', 'place']);
      expect(item?.place).toEqual({ city: 'Rome' });
      expect(item?._v).toBe(1);
      const many = await shops.findMany({ filter, project: ['name'] });
      expect(many.items.map(fieldsOf)).toEqual([['id', 'name']]);
    }
  });

  it('shows secret fields to who asks for them twice only, and never enumerates them', async () => {
    const shops = test.table.entity(Shop);
    await shops.createOne({ item: { shopId: 'ps', name: 'Secret', key: 'hunter2' } });
    for (const filter of [{ shopId: 'ps' }, { name: 'Secret', open: true }]) {
      const hidden = await shops.findOne({ filter, project: ['key', 'open'] });
      expect(hidden.item).not.toHaveProperty('key');
      const shown = await shops.findOne({ filter, project: ['key'], secrets: true });
      expect(shown.item?.key).toBe('hunter2');
      expect(fieldsOf(shown.item)).toEqual(['id']);
      const other = await shops.findOne({ filter, project: ['open'], secrets: true });
      expect(other.item).not.toHaveProperty('key');
    }
  });

  it('takes a field and one inside it, the same twice, the id, and nothing', async () => {
    const shops = test.table.entity(Shop);
    const place = { city: 'Oslo', street: 'Storgata' };
    await shops.createOne({ item: { shopId: 'po', name: 'Overlap', place } });
    for (const filter of [{ shopId: 'po' }, { name: 'Overlap', open: true }]) {
      const both = await shops.findOne({ filter, project: ['place.city', 'place', 'place'] });
      expect(both.item?.place).toEqual(place);
      expect(fieldsOf((await shops.findOne({ filter, project: ['id'] })).item)).toEqual(['id']);
      expect(fieldsOf((await shops.findOne({ filter, project: [] })).item)).toEqual(['id']);
    }
  });

  it('refuses a field that the schema lacks, before anything is sent', async () => {
    const project = ['nothing'] as unknown as ['name'];
    const { table } = test;
    for (const action of [
      table.entity(Shop).findOne({ filter: { shopId: 'p' }, project }),
      table.entity(Shop).findMany({ filter: { shopId: 'p' }, project }),
      table.entity(Shop).scan({ project }),
    ]) {
      expect(await errorOf(action)).toMatchObject({
        code: 'InvalidInput',
        details: { path: 'nothing' },
      });
    }
    expect(sent).toEqual([]);
  });
});

describe('scan', () => {
  // A table of its own: a scan reads everything.
  let own: TestTable;
  beforeAll(async () => {
    own = await createTestTable([Shop, Sale, Guest], { onCommand: (event) => sent.push(event) });
    for (const table of [own.table, own.table.namespace('a'), own.table.namespace('ab')]) {
      const sales = table.entity(Sale);
      await Promise.all(
        Array.from({ length: 12 }, (_, n) =>
          sales.createOne({
            item: {
              shopId: `shop${n}`,
              number: n,
              receipt: `r${n}`,
              note: table === own.table ? 'root' : 'tenant',
            },
          }),
        ),
      );
    }
    await own.table.entity(Guest).createOne({ item: { shopId: 'shop1', seat: 's' } });
    await own.table
      .namespace('a')
      .namespace('b')
      .entity(Sale)
      .createOne({ item: { shopId: 'deep', number: 1 } });
  });
  afterAll(() => own.drop());

  it.each([1, 2, 7])(
    'gives every document once, in %i segments, of its namespace only',
    async (segments) => {
      const root = await own.table.entity(Sale).scan({ segments });
      expect(root.items).toHaveLength(12);
      expect(root.items.every(({ note }) => note === 'root')).toBe(true);
      expect(new Set(root.items.map(({ shopId }) => shopId)).size).toBe(12);
      expect(commands()).toHaveLength(segments);
      const tenant = await own.table.namespace('a').entity(Sale).scan({ segments });
      expect(tenant.items.map(({ note }) => note)).toEqual(Array(12).fill('tenant'));
      const inner = await own.table.namespace('a').namespace('b').entity(Sale).scan({ segments });
      expect(inner.items.map(({ shopId }) => shopId)).toEqual(['deep']);
    },
  );

  it('filters, projects, and stops at the limit', async () => {
    const sales = own.table.entity(Sale);
    const some = await sales.scan({ condition: { number: { $gte: 9 } }, project: ['number'] });
    expect(some.items.map(({ number }) => number).sort((a, b) => a - b)).toEqual([9, 10, 11]);
    expect(Object.keys(some.items[0] ?? {}).sort()).toEqual(['id', 'number']);
    expect((await sales.scan({ limit: 5, segments: 3 })).items).toHaveLength(5);
    for (const limit of [0, -1, 1.5, NaN]) {
      expect(await codeOf(sales.scan({ limit }))).toBe('InvalidInput');
    }
    for (const segments of [0, -1, 1.5, 1001]) {
      expect(await codeOf(sales.scan({ segments }))).toBe('InvalidInput');
    }
    const condition = { nothing: 1 } as object;
    expect(await codeOf(sales.scan({ condition }))).toBe('InvalidInput');
  });

  it('stops with TooManyPages, counted over all segments, and reads page by page', async () => {
    const guests = test.table.entity(Guest);
    expect(await codeOf(guests.scan({ maxPages: 2 }))).toBe('TooManyPages');
    expect(commands()).toEqual(['Scan', 'Scan']);
    sent.length = 0;
    expect(await codeOf(guests.scan({ maxPages: 2, segments: 3 }))).toBe('TooManyPages');
    expect(sent.length).toBe(2);
    sent.length = 0;
    for await (const guest of guests.scan({ project: ['seat'] })) {
      expect(guest.seat).toMatch(/^s/);
      break;
    }
    expect(commands()).toEqual(['Scan']);
  });
});

describe('a unique index with a condition', () => {
  it('finds with a projection that leaves out the field of the condition', async () => {
    const Seat = defineEntity({
      name: 'Seat',
      schema: z.object({ hall: z.string(), code: z.string(), kind: z.string(), note: z.string() }),
      indexes: [
        { name: '_id', PK: ['.hall'] },
        { name: '_id2', PK: ['.code'], unique: true, where: { kind: { $in: ['sold'] } } },
      ],
    });
    const seats = test.table.entity(Seat);
    await seats.createOne({ item: { hall: 'h', code: 'c', kind: 'sold', note: 'n' } });
    const { item } = await seats.findOne({
      filter: { code: 'c', kind: 'sold' },
      project: ['note'],
    });
    expect(Object.keys(item ?? {}).sort()).toEqual(['id', 'note']);
  });
});
