import { Table, type Connection, type Document } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { CommandEvent } from '../../src/table/Sender.js';
import { errorOf } from '../support/errorOf.js';
import { Guest, Sale, Shop } from '../support/shop.js';

let test: TestTable;
let client: DynamoDBClient;
const sent: CommandEvent[] = [];
const numbers = [1, 2, 3, 4, 5, 6, 7];

beforeAll(async () => {
  client = localClient();
  const onCommand = (event: CommandEvent) => sent.push(event);
  test = await createTestTable([Shop, Sale, Guest], { client, onCommand });
  for (const table of [test.table, test.table.namespace('tenant')]) {
    const sales = table.entity(Sale);
    const requests = ['a', 'b'].flatMap((shopId) =>
      numbers.map((number) =>
        sales.createOne({ item: { shopId, number, weight: -number, state: `in ${shopId}` } }),
      ),
    );
    await Promise.all(requests);
  }
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});

const filter = { shopId: 'a' };
type Page = Connection<Document<typeof Sale>>;
const codeOf = async (page: Promise<unknown>) => (await errorOf(page)).code;

describe('paginate', () => {
  it.each([
    ['the table', { shopId: 'a' }, 1],
    ['a global secondary index', { state: 'in a' }, -1],
    ['a range of the sort key', { shopId: 'a', number: { $gte: 1, $lt: 8 } }, 1],
    ['a filter beyond the key', { shopId: 'a', weight: { $gte: -100 } }, 1],
  ])(
    'walks %s forwards and backwards, in either order, and gives each document once',
    async (_, filter, direction) => {
      const sales = test.table.entity(Sale);
      for (const sort of ['ascending', 'descending'] as const) {
        const isRising = (sort === 'ascending') === (direction === 1);
        const expected = isRising ? numbers : [...numbers].reverse();
        for (const size of [1, 3, 7]) {
          const forwards: number[] = [];
          let after: string | null = null;
          for (;;) {
            const page: Page = await sales.paginate({ filter, sort, first: size, after });
            forwards.push(...page.edges.map(({ node }) => node.number));
            expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
            expect(page.pageInfo.hasNextPage).toBe(forwards.length < numbers.length);
            expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor);
            after = page.pageInfo.endCursor;
            if (!page.pageInfo.hasNextPage) break;
          }
          expect(forwards).toEqual(expected);
          const backwards: number[] = [];
          let before: string | null = null;
          for (;;) {
            const page: Page = await sales.paginate({ filter, sort, last: size, before });
            backwards.unshift(...page.edges.map(({ node }) => node.number));
            expect(page.pageInfo.hasNextPage).toBe(before !== null);
            expect(page.pageInfo.hasPreviousPage).toBe(backwards.length < numbers.length);
            before = page.pageInfo.startCursor;
            if (!page.pageInfo.hasPreviousPage) break;
          }
          expect(backwards).toEqual(expected);
        }
      }
    },
  );

  it('gives a cursor for every document, good in both directions', async () => {
    const sales = test.table.entity(Sale);
    const { edges } = await sales.paginate({ filter });
    const middle = edges[3]?.cursor ?? '';
    const next = await sales.paginate({ filter, first: 2, after: middle });
    const previous = await sales.paginate({ filter, last: 2, before: middle });
    expect(next.edges.map(({ node }) => node.number)).toEqual([5, 6]);
    expect(previous.edges.map(({ node }) => node.number)).toEqual([2, 3]);
    expect(sent.map(({ command }) => command)).toEqual(['Query', 'Query', 'Query']);
  });

  it('gives an empty page where nothing is, and none after the last', async () => {
    const sales = test.table.entity(Sale);
    const empty = {
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    };
    expect(await sales.paginate({ filter: { shopId: 'nowhere' } })).toEqual(empty);
    const { pageInfo } = await sales.paginate({ filter, first: 7 });
    const after = await sales.paginate({ filter, after: pageInfo.endCursor });
    expect(after).toEqual({ ...empty, pageInfo: { ...empty.pageInfo, hasPreviousPage: true } });
  });

  it('goes on from the place of a document that was deleted meanwhile', async () => {
    const guests = test.table.entity(Guest);
    for (const seat of ['s1', 's2', 's3']) await guests.createOne({ item: { shopId: 'g', seat } });
    const page = await guests.paginate({ filter: { shopId: 'g' }, first: 2 });
    await guests.deleteOne({ filter: { shopId: 'g', seat: 's2' } });
    const next = await guests.paginate({
      filter: { shopId: 'g' },
      after: page.pageInfo.endCursor,
    });
    expect(next.edges.map(({ node }) => node.seat)).toEqual(['s3']);
  });

  it('projects the fields asked for, whatever the index', async () => {
    const sales = test.table.entity(Sale);
    for (const where of [filter, { state: 'in a' }]) {
      const page = await sales.paginate({ filter: where, project: ['weight'], first: 1 });
      expect(Object.keys(page.edges[0]?.node ?? {}).sort()).toEqual(['id', 'weight']);
      const next = await sales.paginate({
        filter: where,
        first: 1,
        after: page.pageInfo.endCursor,
      });
      expect(next.edges).toHaveLength(1);
    }
  });

  it('refuses sizes that are none, and two directions at once', async () => {
    const sales = test.table.entity(Sale);
    for (const size of [0, -1, 1.5, NaN, 1001]) {
      expect(await codeOf(sales.paginate({ filter, first: size }))).toBe('InvalidInput');
      expect(await codeOf(sales.paginate({ filter, last: size }))).toBe('InvalidInput');
    }
    const cursor = (await sales.paginate({ filter })).edges[0]?.cursor ?? '';
    for (const both of [
      { first: 1, last: 1 },
      { first: 1, before: cursor },
      { last: 1, after: cursor },
      { after: cursor, before: cursor },
    ]) {
      expect(await codeOf(sales.paginate({ filter, ...both }))).toBe('InvalidInput');
    }
  });

  it('reads no more pages than allowed, and leads on from where it stopped', async () => {
    const guests = test.table.entity(Guest);
    const text = 'x'.repeat(390_000);
    for (let n = 1; n <= 6; n++) {
      await guests.createOne({ item: { shopId: 'big', seat: String(n), text } });
    }
    const big = { shopId: 'big', text: { $exists: true } };
    const seats: string[] = [];
    let after: string | null = null;
    for (let page = 0; page < 6; page++) {
      const input: { after: string | null } = { after };
      const short = await guests.paginate({ filter: big, first: 6, maxPages: 1, ...input });
      const { edges, pageInfo } = short;
      expect(edges.length).toBeLessThan(6);
      seats.push(...edges.map(({ node }) => node.seat));
      after = pageInfo.endCursor;
      if (!pageInfo.hasNextPage) break;
    }
    expect(seats).toEqual(['1', '2', '3', '4', '5', '6']);
    const all = await guests.paginate({ filter: { shopId: 'big' }, project: ['seat'], first: 6 });
    expect(all.edges).toHaveLength(6);
    expect(all.pageInfo.hasNextPage).toBe(false);
  });
});

describe('a cursor', () => {
  it('is opaque, and outlives the table instance that made it', async () => {
    const first = await test.table.entity(Sale).paginate({ filter, first: 2 });
    const cursor = first.pageInfo.endCursor ?? '';
    expect(cursor).toMatch(/^[\w-]+$/);
    const other = new Table({ name: test.table.name, client });
    const next = await other.entity(Sale).paginate({ filter, first: 1, after: cursor });
    expect(next.edges[0]?.node.number).toBe(3);
  });

  it('is refused for another partition, entity, index, namespace, table and range', async () => {
    const { table } = test;
    const sales = table.entity(Sale);
    await table.entity(Guest).createOne({ item: { shopId: 'a', seat: 'one' } });
    const ofTable = (await sales.paginate({ filter, first: 1 })).pageInfo.endCursor;
    const ofIndex = (await sales.paginate({ filter: { state: 'in a' }, first: 1 })).pageInfo
      .endCursor;
    const ofGuest = (await table.entity(Guest).paginate({ filter, first: 1 })).pageInfo.endCursor;
    const elsewhere = new Table({ name: `${table.name}-2`, client });
    sent.length = 0;
    for (const page of [
      sales.paginate({ filter: { shopId: 'b' }, after: ofTable }),
      sales.paginate({ filter: { shopId: 'b' }, before: ofTable }),
      sales.paginate({ filter: { state: 'in a' }, after: ofTable }),
      sales.paginate({ filter: { state: 'in b' }, after: ofIndex }),
      sales.paginate({ filter, after: ofIndex }),
      sales.paginate({ filter, after: ofGuest }),
      table.entity(Guest).paginate({ filter, after: ofTable }),
      table.namespace('tenant').entity(Sale).paginate({ filter, after: ofTable }),
      elsewhere.entity(Sale).paginate({ filter, after: ofTable }),
      sales.paginate({ filter: { shopId: 'a', number: { $gt: 3 } }, after: ofTable }),
      sales.paginate({ filter: { shopId: 'a', number: 2 }, after: ofTable }),
    ]) {
      expect(await errorOf(page)).toMatchObject({ code: 'InvalidCursor' });
    }
    expect(sent).toEqual([]);
  });

  it('is refused when it is forged, before anything is sent', async () => {
    const sales = test.table.entity(Sale);
    const own = (await sales.paginate({ filter, first: 1 })).pageInfo.endCursor ?? '';
    const ofIndex =
      (await sales.paginate({ filter: { state: 'in a' }, first: 1 })).pageInfo.endCursor ?? '';
    const edited = (cursor: string, edit: (parts: string[]) => string[]) =>
      Buffer.from(
        edit(Buffer.from(cursor, 'base64url').toString().split('\0')).join('\0'),
      ).toString('base64url');
    const forged: unknown[] = [
      '',
      'abc',
      '%%%',
      5,
      {},
      true,
      `${own}A`,
      own.slice(1),
      `${own} `,
      `${own}=`,
      edited(own, ([mark = '']) => [mark]),
      edited(own, ([mark = '']) => [mark, '']),
      edited(own, ([mark = '']) => [mark, 'guest#one']),
      edited(own, ([mark = '']) => [mark, 'salf']),
      edited(own, ([mark = '', key = '']) => [mark, key, key]),
      edited(own, ([mark = '']) => [mark, `sale#${'x'.repeat(2000)}`]),
      Buffer.from(JSON.stringify({ PK: 'shop#b', SK: 'sale#$n' })).toString('base64url'),
    ];
    sent.length = 0;
    for (const after of forged as string[]) {
      expect(await codeOf(sales.paginate({ filter, after }))).toBe('InvalidCursor');
      expect(await codeOf(sales.paginate({ filter, before: after }))).toBe('InvalidCursor');
    }
    const inIndex = [
      edited(ofIndex, ([mark = '', sort = '']) => [mark, sort, '', '']),
      edited(ofIndex, ([mark = '', sort = '', PK = '']) => [mark, sort, PK, '']),
      edited(ofIndex, ([mark = '', sort = '', , SK = '']) => [mark, sort, 'x'.repeat(3000), SK]),
      edited(ofIndex, ([mark = '', , PK = '', SK = '']) => [mark, 'guest#1', PK, SK]),
    ];
    for (const after of inIndex) {
      expect(await codeOf(sales.paginate({ filter: { state: 'in a' }, after }))).toBe(
        'InvalidCursor',
      );
    }
    expect(sent).toEqual([]);
  });

  it('never leads out of the partition of the query, even with keys of another in it', async () => {
    const sales = test.table.entity(Sale);
    const { edges } = await sales.paginate({ filter: { state: 'in a' } });
    const [mark = '', sort = ''] = Buffer.from(edges[0]?.cursor ?? '', 'base64url')
      .toString()
      .split('\0');
    const forged = Buffer.from([mark, sort, 'shop#b', 'sale#$n'].join('\0')).toString('base64url');
    const page = await sales.paginate({ filter: { state: 'in a' }, after: forged });
    expect(page.edges.every(({ node }) => node.shopId === 'a')).toBe(true);
  });
});
