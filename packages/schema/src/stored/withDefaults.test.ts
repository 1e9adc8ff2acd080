import { canLackDefaults, withDefaults } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';

/** A schema, and a value that it takes. */
interface Case {
  readonly schema: z.ZodType;
  readonly input: unknown;
}

const NAMES = ['a', 'b', 'c', 'Größe', 'x.y'];

const leaf: fc.Arbitrary<Case> = fc.oneof(
  fc.string().map((input) => ({ schema: z.string(), input })),
  fc.integer().map((input) => ({ schema: z.int(), input })),
  fc.boolean().map((input) => ({ schema: z.boolean().nullable(), input })),
  fc.constant({ schema: z.null(), input: null }),
  fc.date({ noInvalidDate: true }).map((input) => ({ schema: z.date(), input })),
);

/** A field: there, left out where it may be, with a default or without. */
function fieldOf({ schema, input }: Case): fc.Arbitrary<Case & { readonly isThere: boolean }> {
  const optional = fc.boolean().map((isThere) => ({ schema: schema.optional(), input, isThere }));
  const withDefault = fc
    .tuple(fc.boolean(), fc.integer({ min: 0, max: 7 }))
    .map(([isThere, kind]) => ({ schema: defaulted(schema, input, kind), input, isThere }));
  return fc.oneof(fc.constant({ schema, input, isThere: true }), optional, withDefault);
}

function defaulted(schema: z.ZodType, value: unknown, kind: number): z.ZodType {
  const parsed = schema.parse(value);
  switch (kind) {
    case 0:
      return schema.default(() => parsed);
    case 1:
      return schema.default(parsed).optional();
    case 2:
      return schema.prefault(() => value);
    case 3:
      return schema.nullable().default(null);
    case 4:
      return schema.default(parsed).readonly();
    case 5:
      return z.lazy(() => schema.default(parsed));
    case 6:
      return schema.catch(parsed);
    default:
      return schema.default(parsed).pipe(schema);
  }
}

const { value: anything } = fc.letrec<{ value: Case; object: Case }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    tie('object'),
    fc.array(tie('value'), { maxLength: 1 }).chain(([one]) => {
      const { schema, input } = one ?? { schema: z.string(), input: [] };
      return fc.constant({ schema: z.array(schema), input: one ? [input, input] : [] });
    }),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((items) => ({
      schema: z.tuple(items.map(({ schema }) => schema) as [z.ZodType]),
      input: items.map(({ input }) => input),
    })),
    tie('object').map(({ schema, input }) => ({
      schema: z.record(z.string(), schema),
      input: { some: input, constructor: input },
    })),
    tie('object').map(({ schema, input }) => ({
      schema: z.record(
        z.enum(['one', 'two']),
        schema.default(() => schema.parse(input)),
      ),
      input: { two: input },
    })),
    tie('object').map(({ schema, input }) => ({
      schema: z.partialRecord(
        z.enum(['one', 'two']),
        schema.default(() => schema.parse(input)),
      ),
      input: { two: input },
    })),
    tie('object').map(({ schema, input }) => ({
      schema: z.union([z.string(), z.array(z.int().default(1)), schema]),
      input,
    })),
    fc.tuple(tie('object'), tie('object')).map(([one, two]) => ({
      schema: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('one'), below: one.schema }),
        z.object({ kind: z.enum(['two', 'three']), below: two.schema }),
      ]),
      input: { kind: 'three', below: two.input },
    })),
    fc.tuple(tie('object'), tie('object')).map(([one, two]) => ({
      schema: z.object({ left: one.schema }).and(z.object({ right: two.schema })),
      input: { left: one.input, right: two.input },
    })),
  ),
  object: fc
    .uniqueArray(fc.tuple(fc.constantFrom(...NAMES), tie('value').chain(fieldOf)), {
      selector: ([name]) => name,
      maxLength: 4,
    })
    .map((fields) => ({
      schema: z.object(Object.fromEntries(fields.map(([name, { schema }]) => [name, schema]))),
      input: Object.fromEntries(
        fields.flatMap(([name, { input, isThere }]) => (isThere ? [[name, input]] : [])),
      ),
    })),
}));

it('adds what a parse would add, and nothing to what a parse has made', () => {
  let filled = 0;
  fc.assert(
    fc.property(anything, ({ schema, input }) => {
      const parsed = schema.parse(input);
      const result = withDefaults(schema, input);
      expect(result).toEqual(parsed);
      expect(withDefaults(schema, result)).toBe(result);
      if (result !== input) {
        filled++;
        expect(canLackDefaults(schema)).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
  expect(filled).toBeGreaterThan(20);
});

interface Tree {
  readonly label: string;
  readonly tags: Set<string>;
  readonly below: readonly Tree[];
}
const tree: z.ZodType<Tree> = z.object({
  label: z.string().default('none'),
  tags: z.set(z.string()),
  below: z.array(z.lazy(() => tree)).default([]),
});

it.each<[string, z.ZodType, unknown, unknown]>([
  ['a required set', z.object({ s: z.set(z.string()) }), {}, { s: new Set() }],
  ['a set or null', z.object({ s: z.set(z.int()).nullable() }), {}, { s: new Set() }],
  ['an optional set', z.object({ s: z.set(z.string()).optional() }), {}, {}],
  ['a nullish set', z.object({ s: z.set(z.string()).nullish() }), {}, {}],
  ['a set or a list', z.object({ s: z.set(z.int()).or(z.array(z.int())) }), {}, { s: new Set() }],
  [
    'a set with a default, which was emptied',
    z.object({ s: z.set(z.string()).default(new Set(['x'])) }),
    {},
    { s: new Set() },
  ],
  [
    'sets below lists and records',
    z.object({ l: z.array(z.object({ s: z.set(z.string()) })), r: z.record(z.string(), z.any()) }),
    { l: [{}, { s: new Set(['a']) }], r: { x: {} } },
    { l: [{ s: new Set() }, { s: new Set(['a']) }], r: { x: {} } },
  ],
  [
    'a schema that contains itself',
    tree,
    { below: [{ label: 'x', below: [{}] }] },
    {
      label: 'none',
      tags: new Set(),
      below: [
        { label: 'x', tags: new Set(), below: [{ label: 'none', tags: new Set(), below: [] }] },
      ],
    },
  ],
  [
    'a field whose default is transformed: as it would be stored',
    z.object({
      cents: z
        .number()
        .default(1)
        .transform((euros) => euros * 100),
    }),
    {},
    { cents: 100 },
  ],
  [
    'preprocessed input',
    z.object({ a: z.preprocess((value) => value ?? 'made', z.string()) }),
    {},
    { a: 'made' },
  ],
  [
    'fields that the schema does not name',
    z.object({ a: z.string() }).catchall(z.object({ b: z.int().default(1) })),
    { a: 'a', more: {} },
    { a: 'a', more: { b: 1 } },
  ],
])('fills %s', (_, schema, value, expected) => {
  expect(withDefaults(schema, value)).toEqual(expected);
});

it.each<[string, z.ZodType, unknown]>([
  [
    'where two options take an object',
    z.union([z.object({ a: z.int().default(1) }), z.object({ b: z.int().default(1) })]),
    {},
  ],
  [
    'where the discriminator is missing',
    z.discriminatedUnion('k', [z.object({ k: z.literal('a'), x: z.int().default(1) })]),
    {},
  ],
  ['where a required object is missing', z.object({ o: z.object({ a: z.int().default(1) }) }), {}],
  ['inside what is no object', z.object({ a: z.int().default(1) }), new Date(0)],
  ['inside what is no list', z.array(z.object({ a: z.int().default(1) })), { length: 1 }],
  ['inside null', z.object({ a: z.int().default(1) }).nullable(), null],
  ['without defaults', z.object({ a: z.string().optional(), b: z.array(z.string()) }), { b: [] }],
])('adds nothing %s', (_, schema, value) => {
  expect(withDefaults(schema, value)).toBe(value);
});

it('makes a default anew each time, and calls its function only where something is missing', () => {
  let calls = 0;
  const schema = z.object({ list: z.array(z.string()).default(() => [String(++calls)]) });
  expect(withDefaults(schema, { list: [] })).toEqual({ list: [] });
  expect(calls).toBe(0);
  expect(withDefaults(schema, {})).toEqual({ list: ['1'] });
  expect(withDefaults(schema, {})).toEqual({ list: ['2'] });
});

it('says of a schema without defaults that its values lack none', () => {
  const schema = z.object({ a: z.string(), b: z.array(z.object({ c: z.date().optional() })) });
  expect(canLackDefaults(schema)).toBe(false);
});
