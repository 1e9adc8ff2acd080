import * as z from 'zod';
import { defineEntity } from './defineEntity.js';
import { strictObjects } from './strictObjects.js';

const unknownPaths = (schema: z.ZodObject, value: unknown): string[] => {
  const result = strictObjects(schema).safeParse(value);
  if (result.success) return [];
  const paths = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => [...issue.path, key].join('.'))
      : [`${issue.code} at ${issue.path.join('.')}`],
  );
  // Both sides of an intersection may say so.
  return [...new Set(paths)];
};

const inner = z.object({ a: z.string() });
const left = z.object({ a: z.string(), in: inner.optional() });
const right = z.object({ b: z.number() });
const inner3 = z.object({ c: z.string().optional() });
const shared = (name: string) => z.object({ deep: z.object({ [name]: z.string() }) });
const around: Record<string, (schema: z.ZodType) => [z.ZodType, (value: unknown) => unknown]> = {
  optional: (schema) => [schema.optional(), (value) => value],
  nullable: (schema) => [schema.nullable(), (value) => value],
  default: (schema) => [schema.default({ a: '' }), (value) => value],
  prefault: (schema) => [schema.prefault({ a: '' }), (value) => value],
  readonly: (schema) => [schema.readonly(), (value) => value],
  nonoptional: (schema) => [schema.optional().nonoptional(), (value) => value],
  lazy: (schema) => [z.lazy(() => schema), (value) => value],
  refine: (schema) => [schema.refine(() => true), (value) => value],
  transform: (schema) => [schema.transform((value) => value), (value) => value],
  preprocess: (schema) => [z.preprocess((value) => value, schema), (value) => value],
  array: (schema) => [z.array(schema), (value) => [value]],
  record: (schema) => [z.record(z.string(), schema), (value) => ({ key: value })],
  tuple: (schema) => [z.tuple([schema]), (value) => [value]],
  'rest of a tuple': (schema) => [z.tuple([z.string()], schema), (value) => ['', value]],
  object: (schema) => [z.object({ inner: schema }), (value) => ({ inner: value })],
};

describe.each(Object.entries(around))('An object inside of %s', (_, wrap) => {
  const [schema, put] = wrap(inner);
  it('refuses a field that it does not name', () => {
    expect(unknownPaths(z.object({ field: schema }), { field: put({ a: 'a', b: 1 }) })).toEqual([
      expect.stringMatching(/^field\.(.*\.)?b$/),
    ]);
  });
  it('takes what it names', () => {
    expect(unknownPaths(z.object({ field: schema }), { field: put({ a: 'a' }) })).toEqual([]);
  });
});

it('The option of a union that knows all fields takes them, instead of an earlier one that would drop some', () => {
  const schema = strictObjects(
    z.object({ u: z.union([inner, z.object({ a: z.string(), b: z.number() })]) }),
  );
  expect(schema.parse({ u: { a: 'a', b: 1 } })).toEqual({ u: { a: 'a', b: 1 } });
});

it('A discriminated union names the field that its option does not have', () => {
  const pay = z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('card'), number: z.string() }),
    z.object({ kind: z.literal('debit'), iban: z.string() }),
  ]);
  const value = { pay: { kind: 'card', number: '1', iban: 'x' } };
  expect(unknownPaths(z.object({ pay }), value)).toEqual(['pay.iban']);
});

it('An object that takes other fields, and the sides of an intersection, still take them', () => {
  const schema = z.object({
    loose: z.looseObject({ a: z.string() }),
    rest: z.object({ a: z.string() }).catchall(z.number()),
    both: z.intersection(inner, z.object({ b: z.number() })),
  });
  const value = {
    loose: { a: 'a', other: true },
    rest: { a: 'a', other: 1 },
    both: { a: 'a', b: 1 },
  };
  expect(strictObjects(schema).parse(value)).toEqual(value);
});

it.each<[string, z.ZodType, object, string[]]>([
  ['the fields of both sides', left.and(right), { a: 'a', b: 1 }, []],
  ['a field of neither side', left.and(right), { a: 'a', b: 1, nope: 1 }, ['both.nope']],
  [
    'a field further inside',
    left.and(right),
    { a: 'a', b: 1, in: { a: '', no: 1 } },
    ['both.in.no'],
  ],
  ['a third side', left.and(right).and(inner3), { a: 'a', b: 1, c: 'c' }, []],
  ['none of three sides', left.and(right).and(inner3), { a: 'a', b: 1, no: 1 }, ['both.no']],
  ['a record', left.and(z.record(z.enum(['b']), inner)), { a: 'a', b: { a: '' } }, []],
  [
    'a value of a record',
    left.and(z.record(z.enum(['b']), inner)),
    { a: 'a', b: { a: '', no: 1 } },
    ['both.b.no'],
  ],
  ['a loose side', z.looseObject({ a: z.string() }).and(right), { a: 'a', b: 1, other: 1 }, []],
  [
    'a text that both have',
    left.and(z.object({ a: z.string().min(1), b: z.number() })),
    { a: 'a', b: 1, no: 1 },
    ['both.no'],
  ],
  [
    'an object that both have alike',
    left.and(z.object({ in: left.shape.in, b: z.number() })),
    { a: 'a', b: 1, in: { a: '', no: 1 } },
    ['both.in.no'],
  ],
  ['a union', left.and(z.union([right, inner3])), { a: 'a', c: 'c' }, []],
  ['a field of both', shared('x').and(shared('y')), { deep: { x: '', y: '' } }, []],
])('An intersection refuses what neither of its sides knows, here %s', (_, both, value, paths) => {
  expect(unknownPaths(z.object({ both }), { both: value })).toEqual(paths);
});

it('A schema that contains itself is strict at every level', () => {
  const node = z.object({
    name: z.string(),
    get next() {
      return node.optional();
    },
    get others() {
      return z.array(node).optional();
    },
  });
  const value = { name: 'a', next: { name: 'b', others: [{ name: 'c', nope: 1 }] } };
  expect(unknownPaths(node, value)).toEqual(['next.others.0.nope']);
});

it('Refinements, defaults and codecs of the schema stay as they are', () => {
  const schema = strictObjects(
    z
      .object({
        at: z.codec(z.iso.datetime(), z.date(), {
          decode: (text) => new Date(text),
          encode: (date) => date.toISOString(),
        }),
        n: z.number().default(3),
      })
      .refine(({ n }) => n !== 4),
  );
  const at = '2030-01-31T00:00:00.000Z';
  expect(schema.parse({ at })).toEqual({ at: new Date(at), n: 3 });
  expect(schema.safeParse({ at, n: 4 }).success).toBe(false);
});

describe('An intersection that would drop an unknown field', () => {
  const option = z.object({ kind: z.literal('x'), x: z.string() });
  const other = z.object({ kind: z.literal('y') });
  const define = (both: z.ZodType) => (): unknown =>
    defineEntity({
      name: 'Thing',
      schema: z.object({ key: z.string(), both }),
      indexes: [{ name: '_id', PK: ['.key'] }],
    });

  it.each<[string, z.ZodType]>([
    ['a union', left.and(z.union([right, inner3]))],
    ['a discriminated union', left.and(z.discriminatedUnion('kind', [option, other]))],
    ['a union on the left', z.union([right, inner3]).and(left)],
    ['an optional object', z.intersection(left, right.optional())],
    [
      'a lazy object',
      z.intersection(
        left,
        z.lazy(() => right),
      ),
    ],
    [
      'a transformed object',
      z.intersection(
        left,
        right.transform((value) => value),
      ),
    ],
    ['objects of one name', shared('x').and(shared('y'))],
    [
      'objects of one name, in lists',
      z.object({ l: z.array(inner) }).and(z.object({ l: z.array(left) })),
    ],
    ['a third side', left.and(right).and(z.union([inner3, option]))],
    ['a list', z.array(inner).and(z.array(left))],
  ])('is refused when the entity is defined, here with %s', (_, both) => {
    for (const [within, at] of [
      [both, 'both'],
      [both.optional(), 'both'],
      [z.array(both), 'both.*'],
      [z.object({ deep: z.lazy(() => both) }), 'both.deep'],
    ] as const) {
      expect(define(within)).toThrow(
        expect.objectContaining({
          code: 'NotStorable',
          details: expect.objectContaining({
            path: at,
            reason: expect.stringContaining('.extend()') as unknown,
          }) as unknown,
        }) as Error,
      );
    }
  });

  it.each<[string, z.ZodType]>([
    [
      'a union, of loose objects',
      z.looseObject({}).and(z.union([z.looseObject({ b: z.string() })])),
    ],
    [
      'a union, of strict objects',
      z.strictObject({ a: z.string() }).and(z.union([z.strictObject({ a: z.string() })])),
    ],
    ['texts', z.string().and(z.string().min(1))],
    ['lists of texts', z.array(z.string()).and(z.array(z.string()))],
  ])('is another than one that drops none, here with %s', (_, both) => {
    expect(define(both)).not.toThrow();
  });
});
