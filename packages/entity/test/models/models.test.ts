import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain } from '../../src/operations/explain.js';
import { Table } from '../../src/sdk/Table.js';
import { createTestTable, type TestTable } from '../../src/testing/index.js';
import { errorOf } from '../support/errorOf.js';
import type { AnyEntity } from '../support/waysToUpdate.js';
import * as definitions from './definitions.js';

const page = readFileSync(join(__dirname, '../../../../docs/guide/models.md'), 'utf8');
const source = readFileSync(join(__dirname, 'definitions.ts'), 'utf8');

let test: TestTable;
const sent: string[] = [];

/** An access pattern of the page: what it gives, and what it costs. */
interface Pattern {
  readonly name: string;
  readonly run: () => PromiseLike<unknown>;
  readonly result: unknown;
  /** The commands in the order in which they are sent. */
  readonly requests: readonly string[];
  /** The index that is read, or by which a write finds its document. */
  readonly index: string;
  /** The index that `explain` names, for a find. */
  readonly explained?: () => string | null;
}

/** An entity that finds documents by inputs of one type. */
interface Finder<I> {
  findMany(input: I): PromiseLike<{ readonly items: readonly object[] }>;
}

function find<I extends object>(
  name: string,
  entity: Finder<I>,
  input: I,
  field: string,
  result: readonly unknown[],
  index = '_id',
  requests: readonly string[] = ['Query'],
): Pattern {
  return {
    name,
    run: async () => {
      const { items } = await entity.findMany(input);
      return items.map((item) => (item as Record<string, unknown>)[field]);
    },
    result,
    requests,
    index,
    explained: () => explain(entity as unknown as AnyEntity, input as never).index,
  };
}

function call(
  name: string,
  requests: readonly string[],
  result: unknown,
  run: () => PromiseLike<unknown>,
  index = '_id',
): Pattern {
  return { name, run, result, requests, index };
}

const day = (date: number, hour = 0): Date => new Date(Date.UTC(2030, 0, date, hour));
const last = { sort: 'descending', limit: 10 } as const;

/** Stores each model's data and gives its access patterns. */
const MODELS: Record<string, (table: Table) => Promise<readonly Pattern[]>> = {
  'Newest orders of a customer': async (table) => {
    const orders = table.entity(definitions.Order);
    const customerId = 'ada';
    const ulids: string[] = [];
    for (const total of [90, 250, 30]) {
      const createdAt = day(ulids.length + 1);
      const { item } = await orders.createOne({ item: { customerId, total }, createdAt });
      ulids.push(item.ulid);
    }
    await orders.createOne({ item: { customerId: 'bob', total: 1000 } });
    const filter = { customerId };
    return [
      find('newest ten', orders, { filter, ...last }, 'total', [30, 250, 90]),
      find(
        'largest ten',
        orders,
        { filter, index: '_id2', ...last },
        'total',
        [250, 90, 30],
        '_id2',
      ),
      find(
        'of 50 or more',
        orders,
        { filter: { customerId, total: { $gte: 50 } } },
        'total',
        [90, 250],
        '_id2',
      ),
      find(
        'one order',
        orders,
        { filter: { customerId, ulid: ulids[1] ?? '' } },
        'total',
        [250],
        '_id',
        ['GetItem'],
      ),
    ];
  },
  'Orders by status and date shipped': async (table) => {
    const shipments = table.entity(definitions.Shipment);
    const customerId = 'ada';
    for (const number of [1, 2, 3, 4]) await shipments.createOne({ item: { customerId, number } });
    const ship = (number: number): PromiseLike<unknown> =>
      shipments.updateOne({
        filter: { customerId, number },
        condition: { state: { $in: ['placed', 'packed'] } },
        update: { $set: { state: 'shipped', shippedAt: day(number) } },
      });
    for (const number of [2, 1]) await ship(number);
    const since = { customerId, state: 'shipped', shippedAt: { $gte: day(2) } } as const;
    return [
      find(
        'placed, by number',
        shipments,
        { filter: { customerId, state: 'placed' } },
        'number',
        [3, 4],
        '_id3',
      ),
      find('shipped since a date', shipments, { filter: since }, 'number', [2], '_id2'),
      find(
        'shipped last',
        shipments,
        { filter: { customerId, state: 'shipped', shippedAt: { $exists: true } }, ...last },
        'number',
        [2, 1],
        '_id2',
      ),
      call(
        'ship an order',
        ['GetItem', 'PutItem'],
        { item: expect.objectContaining({ state: 'shipped' }) as object },
        () => ship(3),
      ),
    ];
  },
  "A forum's threads by last post": async (table) => {
    const threads = table.entity(definitions.Thread).addIndexRelation('posts', definitions.Post);
    const posts = table.entity(definitions.Post);
    const forum = 'tea';
    for (const [at, slug] of ['milk-first', 'green', 'pots'].entries()) {
      await threads.createOne({ item: { forum, slug, lastPostAt: day(at + 1) } });
    }
    const answer = (slug: string, text: string, at: Date): Promise<unknown> =>
      table.transact([
        posts.createOneOperation({ item: { forum, slug, text } }),
        threads.updateOneOperation({
          filter: { forum, slug },
          update: { $inc: { postCount: 1 }, $set: { lastPostAt: at } },
        }),
      ]);
    await answer('green', 'Never boil it.', day(9));
    return [
      find(
        'threads by last post',
        threads,
        { filter: { forum }, ...last },
        'slug',
        ['green', 'pots', 'milk-first'],
        '_id2',
      ),
      call('a thread with its last 20 posts', ['Query'], [1, 'Never boil it.'], async () => {
        const include = { posts: { sort: 'descending', limit: 20 } } as const;
        const { item } = await threads.findOne({ filter: { forum, slug: 'green' }, include });
        return [item?.postCount, item?.posts[0]?.text];
      }),
      call('answer', ['GetItem', 'TransactWriteItems'], expect.anything(), () =>
        answer('pots', 'Cast iron.', day(10)),
      ),
    ];
  },
  'A repository with its latest issues': async (table) => {
    const repositories = table
      .entity(definitions.Repository)
      .addIndexRelation('issues', definitions.Issue);
    const issues = table.entity(definitions.Issue);
    const key = { owner: 'ada', repository: 'engine' };
    await repositories.createOne({ item: key });
    const open = async (title: string): Promise<number | undefined> => {
      const { item } = await repositories.updateOne({
        filter: key,
        update: { $inc: { issueCount: 1 } },
      });
      const number = item?.issueCount ?? 0;
      return (await issues.createOne({ item: { ...key, number, title } })).item.number;
    };
    for (let number = 1; number <= 12; number++) await open(`issue ${number}`);
    await issues.updateOne({
      filter: { ...key, number: 12 },
      update: { $set: { state: 'closed' } },
    });
    return [
      call(
        'repository with latest ten issues',
        ['Query'],
        [12, 11, 10, 9, 8, 7, 6, 5, 4, 3],
        async () => {
          const { item } = await repositories.findOne({ filter: key, include: { issues: last } });
          return item?.issues.map(({ number }) => number);
        },
      ),
      find('one issue', issues, { filter: { ...key, number: 7 } }, 'number', [7], '_id', [
        'GetItem',
      ]),
      find(
        'latest open issues',
        issues,
        { filter: { ...key, state: 'open' }, sort: 'descending', limit: 2 },
        'number',
        [11, 10],
        '_id2',
      ),
      call('open an issue', ['UpdateItem', 'PutItem'], 13, () => open('another')),
    ];
  },
  'A leaderboard': async (table) => {
    const scores = table.entity(definitions.Score);
    const game = 'chess';
    for (const [player, points] of [
      ['ada', 30],
      ['bob', 100],
      ['eve', 9],
    ] as const) {
      await scores.createOne({ item: { game, player, points } });
    }
    return [
      find(
        'top ten',
        scores,
        { filter: { game }, ...last },
        'player',
        ['bob', 'ada', 'eve'],
        '_id2',
      ),
      find("a player's score", scores, { filter: { game, player: 'ada' } }, 'points', [30], '_id', [
        'GetItem',
      ]),
      call(
        'how many are ahead',
        ['Query'],
        2,
        () => scores.count({ filter: { game, points: { $gt: 9 } } }),
        '_id2',
      ),
      call('add points', ['GetItem', 'PutItem'], 35, async () => {
        const { item } = await scores.updateOne({
          filter: { game, player: 'ada' },
          update: { $inc: { points: 5 } },
        });
        return item?.points;
      }),
    ];
  },
  'A product catalogue of several kinds': async (table) => {
    const products = table.entity(definitions.Product);
    const book = { kind: 'book', isbn: '978-1', author: 'Byron' } as const;
    await products.createOne({ item: { sku: 'b1', title: 'Manfred', price: 8, data: book } });
    await products.createOne({
      item: { sku: 'b2', title: 'Cain', price: 20, data: { ...book, isbn: '978-2' } },
    });
    await products.createOne({
      item: { sku: 's1', title: 'Shirt', price: 9, data: { kind: 'shirt', size: 'M' } },
    });
    return [
      find('one product', products, { filter: { sku: 's1' } }, 'title', ['Shirt'], '_id', [
        'GetItem',
      ]),
      find(
        'books up to a price',
        products,
        { filter: { 'data.kind': 'book', price: { $lte: 10 } } },
        'sku',
        ['b1'],
        '_id3',
      ),
      find(
        "an author's books by title",
        products,
        { filter: { 'data.author': 'Byron' } },
        'sku',
        ['b2', 'b1'],
        '_id4',
      ),
      find(
        'the book of an ISBN',
        products,
        { filter: { 'data.isbn': '978-2' } },
        'sku',
        ['b2'],
        '_id2',
        ['GetItem', 'GetItem'],
      ),
    ];
  },
  'Many-to-many with counters': async (table) => {
    const courses = table.entity(definitions.Course);
    const enrolments = table.entity(definitions.Enrolment);
    await courses.createOne({ item: { courseId: 'maths', free: 2 } });
    await courses.createOne({ item: { courseId: 'full', free: 0 } });
    const enrol = (courseId: string, studentId: string): Promise<unknown> =>
      table.transact([
        courses.updateOneOperation({ filter: { courseId }, update: { $inc: { free: -1 } } }),
        enrolments.createOneOperation({ item: { courseId, studentId } }),
      ]);
    const leave = (courseId: string, studentId: string): Promise<unknown> =>
      table.transact([
        enrolments.updateOneOperation({
          filter: { courseId, studentId },
          condition: { left: false },
          update: { $set: { left: true } },
        }),
        courses.updateOneOperation({ filter: { courseId }, update: { $inc: { free: 1 } } }),
      ]);
    const free = async (): Promise<number | undefined> =>
      (await courses.findOne({ filter: { courseId: 'maths' } })).item?.free;
    await enrol('maths', 'bob');
    return [
      call('enrol', ['TransactWriteItems'], expect.anything(), () => enrol('maths', 'ada')),
      find(
        "a course's students",
        enrolments,
        { filter: { courseId: 'maths', left: false } },
        'studentId',
        ['ada', 'bob'],
      ),
      find(
        "a student's courses",
        enrolments,
        { filter: { studentId: 'ada', left: false } },
        'courseId',
        ['maths'],
        '_id2',
      ),
      call(
        'enrol in a full course',
        ['TransactWriteItems'],
        'UpdateRefused',
        async () => (await errorOf(enrol('full', 'ada'))).code,
      ),
      call('leave', ['TransactWriteItems'], expect.anything(), () => leave('maths', 'ada')),
      call(
        'leave again',
        ['TransactWriteItems'],
        'ConditionFailed',
        async () => (await errorOf(leave('maths', 'ada'))).code,
      ),
      call('seats left', ['GetItem'], 1, free),
      call('add seats', ['UpdateItem'], 6, async () => {
        const { item } = await courses.updateOne({
          filter: { courseId: 'maths' },
          update: { $inc: { free: 5 } },
        });
        return item?.free;
      }),
    ];
  },
  'Locations by prefix': async (table) => {
    const locations = table.entity(definitions.Location);
    const country = 'DE';
    for (const [area, name, geohash] of [
      ['bavaria/munich', 'Isar', 'u281z'],
      ['bavaria/nuremberg', 'Burg', 'u0zck'],
      ['hesse/frankfurt', 'Main', 'u0yjj'],
    ] as const) {
      await locations.createOne({ item: { country, area, name, geohash } });
    }
    return [
      find(
        'all of a region',
        locations,
        { filter: { country, area: { $startsWith: 'bavaria/' } } },
        'name',
        ['Isar', 'Burg'],
      ),
      find(
        'one location',
        locations,
        { filter: { country, area: 'hesse/frankfurt', name: 'Main' } },
        'name',
        ['Main'],
        '_id',
        ['GetItem'],
      ),
      find(
        'within a square of the map',
        locations,
        { filter: { cell: 'u28', geohash: { $startsWith: 'u281' } } },
        'name',
        ['Isar'],
        '_id2',
      ),
    ];
  },
  'Time buckets': async (table) => {
    const readings = table.entity(definitions.Reading);
    const sensor = 'roof';
    const dayOf = (at: Date): string => at.toISOString().slice(0, 10);
    for (const at of [day(1, 8), day(2, 8), day(2, 12), day(2, 20), day(3, 8)]) {
      await readings.createOne({ item: { sensor, day: dayOf(at), at, value: at.getUTCHours() } });
    }
    const filter = { sensor, day: '2030-01-02' };
    return [
      find('a day', readings, { filter }, 'value', [8, 12, 20]),
      find(
        'some hours',
        readings,
        { filter: { ...filter, at: { $gte: day(2, 6), $lt: day(2, 18) } } },
        'value',
        [8, 12],
      ),
      find('the last of a day', readings, { filter, sort: 'descending', limit: 1 }, 'value', [20]),
      call('three days', ['Query', 'Query', 'Query'], [8, 8, 12, 20, 8], async () => {
        const days = ['2030-01-01', '2030-01-02', '2030-01-03'];
        const pages = await Promise.all(
          days.map((each) => readings.findMany({ filter: { sensor, day: each } })),
        );
        return pages.flatMap(({ items }) => items.map(({ value }) => value));
      }),
    ];
  },
};

beforeAll(async () => {
  test = await createTestTable(Object.values(definitions), {
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());

/** How the page says what the same commands cost. */
function costText(requests: readonly string[]): string {
  const counted = [...new Set(requests)].map((command) => {
    const count = requests.filter((other) => other === command).length;
    return count === 1 ? command : `${count} × ${command}`;
  });
  return counted.join(', ');
}

/** The rows of the table in the page's section of this title. */
function rowsOf(title: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('The data models of the guide', () => {
  it.each(Object.entries(MODELS))('"%s" costs what its table says', async (title, store) => {
    const rows: string[][] = [];
    for (const pattern of await store(test.table)) {
      sent.length = 0;
      expect([pattern.name, await pattern.run()]).toEqual([pattern.name, pattern.result]);
      expect([pattern.name, sent]).toEqual([pattern.name, pattern.requests]);
      if (pattern.explained)
        expect([pattern.name, pattern.explained()]).toEqual([pattern.name, pattern.index]);
      rows.push([pattern.name, costText(pattern.requests), `\`${pattern.index}\``]);
    }
    expect(rowsOf(title)).toEqual(rows);
  });

  it('are all in this test, with the definitions that it proves', () => {
    const titles = [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(Object.keys(MODELS));
    const statements = [...source.matchAll(/^export (const [\s\S]*?^\}\);)$/gm)].map(
      ([, text]) => text,
    );
    expect(statements).toHaveLength(Object.keys(definitions).length);
    for (const statement of statements) expect(page).toContain(statement);
  });
});
