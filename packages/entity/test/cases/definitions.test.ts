import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity, SchemaError } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { anyEntity, WAYS_TO_UPDATE } from '../support/waysToUpdate.js';

const _id = { name: '_id', PK: ['.k'] } as const;
const Page = defineEntity({
  name: 'Page',
  schema: z.object({
    k: z.string(),
    image: z.string().nullish(),
    place: z.object({ at: z.date().nullable() }).optional(),
    byName: z.record(z.string(), z.object({ n: z.int(), text: z.string().nullish() })).optional(),
    lines: z.array(z.object({ qty: z.int() })).optional(),
    numbers: z.array(z.int()).optional(),
  }),
  indexes: [_id],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable();
});
afterAll(() => test.drop());

const fresh = (() => {
  let count = 0;
  return (): string => `k${String(++count)}`;
})();

// Case 14: compiles without a cast, and is so.
it('Null is set, found and compared where the schema takes it', async () => {
  const pages = test.table.entity(Page);
  const filter = { k: fresh() };
  await pages.createOne({ item: { ...filter, image: 'a', place: { at: null } } });
  const { item } = await pages.updateOne({
    filter: { ...filter, image: { $ne: null } },
    condition: { 'place.at': null },
    update: { $set: { image: null, 'byName.x': { n: 1, text: null } } },
  });
  expect(item).toMatchObject({ image: null, byName: { x: { n: 1, text: null } } });
  expect(await pages.count({ filter: { ...filter, image: null } })).toBe(1);
  expect(await pages.count({ filter: { ...filter, image: { $ne: null } } })).toBe(0);
  expect(await pages.count({ filter: { ...filter, image: { $in: ['a', null] } } })).toBe(1);
  expect(await pages.count({ filter: { ...filter, image: { $notIn: [null] } } })).toBe(0);
  expect(await pages.count({ filter: { ...filter, 'byName.x.text': null } })).toBe(1);
  // A field that is not there is not null.
  await pages.updateOne({ filter, update: { $remove: ['image'] } });
  expect(await pages.count({ filter: { ...filter, image: null } })).toBe(0);
  expect(await pages.count({ filter: { ...filter, image: { $ne: null } } })).toBe(1);
  // @ts-expect-error: this one is never null.
  expect((await errorOf(pages.updateOne({ filter, update: { $set: { k: null } } }))).code).toBe(
    'InvalidInput',
  );
});

// Case 15: compiles without a cast, and is so.
it('Paths through records and lists have the type of what they lead to', async () => {
  const pages = test.table.entity(Page);
  const filter = { k: fresh() };
  await pages.createOne({ item: { ...filter, byName: { x: { n: 1 } }, lines: [{ qty: 1 }] } });
  const { item } = await pages.updateOne({
    filter: { ...filter, 'byName.x.n': 1 },
    condition: { 'lines.0.qty': { $lt: 2 } },
    update: {
      $set: { 'lines.0.qty': 5, 'byName.y': { n: 7 } },
      $inc: { 'byName.x.n': 1 },
      $append: { numbers: [1] },
    },
  });
  expect(item).toMatchObject({
    byName: { x: { n: 2 }, y: { n: 7 } },
    lines: [{ qty: 5 }],
    numbers: [1],
  });
  const wrong = [
    // @ts-expect-error: a text is no number.
    pages.updateOne({ filter, update: { $set: { 'lines.0.qty': 'x' } } }),
    // @ts-expect-error: nor is it one in a record.
    pages.updateOne({ filter, update: { $set: { 'byName.x.n': 'x' } } }),
    // @ts-expect-error: there is nothing to add to in an object.
    pages.updateOne({ filter, update: { $inc: { 'byName.x': 1 } } }),
    // @ts-expect-error: elements have the type of the list.
    pages.updateOne({ filter, update: { $set: { 'numbers.0': { qty: 1 } } } }),
    // TypeScript takes `x.more` for a name in the record.
    pages.updateOne({ filter, update: { $set: { 'byName.x.more': 1 } } }),
  ];
  for (const action of wrong) expect((await errorOf(action)).code).toBe('InvalidInput');
});

// Case 21: ValueShape.test.ts and test/schemaKinds/openFields.test.ts have the rest.
describe('A schema that takes more than DynamoDB or we do', () => {
  let made = 0;
  const define = (schema: z.ZodObject) =>
    defineEntity({ name: `Open${String(++made)}`, schema, indexes: [_id] as never });

  it.each(WAYS_TO_UPDATE)('keeps undeclared fields by its own word, by %s', async (_, change) => {
    for (const [schema, more, other] of [
      [z.looseObject({ k: z.string() }), { a: 1, b: { c: ['x'] } }, 'text'],
      [z.object({ k: z.string() }).catchall(z.int()), { a: 1, b: 2 }, 3],
      [z.object({ k: z.string() }).loose(), { a: [true] }, null],
    ] as const) {
      const entity = anyEntity(test.table, define(schema));
      const filter = { k: fresh() };
      await entity.createOne({ item: { ...filter, ...more } });
      expect((await entity.findOne({ filter })).item).toMatchObject(more);
      await change({ table: test.table, entity, filter, update: { $set: { z: other } } });
      expect((await entity.findOne({ filter })).item).toMatchObject({ ...more, z: other });
      await change({ table: test.table, entity, filter, update: { $remove: ['a'] } });
      expect((await entity.findOne({ filter })).item).not.toHaveProperty('a');
    }
    const strict = anyEntity(test.table, define(z.object({ k: z.string() }).catchall(z.int())));
    const filter = { k: fresh() };
    const error = await errorOf(strict.createOne({ item: { ...filter, a: 'x' } }));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'a' } });
    // Strict inside, loose outside, and the other way round.
    const inner = z.looseObject({ n: z.int() });
    const mixed = anyEntity(
      test.table,
      define(z.object({ k: z.string(), inner: inner.optional() })),
    );
    const both = { ...filter, inner: { n: 1, more: 'x' } };
    await mixed.updateOne({ filter, update: { $set: { inner: both.inner } }, upsert: true });
    expect((await mixed.findOne({ filter })).item).toMatchObject(both);
    const outside = await errorOf(mixed.createOne({ item: { k: fresh(), more: 1 } }));
    expect(outside).toMatchObject({ code: 'InvalidInput', details: { path: 'more' } });
  });

  it.each<[string, z.ZodType, string]>([
    ['a map', z.map(z.string(), z.string()), 'it'],
    ['a URL', z.instanceof(URL), 'it'],
    [
      'a map in a list in a record',
      z.record(z.string(), z.array(z.map(z.string(), z.int()))),
      'it.*.*',
    ],
    ['a URL in an option of a union', z.union([z.string(), z.instanceof(URL)]), 'it'],
    [
      'a URL that a codec makes',
      z.codec(z.string(), z.instanceof(URL), {
        decode: (text) => new URL(text),
        encode: String,
      }),
      'it',
    ],
  ])('is refused with %s when it is defined', (_, it, path) => {
    let error: unknown;
    try {
      define(z.object({ k: z.string(), it }));
    } catch (thrown) {
      error = thrown;
    }
    if (!SchemaError.is(error)) throw new Error('expected a refusal');
    expect([error.code, error.details]).toMatchObject(['NotStorable', { path }]);
  });
});

// Case 22.
describe('A schema that holds itself', () => {
  const lazy: z.ZodType = z.object({
    text: z.string(),
    at: z.date(),
    replies: z.array(z.lazy(() => lazy)).optional(),
  });
  const Reply = z.object({
    at: z.date(),
    n: z.bigint().optional(),
    get replies() {
      return z.array(Reply).optional();
    },
  });
  const Thread = defineEntity({
    name: 'Thread',
    schema: z.object({
      k: z.string(),
      first: Reply.optional(),
      byName: z.record(z.string(), Reply).optional(),
    }),
    indexes: [_id],
  });
  const LazyThread = defineEntity({
    name: 'LazyThread',
    schema: z.object({ k: z.string(), first: lazy }),
    indexes: [_id],
  });
  const Folder = z.object({
    k: z.string(),
    at: z.date().optional(),
    get parent() {
      return Folder.optional();
    },
  });
  const at = new Date(5);

  it('by a getter keeps its dates and bigints at every level, and compiles', async () => {
    const threads = test.table.entity(Thread);
    const filter = { k: fresh() };
    const deep = { at, replies: [{ at, n: 1n, replies: [{ at, n: 2n ** 60n }] }] };
    const item = { ...filter, first: deep, byName: { 'a.b': deep } };
    expect((await threads.createOne({ item })).item).toMatchObject(item);
    const { item: updated } = await threads.updateOne({
      filter: { ...filter, 'first.replies.0.at': at },
      update: {
        $set: { 'first.replies.0.replies.0.at': new Date(9) },
      },
    });
    await anyEntity(test.table, Thread).updateOne({
      filter,
      update: { $append: { 'first.replies.0.replies.0.replies': [{ at }] } },
    });
    await threads.updateOne({ filter, update: { $append: { 'first.replies': [{ at }] } } });
    expect(updated?.first?.replies?.[0]?.replies?.[0]?.at).toEqual(new Date(9));
    const { item: read } = await threads.findOne({ filter });
    expect(read?.first?.replies?.[1]?.at).toEqual(at);
    expect(read?.first?.replies?.[0]?.replies?.[0]?.replies).toEqual([{ at }]);
    expect(read?.byName).toEqual(item.byName);
  });

  it('by z.lazy keeps its dates at level two and below', async () => {
    const threads = anyEntity(test.table, LazyThread);
    const filter = { k: fresh() };
    const reply = { text: 'x', at };
    const first = { ...reply, replies: [{ ...reply, replies: [reply] }] };
    await threads.createOne({ item: { ...filter, first } });
    expect((await threads.findOne({ filter })).item).toMatchObject({ first });
    const bad = { ...reply, replies: [{ ...reply, at: 'x' }] };
    const error = await errorOf(threads.updateOne({ filter, update: { $set: { first: bad } } }));
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: 'first.replies.0.at' } });
  });

  it('at the root, by a parent, compiles and is stored', async () => {
    const Nested = defineEntity({ name: 'Folder', schema: Folder, indexes: [_id] });
    const folders = test.table.entity(Nested);
    const k = fresh();
    const item = { k, parent: { k: 'up', at, parent: { k: 'root', at } } };
    expect((await folders.createOne({ item })).item).toMatchObject(item);
    const found = await folders.findOne({ filter: { k, 'parent.parent.at': at } });
    expect(found.item?.parent?.parent?.at).toEqual(at);
  });
});

// Case 25: test/schemaKinds/runTimeDefinitions.test.ts has a whole adapter.
describe('A definition that is made at run time', () => {
  interface Model {
    readonly name: string;
    readonly fields: Readonly<Record<string, 'text' | 'number' | 'date'>>;
    readonly unique?: string;
  }
  const TYPES = { text: z.string(), number: z.number(), date: z.date() };

  function makeEntity({ name, fields, unique }: Model) {
    const shape: Record<string, z.ZodType> = { k: z.string() };
    for (const [field, type] of Object.entries(fields)) shape[field] = TYPES[type].optional();
    return defineEntity({
      name,
      schema: z.object(shape),
      indexes: [
        { name: '_id', PK: ['.k'] },
        ...(unique === undefined
          ? []
          : [{ name: '_id2' as const, PK: [`.${unique}` as const], unique: true as const }]),
      ],
    });
  }
  /** A request of an adapter. */
  interface Where {
    readonly field: string;
    readonly value: string | number | Date;
  }

  it('compiles without a cast, from its fields to its filters', async () => {
    const definition = makeEntity({
      name: 'Runtime',
      fields: { email: 'text', age: 'number', seenAt: 'date' },
      unique: 'email',
    });
    const entity = test.table.entity(definition);
    const find = async ({ field, value }: Where) =>
      (await entity.findOne({ filter: { [field]: value } })).item;
    const k = fresh();
    const data: Record<string, unknown> = { k, email: 'a', age: 1, seenAt: new Date(3) };
    const { item } = await entity.createOne({ item: data });
    const [field = ''] = Object.keys({ age: 1 });
    expect(item[field]).toBe(1);
    expect(await find({ field: 'k', value: k })).toMatchObject(data);
    expect(await find({ field: 'email', value: 'a' })).toMatchObject(data);
    const { item: updated } = await entity.updateOne({
      filter: { k },
      condition: { [field]: { $lt: 5 } },
      update: { $set: { email: 'b', seenAt: new Date(4) }, $inc: { [field]: 1 } },
    });
    expect(updated).toMatchObject({ email: 'b', age: 2, seenAt: new Date(4) });
    await entity.updateOne({ filter: { k }, update: { $remove: [field] } });
    expect(await entity.deleteOne({ filter: { k } })).toMatchObject({ deletedCount: 1 });
  });

  it('is checked at run time', async () => {
    const entity = test.table.entity(makeEntity({ name: 'Checked', fields: { n: 'number' } }));
    const filter = { k: fresh() };
    await entity.createOne({ item: { ...filter, n: 1 } });
    for (const [action, path] of [
      [() => entity.createOne({ item: { k: 'x', n: 'x' } }), 'n'],
      [() => entity.createOne({ item: { k: 'x', more: 1 } }), 'more'],
      [() => entity.updateOne({ filter, update: { $set: { n: 'x' } } }), 'n'],
      [() => entity.updateOne({ filter, update: { $set: { more: 1 } } }), 'more'],
      [() => entity.count({ filter: { ...filter, more: 1 } }), 'more'],
      [() => entity.count({ filter: { ...filter, n: 'x' } }), 'n'],
    ] as const) {
      expect(await errorOf(action())).toMatchObject({ code: 'InvalidInput', details: { path } });
    }
    expect(() => makeEntity({ name: 'Wrong', fields: {}, unique: 'none' })).toThrow(SchemaError);
  });
});
