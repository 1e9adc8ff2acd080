import { domainAt } from '@latchkey/schema';
import * as z from 'zod';

/** `missing`, `null`, the values that can be listed or `any`, and their types. */
function told(schema: z.ZodType, path: string, kind?: string): string {
  const { missing, nullable, values, types } = domainAt(
    z.object({ at: schema }),
    path.split('.'),
    (_, value) => kind === undefined || value === kind,
  );
  const listed = values ? [...values].map(String) : ['any'];
  const all = [...(missing ? ['missing'] : []), ...(nullable ? ['null'] : []), ...listed];
  return `${all.join(' ')}: ${types ? [...types].join(' ') : 'unknown'}`;
}

const state = z.enum(['open', 'paid']);
const way = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), value: z.string() }),
  z.object({ kind: z.literal('oauth'), value: z.string(), provider: z.string() }),
  z.object({ kind: z.enum(['phone', 'fax']), value: z.string().nullish() }),
]);

it.each<[string, z.ZodType, string, string]>([
  ['a string', z.string(), 'at', 'any: string'],
  ['an optional string', z.string().optional(), 'at', 'missing any: string'],
  ['a nullable string', z.string().nullable(), 'at', 'null any: string'],
  ['a nullish date', z.date().nullish(), 'at', 'missing null any: date'],
  ['a default', z.number().default(1), 'at', 'any: number'],
  ['a default of an optional', z.number().optional().default(1), 'at', 'any: number'],
  ['a default of a nullable', z.number().nullable().default(1), 'at', 'null any: number'],
  ['a prefault', z.number().prefault(1), 'at', 'any: number'],
  ['a nonoptional', z.string().optional().nonoptional(), 'at', 'any: string'],
  ['an optional default', z.number().default(1).optional(), 'at', 'missing any: number'],
  ['catch', z.string().catch('x'), 'at', 'any: string'],
  ['readonly', z.string().readonly(), 'at', 'any: string'],
  ['an enum', state, 'at', 'open paid: string'],
  ['a literal with null', z.literal(['a', null, 1]), 'at', 'null a 1: string number'],
  ['a boolean', z.boolean(), 'at', 'true false: boolean'],
  ['a union', z.union([state, z.literal('void'), z.null()]), 'at', 'null open paid void: string'],
  ['a union of types', z.union([z.string(), z.bigint()]), 'at', 'any: string bigint'],
  ['an object', z.object({ a: z.string() }), 'at', 'any: unknown'],
  ['a field of an object', z.object({ a: state }), 'at.a', 'open paid: string'],
  [
    'a field of an optional object',
    z.object({ a: state }).optional(),
    'at.a',
    'missing open paid: string',
  ],
  [
    'a field of a nullable object',
    z.object({ a: state }).nullable(),
    'at.a',
    'missing open paid: string',
  ],
  [
    'a field of a default object',
    z.object({ a: state }).default({ a: 'open' }),
    'at.a',
    'open paid: string',
  ],
  ['no field of an object', z.object({ a: state }), 'at.b', 'missing: '],
  ['any field of a loose object', z.looseObject({}), 'at.b', 'missing null any: unknown'],
  ['a field of a catchall', z.object({}).catchall(z.string()), 'at.b', 'missing any: string'],
  ['an entry of a record', z.record(z.string(), z.string()), 'at.b', 'missing any: string'],
  ['an element of a list', z.array(z.string()), 'at.0', 'missing any: string'],
  ['what is below a scalar', z.string(), 'at.b', 'missing: '],
  ['what comes out of a pipe', z.string().transform(Number).pipe(z.number()), 'at', 'any: number'],
  [
    'what a transform makes',
    z.string().transform((s) => s || undefined),
    'at',
    'missing null any: unknown',
  ],
  [
    'a codec',
    z.codec(z.string(), z.date(), { decode: (s) => new Date(s), encode: String }),
    'at',
    'any: date',
  ],
  ['a lazy schema', z.lazy(() => state), 'at', 'open paid: string'],
  [
    'an intersection',
    z.object({ a: state }).and(z.object({ b: z.string() })),
    'at.a',
    'open paid: string',
  ],
  ['a discriminator', way, 'at.kind', 'email oauth phone fax: string'],
  ['a field of some options', way, 'at.provider', 'missing any: string'],
  ['a field that some options may lack', way, 'at.value', 'missing null any: string'],
  ['anything', z.unknown(), 'at', 'missing null any: unknown'],
])('Documents can have at %s what the schema says', (_, schema, path, expected) => {
  expect(told(schema, path)).toBe(expected);
});

it.each([
  ['email', 'at.provider', 'missing: '],
  ['oauth', 'at.provider', 'any: string'],
  ['oauth', 'at.value', 'any: string'],
  ['fax', 'at.value', 'missing null any: string'],
  ['fax', 'at.kind', 'phone fax: string'],
])('Documents of the kind %s can have at %s only what that option says', (kind, path, expected) => {
  expect(told(way, path, kind)).toBe(expected);
});
