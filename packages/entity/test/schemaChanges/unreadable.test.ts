import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Shelf = defineEntity({
  name: 'Shelf',
  schema: z.object({ shelf: z.string() }),
  indexes: [{ name: '_id', PK: ['.shelf'] }],
});
const Book = defineEntity({
  name: 'Book',
  schema: z.object({
    shelf: z.string(),
    title: z.string(),
    pages: z.bigint().optional(),
    at: z.date().optional(),
    deep: z.object({ list: z.array(z.date()).optional() }).optional(),
    byName: z.record(z.string(), z.bigint()).optional(),
    sets: z.object({ n: z.set(z.bigint()).optional(), d: z.set(z.date()).optional() }).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.shelf'], SK: ['.title'], relatedTo: Shelf },
    { name: '_id2', PK: ['.title'], unique: true },
  ],
  aliases: { pages: 'p' },
});

const PlainIndex = { name: '_id', PK: ['.shelf'], SK: ['.title'], relatedTo: 'Shelf' } as const;

const day = '2030-01-31T00:00:00.000Z';
/** Without unique values. */
const Leaf = defineEntity({
  name: 'Leaf',
  schema: z.object({ book: z.string(), n: z.number(), at: z.date() }),
  indexes: [
    { name: '_id', PK: ['.book'], SK: ['.n'] },
    { name: '_id2', PK: ['.at'] },
  ],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Shelf, Book, Leaf]);
});
afterAll(() => test.drop());

let count = 0;
/** A shelf with a good book, and one that another program has written. */
async function shelf(attributes: Record<string, AttributeValue>): Promise<string> {
  const name = `shelf${++count}`;
  await test.table.entity(Shelf).createOne({ item: { shelf: name } });
  await test.table.entity(Book).createOne({ item: { shelf: name, title: `a${name}` } });
  await test.client.send(
    new PutItemCommand({
      TableName: test.table.name,
      Item: {
        PK: { S: `shelf#${name}` },
        SK: { S: 'book#b' },
        _e: { S: 'Book' },
        _v: { N: '1' },
        _op: { S: 'x' },
        shelf: { S: name },
        title: { S: 'b' },
        ulid: { S: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
        createdAt: { S: day },
        updatedAt: { S: day },
        ...attributes,
      },
    }),
  );
  return name;
}
const books = () => test.table.entity(Book);
/** The same books for a program that knows of no unique values. */
const plain = () =>
  new Table({ name: test.table.name, client: test.client }).entity(
    defineEntity({ name: 'Book', schema: Book.schema, indexes: [PlainIndex] }),
  );

/** What no schema of ours has written, the path of it, and what is wrong. */
const rows: [Record<string, AttributeValue>, string, string][] = [
  [{ p: { N: '1.5' } }, 'pages', 'is not a whole number'],
  [{ p: { N: '-0.25' } }, 'pages', 'is not a whole number'],
  [{ at: { S: 'soon' } }, 'at', 'is not a date'],
  [{ at: { S: '' } }, 'at', 'is not a date'],
  [{ at: { S: '5' } }, 'at', 'is not a date'],
  [{ at: { S: '12/11/2020' } }, 'at', 'is not a date'],
  [{ at: { S: '2020-01-31' } }, 'at', 'is not a date'],
  [{ at: { S: '2020-02-30T00:00:00.000Z' } }, 'at', 'is not a date'],
  [{ at: { S: '2020-01-31T00:00:00Z' } }, 'at', 'is not a date'],
  [{ createdAt: { S: 'long ago' } }, 'createdAt', 'is not a date'],
  [{ deep: { M: { list: { L: [{ S: day }, { S: 'x' }] } } } }, 'deep.list.1', 'is not a date'],
  [{ byName: { M: { 'a.b': { N: '0.5' } } } }, 'byName.a\\.b', 'is not a whole number'],
  [{ sets: { M: { n: { NS: ['1', '2.5'] } } } }, 'sets.n', 'is not a whole number'],
  [{ sets: { M: { d: { SS: ['x'] } } } }, 'sets.d', 'is not a date'],
];

describe.each(rows)('an item with %j', (attributes, path, reason) => {
  it('is an error that names entity, document and path, in every way of reading it', async () => {
    const name = await shelf(attributes);
    const filter = { shelf: name, title: 'b' };
    const id = Buffer.from(`shelf#${name}\0book#b`).toString('base64url');
    const shelves = test.table.entity(Shelf).addIndexRelation('books', Book);
    const reads: (() => Promise<unknown>)[] = [
      () => books().findOne({ filter }),
      () => books().findById(id),
      async () => await books().findMany({ filter: { shelf: name } }),
      () => books().paginate({ filter: { shelf: name } }),
      async () => await books().scan({ condition: { shelf: name } }),
      () => test.table.batchGet([books().reference(filter)]),
      () => test.table.transactGet([books().reference(filter)]),
      () => shelves.findOne({ filter: { shelf: name }, include: { books: true } }),
    ];
    for (const read of reads) {
      const error = await errorOf(read());
      expect(error).toMatchObject({
        code: 'UnreadableItem',
        details: { entity: 'Book', id, path, reason },
      });
      expect(error.message).not.toMatch(/soon|1\.5/);
    }
  });

  it('does not keep from reading what is beside it', async () => {
    const name = await shelf(attributes);
    const [before] = await (async () => {
      const found = [];
      try {
        for await (const book of books().findMany({ filter: { shelf: name } })) found.push(book);
      } catch {
        // The second one.
      }
      return found;
    })();
    expect(before?.title).toBe(`a${name}`);
    const page = await books().paginate({ filter: { shelf: name }, first: 1 });
    expect(page.edges).toHaveLength(1);
    const { item } = await books().findOne({
      filter: { shelf: name, title: 'b' },
      project: ['title'],
    });
    expect(item?.title).toBe('b');
  });

  it('is neither changed nor deleted by a write that must read it', async () => {
    const name = await shelf(attributes);
    const filter = { shelf: name, title: 'b' };
    const writes: (() => Promise<unknown>)[] = [
      () => books().updateOne({ filter, update: { $set: { title: 'c' } } }),
      () => books().deleteOne({ filter }),
      () => test.table.transact([books().deleteOneOperation({ filter })]),
      () => books().deleteMany({ filter }),
    ];
    for (const write of writes) {
      expect((await errorOf(write())).code).toBe('UnreadableItem');
      expect(await books().count({ filter: { shelf: name } })).toBe(2);
    }
  });
});

describe('An item that cannot be read, of an entity without unique values,', () => {
  const leaves = () => test.table.entity(Leaf);
  const unreadable = { code: 'UnreadableItem', details: { entity: 'Leaf', path: 'at' } };

  /** The first of three leaves is as another program has left it. */
  async function leavesOf(): Promise<string> {
    const book = `leaves${++count}`;
    for (const n of [1, 2, 3]) await leaves().createOne({ item: { book, n, at: new Date(day) } });
    const items = await tableItems(test.client, test.table.name);
    const Item = items.find((item) => item.book?.S === book && item.n?.N === '1');
    await test.client.send(
      new PutItemCommand({ TableName: test.table.name, Item: { ...Item, at: { S: 'soon' } } }),
    );
    expect(await errorOf(leaves().findOne({ filter: { book, n: 1 } }))).toMatchObject(unreadable);
    return book;
  }

  it.each([
    ['by their partition', {}, 3],
    ['by the key', { n: 1 }, 1],
    ['by another field', { createdAt: { $exists: true } }, 3],
    ['by its field that cannot be read', { at: { $exists: true } }, 3],
    ['as far as DynamoDB finds that it matches', { at: new Date(day) }, 2],
  ])('is deleted by deleteMany like the others, %s', async (_, more, deletedCount) => {
    const book = await leavesOf();
    expect(await leaves().deleteMany({ filter: { book, ...more } })).toEqual({ deletedCount });
    expect(await leaves().count({ filter: { book } })).toBe(3 - deletedCount);
  });

  it('is deleted by deleteOne by its key, which cannot give it back', async () => {
    const filter = { book: await leavesOf(), n: 1 };
    expect(await errorOf(leaves().deleteOne({ filter }))).toMatchObject(unreadable);
    expect(await leaves().count({ filter })).toBe(0);
  });

  it('is not deleted where it must be read first', async () => {
    const filter = { book: await leavesOf(), n: 1 };
    for (const attempt of [
      leaves().deleteOne({ filter: { ...filter, createdAt: { $exists: true } } }),
      test.table.transact([leaves().deleteOneOperation({ filter })]),
    ]) {
      expect(await errorOf(attempt)).toMatchObject(unreadable);
    }
    expect(await leaves().count({ filter })).toBe(1);
  });
});

describe('An item that cannot be read and does not meet the condition', () => {
  const shelved = (name: string, title: string) => ({ shelf: name, title });
  const condition = { title: { $ne: 'b' } } as const;

  it.each<[string, (name: string) => Promise<unknown>, object]>([
    [
      'deleteMany',
      (shelf) => books().deleteMany({ filter: { shelf }, condition }),
      { deletedCount: 1 },
    ],
    [
      'updateMany by an expression',
      (shelf) =>
        books().updateMany({ filter: { shelf }, condition, update: { $set: { pages: 3n } } }),
      { modifiedCount: 1 },
    ],
    [
      'updateMany by reading',
      (shelf) =>
        books().updateMany({
          filter: { shelf },
          condition,
          update: { $set: { title: `z${shelf}` } },
        }),
      { modifiedCount: 1 },
    ],
  ])('is passed over by %s', async (_, run, expected) => {
    const name = await shelf({ at: { S: 'soon' } });
    expect(await run(name)).toEqual(expected);
    expect(await books().count({ filter: shelved(name, 'b') })).toBe(1);
  });

  it.each<[string, (filter: { shelf: string; title: string }) => Promise<unknown>]>([
    [
      'updateOne by an expression',
      (filter) => books().updateOne({ filter, condition, update: { $set: { pages: 3n } } }),
    ],
    [
      'updateOne by reading',
      (filter) => books().updateOne({ filter, condition, update: { $set: { title: 'c' } } }),
    ],
    ['deleteOne', (filter) => books().deleteOne({ filter, condition })],
    [
      'deleteOne by key',
      ({ shelf, title }) => plain().deleteOne({ filter: { shelf, title }, condition }),
    ],
    [
      'a transaction by an expression',
      (filter) =>
        test.table.transact([
          books().updateOneOperation({ filter, condition, update: { $set: { pages: 3n } } }),
        ]),
    ],
    [
      'a transaction by reading',
      (filter) =>
        test.table.transact([
          books().updateOneOperation({ filter, condition, update: { $set: { title: 'c' } } }),
        ]),
    ],
    [
      'a transaction that deletes',
      (filter) => test.table.transact([books().deleteOneOperation({ filter, condition })]),
    ],
    [
      'a transaction that checks',
      (filter) => test.table.transact([books().checkOperation({ filter, condition })]),
    ],
  ])('is ConditionFailed, without the document, for %s', async (_, run) => {
    const name = await shelf({ at: { S: 'soon' } });
    const error = await errorOf(run(shelved(name, 'b')));
    expect(error).toMatchObject({ code: 'ConditionFailed', details: { entity: 'Book' } });
    expect(error.details).toHaveProperty('item', undefined);
    expect(await books().count({ filter: { shelf: name } })).toBe(2);
  });

  it('does not hide that there is a document of its key', async () => {
    const name = await shelf({ at: { S: 'soon' } });
    const item = { shelf: name, title: 'b' };
    expect(await errorOf(plain().createOne({ item }))).toMatchObject({ code: 'AlreadyExists' });
  });
});

it('A call for many documents that an error stops says how many it has written', async () => {
  const name = await shelf({ at: { S: 'soon' } });
  const error = await errorOf(books().deleteMany({ filter: { shelf: name } }));
  expect(error).toMatchObject({ code: 'UnreadableItem', doneCount: 1 });
  expect(await books().count({ filter: { shelf: name } })).toBe(1);
});

it('An item that cannot be read is mended by an update of the field', async () => {
  const name = await shelf({ p: { N: '1.5' }, at: { S: 'soon' } });
  const filter = { shelf: name, title: 'b' };
  const update = { $set: { pages: 2n }, $remove: ['at'] } as const;
  const { item } = await books().updateOne({ filter, update });
  expect(item).toMatchObject({ pages: 2n, title: 'b' });
  expect((await books().findMany({ filter: { shelf: name } })).items).toHaveLength(2);
});
