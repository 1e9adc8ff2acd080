import { Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
} from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import { decodeTime } from 'ulid';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';

const Board = defineEntity({
  name: 'Board',
  schema: z.object({ board: z.string() }),
  indexes: [{ name: '_id', PK: ['.board'] }],
});
/** Keys of system fields, and a unique value. */
const Post = defineEntity({
  name: 'Post',
  schema: z.object({ board: z.string(), slug: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.board'], SK: ['.createdAt', '.ulid'], relatedTo: Board },
    { name: '_id2', PK: ['.slug'], unique: true },
    { name: '_id3', PK: ['.createdBy'], SK: ['.ulid'] },
  ],
});
/** The same without a unique value, for batches. */
const Reply = defineEntity({
  name: 'Reply',
  schema: z.object({ board: z.string() }),
  indexes: [{ name: '_id', PK: ['.board'], SK: ['.createdAt', '.ulid'], relatedTo: Board }],
});

const NOW = new Date('2030-06-01T00:00:00.000Z');
const ULID = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
const given = {
  ulid: ULID,
  createdAt: new Date('2016-07-30T23:54:10.259Z'),
  updatedAt: new Date('2019-01-02T03:04:05.006Z'),
  createdBy: 'ada',
  updatedBy: 'bob',
};

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Board, Post, Reply], { clock: () => NOW });
});
afterAll(() => test.drop());

let count = 0;
const fresh = (): string => `board${++count}`;

type Made = Readonly<Record<string, unknown>>;
type Given = Partial<typeof given>;

/** Every way to make a document. */
const WAYS: readonly [string, (board: string, given: Given) => Promise<Made | undefined>][] = [
  [
    'createOne',
    async (board, given) =>
      (await test.table.entity(Reply).createOne({ item: { board }, ...given })).item,
  ],
  [
    'createOne with a unique value',
    async (board, given) =>
      (await test.table.entity(Post).createOne({ item: { board, slug: board }, ...given })).item,
  ],
  [
    'a transaction',
    async (board, given) => {
      const posts = test.table.entity(Post);
      const operation = posts.createOneOperation({ item: { board }, ...given });
      return (await test.table.transact([operation]))[0];
    },
  ],
  [
    'a batch',
    async (board, given) => {
      const replies = test.table.entity(Reply);
      await test.table.batchWrite([replies.putRequest({ item: { board }, ...given })]);
      return (await replies.findMany({ filter: { board } })).items[0];
    },
  ],
  [
    'its parent',
    async (board, given) => {
      const boards = test.table.entity(Board).addIndexRelation('posts', Post);
      const { item } = await boards.createOne({ item: { board }, related: { posts: [given] } });
      return item.posts[0];
    },
  ],
];

describe.each(WAYS)('a document taken over from elsewhere, by %s', (_, make) => {
  it('keeps its system fields, in its key, too', async () => {
    const board = fresh();
    const made = await make(board, given);
    expect(made).toMatchObject({ board, ...given });
    const { item } = await test.table.entity(Post).findById(String(made?.id));
    const { item: reply } = await test.table.entity(Reply).findById(String(made?.id));
    expect(item ?? reply).toEqual(made);
  });

  it('has what was not given as if it was made now, or when it says', async () => {
    const now = await make(fresh(), {});
    expect(now).toMatchObject({ createdAt: NOW, updatedAt: NOW });
    expect(now).not.toHaveProperty('createdBy');
    const { createdAt, createdBy } = given;
    const then = await make(fresh(), { createdAt, createdBy });
    expect(then).toMatchObject({ createdAt, updatedAt: createdAt, createdBy, updatedBy: 'ada' });
    expect(decodeTime(String(then?.ulid))).toBe(createdAt.getTime());
    const marked = await make(fresh(), { ulid: ULID.toLowerCase() });
    expect(marked).toMatchObject({ ulid: ULID, createdAt: NOW });
  });

  it.each<[string, object]>([
    ['ulid', { ulid: '' }],
    ['ulid', { ulid: null }],
    ['ulid', { ulid: '81ARZ3NDEKTSV4RRFFQ69G5FAV' }],
    ['ulid', { ulid: '01ARZ3NDEKTSV4RRFFQ69G5FAI' }],
    ['ulid', { ulid: `${ULID}0` }],
    ['ulid', { ulid: `${ULID}\n` }],
    ['createdAt', { createdAt: '2020-01-01T00:00:00Z' }],
    ['createdAt', { createdAt: 1577836800000 }],
    ['createdAt', { createdAt: new Date(NaN) }],
    ['createdAt', { createdAt: new Date(8.64e15) }],
    ['updatedAt', { updatedAt: new Date('-000001-01-01T00:00:00Z') }],
    ['updatedAt', { updatedAt: null }],
    ['createdBy', { createdBy: '' }],
    ['createdBy', { createdBy: 7 }],
    ['updatedBy', { updatedBy: null }],
  ])('is refused for a wrong %s: %j', async (path, wrong) => {
    const board = fresh();
    const error = await errorOf(make(board, wrong));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path } });
    expect((await test.table.entity(Reply).findMany({ filter: { board } })).items).toEqual([]);
    expect((await test.table.entity(Post).findMany({ filter: { board } })).items).toEqual([]);
  });
});

describe('a document taken over', () => {
  it('lies among the others by its time, is found by who made it, and says so in its twin', async () => {
    const posts = test.table.entity(Post);
    const board = fresh();
    await posts.createOne({ item: { board }, context: { userId: 'eve' } });
    const old = { item: { board }, createdAt: given.createdAt, createdBy: 'zoe' } as const;
    await posts.createOne({ ...old, context: { userId: 'import' } });
    const { items } = await posts.findMany({ filter: { board } });
    expect(items.map(({ createdBy }) => createdBy)).toEqual(['zoe', 'eve']);
    expect((await posts.findMany({ filter: { createdBy: 'zoe' } })).items).toEqual([items[0]]);
    const { Item } = posts.createOneParams({ ...old, ulid: ULID }) as { Item?: object };
    expect(Item).toMatchObject({ ulid: { S: ULID }, createdBy: { S: 'zoe' } });
  });

  it('from before 1970 has a ulid of that year', async () => {
    const createdAt = new Date('1969-07-20T20:17:40Z');
    const { item } = await test.table.entity(Reply).createOne({
      item: { board: fresh() },
      createdAt,
    });
    expect(item.createdAt).toEqual(createdAt);
    expect(decodeTime(item.ulid)).toBe(1);
  });

  it('is not made a second time with its ulid, and what is there is not taken for it', async () => {
    const client = localClient();
    const replies = new Table({ name: test.table.name, client }).entity(Reply);
    const input = { item: { board: fresh() }, ...given };
    await replies.createOne(input);
    const again = { ...input, updatedBy: 'zoe' };
    expect((await errorOf(replies.createOne(again))).code).toBe('AlreadyExists');
    expect((await replies.findMany({ filter: input.item })).items).toMatchObject([given]);
    client.destroy();
  });

  it('is made once when the answer is lost', async () => {
    const client = localClient();
    const replies = new Table({ name: test.table.name, client }).entity(Reply);
    const input = { item: { board: fresh() }, ...given };
    const lost = injectFaults(client).on('PutItem', 'answerLost');
    expect((await replies.createOne(input)).item).toMatchObject(given);
    expect(lost.attempts).toBe(2);
    lost.remove();
    const other = { item: { board: fresh() }, ...given };
    injectFaults(client).on('PutItem', 'answerLost');
    injectFaults(client).on('PutItem', {
      name: 'interleave',
      run: () => test.table.entity(Reply).deleteOne({ filter: { ...other.item, ulid: ULID } }),
    });
    // Deleted in between by somebody else: it is made anew.
    expect((await replies.createOne(other)).item).toMatchObject(given);
    client.destroy();
  });
});
