import { PutItemCommand, type AttributeValue } from '@aws-sdk/client-dynamodb';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity, type Migration } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

type Item = Record<string, AttributeValue>;
type Stored = Readonly<Record<string, unknown>>;

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable();
});
afterAll(() => test.drop());

const day = '2030-01-31T00:00:00.000Z';
const big = '123456789012345678901234567890';
let count = 0;

/** An entity with one field of today's type, and an item that an older version has stored. */
async function entityWith(
  field: z.ZodType,
  stored: AttributeValue | undefined,
  migrations: readonly Migration[],
  behind = 0,
) {
  const name = `Form${++count}`;
  const definition = defineEntity({
    name,
    schema: z.object({ key: z.string(), field: field.optional() }),
    indexes: [{ name: '_id', PK: ['.key'] }],
    migrations,
  });
  const head = name.toLowerCase();
  const item: Item = {
    PK: { S: `${head}#a` },
    SK: { S: head },
    _e: { S: name },
    _v: { N: '1' },
    _op: { S: 'op' },
    key: { S: 'a' },
    ulid: { S: '01ARZ3NDEKTSV4RRFFQ69G5FAV' },
    createdAt: { S: day },
    updatedAt: { S: day },
    ...(stored && { field: stored }),
    ...(behind > 0 && { _s: { N: String(behind) } }),
  };
  await test.client.send(new PutItemCommand({ TableName: test.table.name, Item: item }));
  const entity = test.table.entity(definition);
  const read = async (): Promise<unknown> =>
    (await entity.findOne({ filter: { key: 'a' } })).item?.field;
  const inTable = async (): Promise<Item | undefined> =>
    (await tableItems(test.client, test.table.name)).find(({ PK }) => PK?.S === `${head}#a`);
  return { entity, read, inTable };
}

/** Changes the field, and keeps what it was given. */
function over(change: (field: unknown) => unknown, seen: unknown[] = []): Migration {
  return (stored) => {
    seen.push(stored.field);
    return { ...stored, field: change(stored.field) };
  };
}
const untouched: Migration = (stored) => ({ ...stored });

/**
 * What is stored, what a migration is given of that, what it makes of it, today's type, and the
 * value that a document then has.
 */
const rows: [string, AttributeValue, unknown, (field: unknown) => unknown, z.ZodType, unknown][] = [
  ['a date untouched', { S: day }, day, (field) => field, z.date(), new Date(day)],
  [
    'a text to a date',
    { S: '31.1.2030' },
    '31.1.2030',
    () => new Date(day),
    z.date(),
    new Date(day),
  ],
  ['a text to the text of a date', { S: 'x' }, 'x', () => '2030-01-31', z.date(), new Date(day)],
  ['a number to a date', { N: '7' }, 7, (ms) => new Date(ms as number), z.date(), new Date(7)],
  [
    'a date to a text',
    { S: day },
    day,
    (date) => (date as string).slice(0, 10),
    z.string(),
    '2030-01-31',
  ],
  [
    'a date to a number',
    { S: day },
    day,
    (date) => Date.parse(date as string),
    z.int(),
    Date.parse(day),
  ],
  ['a date made for a text', { S: 'x' }, 'x', () => new Date(day), z.string(), day],
  ['a small number to a bigint', { N: '5' }, 5, (n) => BigInt(n as number), z.bigint(), 5n],
  ['a small bigint untouched', { N: '5' }, 5, (n) => n, z.bigint(), 5n],
  ['a large bigint untouched', { N: big }, BigInt(big), (n) => n, z.bigint(), BigInt(big)],
  ['a large bigint to a text', { N: big }, BigInt(big), (n) => String(n), z.string(), big],
  ['a bigint to a number', { N: '-5' }, -5, (n) => Number(n), z.number(), -5],
  [
    'a large bigint left to be a number',
    { N: big },
    BigInt(big),
    (n) => n,
    z.number(),
    Number(big),
  ],
  [
    'a fraction to a bigint',
    { N: '1.5' },
    1.5,
    (n) => BigInt(Math.round(n as number)),
    z.bigint(),
    2n,
  ],
  ['a bigint made for a number', { N: '1' }, 1, () => 3n, z.number(), 3],
  [
    'nested dates, untouched beside a change',
    { M: { at: { S: day }, old: { N: '1' } } },
    { at: day, old: 1 },
    (field) => ({ ...(field as object), new: 2n }),
    z.object({ at: z.date(), old: z.int(), new: z.bigint() }),
    { at: new Date(day), old: 1, new: 2n },
  ],
  [
    'a list of texts to one of dates',
    { L: [{ S: day }, { S: day }] },
    [day, day],
    (field) => field,
    z.array(z.date()),
    [new Date(day), new Date(day)],
  ],
  [
    'a list to a set',
    { L: [{ N: '1' }, { N: '2' }] },
    [1, 2],
    (field) => new Set(field as number[]),
    z.set(z.bigint()),
    new Set([1n, 2n]),
  ],
  [
    'a set of texts to a list',
    { SS: ['a', 'b'] },
    new Set(['a', 'b']),
    (field) => [...(field as Set<string>)],
    z.array(z.string()),
    ['a', 'b'],
  ],
  [
    'a set of dates and of numbers, untouched',
    { M: { at: { SS: [day] }, n: { NS: ['1', big] } } },
    { at: new Set([day]), n: new Set([1, BigInt(big)]) },
    (field) => field,
    z.object({ at: z.set(z.date()), n: z.set(z.bigint()) }),
    { at: new Set([new Date(day)]), n: new Set([1n, BigInt(big)]) },
  ],
  [
    'records',
    { M: { 'a.b': { S: day } } },
    { 'a.b': day },
    (field) => field,
    z.record(z.string(), z.date()),
    { 'a.b': new Date(day) },
  ],
  [
    'bytes',
    { B: new Uint8Array([1]) },
    new Uint8Array([1]),
    (b) => b,
    z.unknown(),
    new Uint8Array([1]),
  ],
  ['null', { NULL: true }, null, (nothing) => nothing ?? 'none', z.string(), 'none'],
  [
    'an open field',
    { L: [{ S: day }, { N: '1.5' }] },
    [day, 1.5],
    (x) => x,
    z.unknown(),
    [day, 1.5],
  ],
];

describe('a migration', () => {
  it.each(rows)('%s: gets what is stored, and gives what the schema has', async (...row) => {
    const [, stored, given, change, schema, expected] = row;
    const seen: unknown[] = [];
    const { entity, read, inTable } = await entityWith(schema, stored, [over(change, seen)]);
    expect(await read()).toEqual(expected);
    expect(seen).toEqual([given]);
    // The next write stores it so, and then no migration is run any more.
    await entity.updateOne({
      filter: { key: 'a' },
      update: { $set: { field: expected } },
    });
    expect((await inTable())?._s).toEqual({ N: '1' });
    seen.length = 0;
    expect(await read()).toEqual(expected);
    expect(seen).toEqual([]);
  });

  // What loses digits, or is written in full, only when it is stored.
  const inexact = ['a large bigint left to be a number', 'a text to the text of a date'];
  const exact = rows.filter(([title]) => !inexact.includes(title));

  it.each(exact)('%s: the second gets what would be stored after the first', async (...row) => {
    const [, stored, , change, schema, expected] = row;
    const [first, second] = [[], []] as [unknown[], unknown[]];
    const young = await entityWith(schema, stored, [over(change), over((field) => field, first)]);
    expect(await young.read()).toEqual(expected);
    // An item that was stored when the first was the last.
    await young.entity.updateOne({
      filter: { key: 'a' },
      update: { $set: { field: expected } },
    });
    const { field } = (await young.inTable()) ?? {};
    const old = await entityWith(schema, field, [untouched, over((given) => given, second)], 1);
    expect(await old.read()).toEqual(expected);
    expect(second[0]).toEqual(first[0]);
  });
});

it('A migration that renames a field keeps the rest, the system fields as texts included', async () => {
  let given: Stored = {};
  const { entity } = await entityWith(z.date(), undefined, [
    (stored) => {
      given = stored;
      const { key, ...rest } = stored;
      return { ...rest, key, field: stored.createdAt };
    },
  ]);
  const { item } = await entity.findOne({ filter: { key: 'a' } });
  expect(given).toMatchObject({ key: 'a', createdAt: day, updatedAt: day });
  expect(given).not.toHaveProperty('_v');
  expect(item).toMatchObject({ key: 'a', field: new Date(day), createdAt: new Date(day) });
});

it('Migrations that only pass on leave every value as it is without them', async () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      fc.record({ S: fc.string() }),
      fc.record({ N: fc.maxSafeInteger().map(String) }),
      fc.record({ N: fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String) }),
      fc.record({ BOOL: fc.boolean() }),
      fc.constant({ NULL: true }),
      fc.record({ L: fc.array(tie('any'), { maxLength: 3 }) }),
      fc.record({ M: fc.dictionary(fc.string({ minLength: 1 }), tie('any'), { maxKeys: 3 }) }),
    ),
  })).any as fc.Arbitrary<AttributeValue>;
  await fc.assert(
    fc.asyncProperty(value, async (stored) => {
      fc.pre(!JSON.stringify(stored).includes('__proto__'));
      const migrated = await entityWith(z.unknown(), stored, [untouched, untouched]);
      const plain = await entityWith(z.unknown(), stored, []);
      expect(await migrated.read()).toEqual(await plain.read());
    }),
    { numRuns: 30 },
  );
});

const OTHER = 'does not have the type that the schema declares';
it.each<[string, z.ZodType, unknown, string | undefined]>([
  ['a text for a number', z.number(), '5', 'field'],
  ['a text for a boolean', z.boolean(), 'yes', 'field'],
  ['a number for a text', z.string(), 5, 'field'],
  ['a number deep inside', z.object({ at: z.array(z.string()) }), { at: ['a', 5] }, 'field.at.1'],
  ['a text for an object', z.object({ a: z.string() }), 'a', 'field'],
  ['an object without fields', z.object({}), {}, undefined],
  ['a list that may be empty only', z.tuple([]), [], undefined],
  ['anything for what is open', z.unknown(), { a: [5, 'b'] }, undefined],
  ['a text or a number for both', z.union([z.string(), z.number()]), 5, undefined],
  ['bytes', z.instanceof(Uint8Array), new Uint8Array([1]), undefined],
  ['a bound that it breaks', z.int().max(3), 5.5, undefined],
])('A migration that makes %s is judged by the type alone', async (_, type, made, path) => {
  const { read } = await entityWith(type, { S: 'x' }, [over(() => made)]);
  if (path === undefined) {
    expect(await read()).toEqual(made);
    return;
  }
  const { code, details } = await errorOf(read());
  expect([code, details]).toMatchObject(['UnreadableItem', { path, reason: OTHER }]);
});

it.each<[string, Migration, string, string]>([
  [
    'throws',
    () => {
      throw new Error('no');
    },
    '',
    'was rejected by migration 1',
  ],
  ['returns nothing', () => undefined as never, '', 'is not an object after migration 1'],
  ['makes no valid date', over(() => new Date(NaN)), 'field', 'is not a date'],
  ['leaves text that is no date', over(() => 'soon'), 'field', 'is not a date'],
  ['leaves a date of no calendar', over(() => '2020-02-31'), 'field', 'is not a date'],
  ['leaves a date without an offset', over(() => '2020-01-31T00:00:00'), 'field', 'is not a date'],
  ['leaves text that only JavaScript takes for a date', over(() => '5'), 'field', 'is not a date'],
  ['leaves a number for a date', over(() => 5), 'field', OTHER],
  ['leaves a bigint for a date', over(() => 5n), 'field', OTHER],
  ['leaves a list for a date', over(() => [day]), 'field', OTHER],
  ['leaves an object for a date', over(() => ({ day })), 'field', OTHER],
  [
    'returns what contains itself',
    (stored) => {
      const field: Record<string, unknown> = {};
      field.field = field;
      return { ...stored, field };
    },
    Array.from({ length: 41 }, () => 'field').join('.'),
    'is nested too deep',
  ],
])('A migration that %s is an error that names the item', async (_, migration, path, reason) => {
  const { read, entity } = await entityWith(z.date(), { S: day }, [migration]);
  const error = await errorOf(read());
  expect(error).toMatchObject({ code: 'UnreadableItem', details: { path, reason } });
  expect(error.message).not.toContain('soon');
  const { items } = await test.table.entity(entity.definition).findMany({
    filter: { key: 'nobody' },
  });
  expect(items).toEqual([]);
});
