import { storedIssues, withDefaults } from '@latchkey/schema';
import * as z from 'zod';

const cents = z.number().transform((euros) => Math.round(euros * 100));
const at = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const now = new Date('2030-01-31T00:00:00.000Z');

const where = (schema: z.ZodType, value: unknown): string[] =>
  storedIssues(schema, value).map(({ path }) => path.join('.'));

/** A schema with a transform in it, a stored value that is right, and the path of what is not. */
const rows: [string, z.ZodType, unknown, unknown, string][] = [
  ['a codec', at, now, now.toISOString(), ''],
  ['an optional codec', at.optional(), undefined, 7, ''],
  ['a nullable codec', at.nullable(), null, 7, ''],
  ['a default', at.default(now), now, 'x', ''],
  ['a record', z.record(z.string().min(2), at), { ab: now }, { ab: 'x' }, 'ab'],
  ['a key of a record', z.record(z.string().min(2), at), { ab: now }, { a: now }, 'a'],
  ['a list', z.array(at), [now], [now, 'x'], '1'],
  ['the length of a list', z.array(at).max(1), [now], [now, now], ''],
  ['a set', z.set(at), new Set([now]), new Set(['x']), '0'],
  ['a tuple', z.tuple([at, z.string()]), [now, 'x'], [now, 1], '1'],
  ['too many items of a tuple', z.tuple([at]), [now], [now, now], '1'],
  ['the rest of a tuple', z.tuple([at], z.string()), [now, 'x'], [now, 1], '1'],
  ['a union', z.union([at, z.object({ at })]), { at: now }, { at: 'x' }, ''],
  [
    'an intersection',
    z.object({ at }).and(z.object({ b: z.string() })),
    { at: now, b: 'b' },
    { at: now },
    'b',
  ],
  ['an object', z.object({ at, n: z.int() }), { at: now, n: 1 }, { at: now, n: 1.5 }, 'n'],
  ['a lazy schema', z.lazy(() => at), now, 'x', ''],
  ['a pipe to a schema', cents.pipe(z.number().max(1000)), 999, 1001, ''],
  [
    'an object with a refinement',
    z.object({ cents, max: z.int() }).refine((v) => v.cents <= v.max),
    { cents: 999, max: 999 },
    { cents: 999, max: 99 },
    '',
  ],
  ['a refinement of a codec', at.refine((date) => date.getTime() > 0), now, new Date(0), ''],
];

describe.each(rows)('A stored value of %s', (_, schema, good, bad, path) => {
  it('is taken as it is, without being transformed again', () => {
    expect(storedIssues(schema, good)).toEqual([]);
  });
  it('is refused, by its path, if the schema could not have made it', () => {
    expect(where(schema, bad)).toContain(path);
  });
});

it('The result of a transform is not judged, since no schema describes it', () => {
  expect(where(z.object({ cents }), { cents: 'anything' })).toEqual([]);
});

it('Input bounds of a transformed field are not asked of what is stored', () => {
  expect(
    where(
      z
        .number()
        .max(10)
        .transform((n) => n * 100),
      999,
    ),
  ).toEqual([]);
});

it('Defaults fill what is missing, at any depth, and leave what is there', () => {
  const schema = z.object({
    a: z.string().default('A'),
    deep: z.object({ b: z.int().default(1), c: z.string().optional() }).optional(),
    list: z.array(z.object({ d: z.boolean().default(true) })).default([]),
    byName: z.record(z.string(), z.object({ e: z.string().default('E') })),
    at: at.default(now),
  });
  expect(withDefaults(schema, { deep: {}, list: [{}, { d: false }], byName: { x: {} } })).toEqual({
    a: 'A',
    deep: { b: 1 },
    list: [{ d: true }, { d: false }],
    byName: { x: { e: 'E' } },
    at: now,
  });
  const whole = { a: 'a', list: [], byName: {}, at: new Date(0) };
  expect(withDefaults(schema, whole)).toBe(whole);
});
