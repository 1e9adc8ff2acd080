import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity, PLAIN_DATA, type ValueShape } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { errorFrom, errorOf } from '../../test/support/errorOf.js';
import { fromAttributeMap } from './fromAttributeValue.js';
import { toAttributeMap } from './toAttributeValue.js';

/** A document with every kind of value. */
const Thing = defineEntity({
  name: 'Thing',
  schema: z.object({
    name: z.string(),
    text: z.string().nullish(),
    number: z.number().optional(),
    whole: z.int().optional(),
    big: z.bigint().optional(),
    flag: z.boolean().optional(),
    when: z.date().nullish(),
    dates: z.array(z.date()).optional(),
    datesByName: z.record(z.string(), z.date()).optional(),
    bigsByName: z.record(z.string(), z.array(z.bigint())).optional(),
    either: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('at'), at: z.date(), value: z.string() }),
        z.object({ kind: z.literal('count'), count: z.bigint(), value: z.string() }),
      ])
      .optional(),
    pair: z.tuple([z.string(), z.number()]).optional(),
    strings: z.set(z.string()).optional(),
    numbers: z.set(z.number()).optional(),
    bigs: z.set(z.bigint()).optional(),
    moments: z.set(z.date()).optional(),
    bytes: z.instanceof(Uint8Array).optional(),
    blobs: z.set(z.instanceof(Uint8Array)).optional(),
    nested: z.object({ list: z.array(z.object({ at: z.date().optional() })) }).optional(),
    open: z.unknown().optional(),
    bag: z.record(z.string(), z.unknown()).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.name'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Thing]);
});
afterAll(() => test.drop());

let count = 0;

/** Writes a document, reads it, and gives what came back. */
async function roundTrip(fields: object): Promise<Record<string, unknown>> {
  const name = `thing ${String(++count)}`;
  const things = test.table.entity(Thing);
  const { item } = await things.createOne({ item: { ...fields, name } });
  const found = await things.findOne({ filter: { name }, consistent: true });
  expect(found.item).toEqual(item);
  return found.item ?? {};
}

/** How the refusal of a field reads. */
async function refusal(fields: object) {
  const name = `thing ${String(++count)}`;
  const things = test.table.entity(Thing);
  const { code, details } = await errorOf(
    things.createOne({ item: { ...fields, name } }).then(() => Object.keys(fields)),
  );
  expect((await things.findOne({ filter: { name } })).item).toBeNull();
  return { code, path: 'path' in details ? details.path : '' };
}

describe('values', () => {
  it.each<[string, object]>([
    ['an empty string', { text: '' }],
    ['null', { text: null, when: null }],
    ['text that looks like syntax', { text: '#a = :b AND attribute_exists(PK)' }],
    ['text of every kind', { text: '\0\n "é" e\u0301 😀 \uffff' }],
    ['numbers', { number: -1.5 }],
    ['a small number', { number: 1e-130 }],
    ['a great number', { number: 9.9e125 }],
    ['a number with 17 digits', { number: 0.1 + 0.2 }],
    ['a bigint over 2^53', { big: 2n ** 100n + 1n }],
    ['a bigint of 38 digits below 0', { big: -(10n ** 38n - 1n) }],
    ['booleans', { flag: false }],
    ['dates', { when: new Date('2026-01-31T12:00:00.123Z') }],
    [
      'the first and the last date',
      { dates: [new Date('0000-01-01T00:00:00Z'), new Date(253402300799999)] },
    ],
    ['an empty list', { dates: [] }],
    ['dates by name', { datesByName: { 'a.b': new Date(5), ' ': new Date(6) } }],
    ['bigints by name', { bigsByName: { a: [1n, 2n], b: [] } }],
    [
      'a date in a union',
      { either: { kind: 'at', at: new Date(5), value: '2026-01-01T00:00:00.000Z' } },
    ],
    ['a bigint in a union', { either: { kind: 'count', count: 5n, value: '5' } }],
    ['a tuple', { pair: ['a', 1] }],
    [
      'sets',
      { strings: new Set(['a', '']), numbers: new Set([1, 0.5]), bigs: new Set([2n ** 60n]) },
    ],
    ['a set of dates', { moments: new Set([new Date(1), new Date(2)]) }],
    ['bytes', { bytes: new Uint8Array([0, 255, 7]), blobs: new Set([new Uint8Array([1])]) }],
    ['dates in objects in lists in objects', { nested: { list: [{ at: new Date(1) }, {}] } }],
    ['open data', { open: { a: [1, 'b', null, true, { c: [[]] }] } }],
    ['text in open data that looks like a date', { open: ['2026-01-31T12:00:00.000Z'] }],
    [
      'names of every kind',
      {
        bag: {
          constructor: 1,
          hasOwnProperty: 2,
          toString: { valueOf: 3 },
          '#a = :b': 4,
          'a.b[0]': 5,
          ' ': 6,
          '💥': 7,
          PK: 8,
          _v: 9,
          ttl: 10,
          prototype: 11,
        },
      },
    ],
  ])('come back as they went in: %s', async (_, fields) => {
    const { name: _name, ...found } = await roundTrip(fields);
    for (const name of ['id', 'ulid', 'createdAt', 'updatedAt'])
      Reflect.deleteProperty(found, name);
    expect(found).toEqual(fields);
  });

  it('leave out fields that are undefined, at every depth', async () => {
    const { bag, ...rest } = await roundTrip({
      text: undefined,
      bag: { a: undefined, b: { c: undefined, d: [{ e: undefined }] } },
    });
    expect(rest).not.toHaveProperty('text');
    expect(bag).toStrictEqual({ b: { d: [{}] } });
  });

  it('can be nested 32 levels deep and no deeper', async () => {
    const nest = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>((inner) => ({ a: inner }), 'end');
    const list = (levels: number): unknown =>
      Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 'end');
    for (const make of [nest, list]) {
      const { open } = await roundTrip({ open: make(31) });
      expect(open).toEqual(make(31));
      expect((await refusal({ open: make(33) })).code).toBe('UnsupportedValue');
      expect((await refusal({ open: make(5000) })).code).toBe('UnsupportedValue');
    }
  });

  class Point {
    x = 1;
  }

  it.each<[string, unknown]>([
    ['a function', () => 5],
    ['a symbol', Symbol('a')],
    ['a class instance', new Point()],
    ['a Map', new Map([['a', 1]])],
    ['a regular expression', /a/],
    ['a promise', Promise.resolve(5)],
    ['an error', new Error('a')],
    ['a date where none is declared', new Date(5)],
    ['a bigint where none is declared', 5n],
    ['NaN', Number.NaN],
    ['Infinity', Infinity],
    ['1e126', 1e126],
    ['-1e126', -1e126],
    ['1e-131', 1e-131],
    ['an empty set', new Set()],
    ['a set of several types', new Set(['a', 1])],
    ['a set of objects', new Set([{}])],
    ['a lone surrogate', 'a\ud800'],
    ['a view of another kind', new Float64Array(2)],
  ])('are refused by their path, before anything is sent: %s', async (_, value) => {
    expect(await refusal({ open: value })).toEqual({ code: 'UnsupportedValue', path: 'open' });
    expect(await refusal({ bag: { a: { 'b.c': value } } })).toEqual({
      code: 'UnsupportedValue',
      path: String.raw`bag.a.b\.c`,
    });
    expect(await refusal({ bag: { a: ['x', value] } })).toEqual({
      code: 'UnsupportedValue',
      path: 'bag.a.1',
    });
  });

  it('are refused where the schema has the type: invalid dates, NaN, bigints of 39 digits, empty sets', async () => {
    for (const [fields, path] of [
      [{ when: new Date(Number.NaN) }, 'when'],
      [{ dates: [new Date(5), new Date(Number.NaN)] }, 'dates.1'],
      [{ when: new Date(8.64e15) }, 'when'],
      [{ datesByName: { a: new Date(-8.64e15) } }, 'datesByName.a'],
      [{ number: Number.NaN }, 'number'],
      [{ number: Infinity }, 'number'],
      [{ number: 1e126 }, 'number'],
      [{ big: 10n ** 38n }, 'big'],
      [{ open: new Set() }, 'open'],
      [{ text: '\udc00' }, 'text'],
      [{ open: [undefined] }, 'open.0'],
    ] as [object, string][]) {
      const { code, path: found } = await refusal(fields);
      expect(['InvalidInput', 'UnsupportedValue']).toContain(code);
      expect(found).toBe(path);
    }
  });

  it('are refused under a name that DynamoDB cannot hold: empty, or with a lone surrogate', async () => {
    for (const name of ['', 'a\ud800']) {
      const expected = { code: 'UnsupportedValue', path: `bag.${name}` };
      expect(await refusal({ bag: { [name]: 1 } })).toEqual(expected);
      expect((await refusal({ open: [{ [name]: 1 }] })).code).toBe('UnsupportedValue');
    }
  });

  it('come back the same from a property: any JSON in an open field', () => {
    const shape: ValueShape = { rest: PLAIN_DATA };
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|"":/.test(text) && text.isWellFormed() && !/\\ud[89a-f]/i.test(text));
        fc.pre(!/e-(1[3-9]\d|[2-9]\d\d)|e\+?(12[6-9]|1[3-9]\d|[2-9]\d\d)/.test(text));
        const plain: unknown = JSON.parse(text);
        expect(fromAttributeMap(toAttributeMap({ value: plain }, shape), shape)).toEqual({
          value: plain,
        });
      }),
    );
  });

  it('cannot bring a prototype along from the table', () => {
    const shape: ValueShape = { rest: PLAIN_DATA };
    const item = JSON.parse('{"a":{"M":{"__proto__":{"M":{"polluted":{"BOOL":true}}}}}}') as never;
    const { a } = fromAttributeMap(item, shape);
    expect((a as { polluted?: boolean }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype);
  });

  it('name the class of fault in their error, and never the value', () => {
    const error = errorFrom(() => toAttributeMap({ a: 'hunter2\ud800' }, { rest: PLAIN_DATA }));
    expect(error.message).toBe('"a" cannot be stored: it contains a lone surrogate.');
  });
});
