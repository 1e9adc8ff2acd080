import { defineEntity, type AnyEntityDefinition } from '@latchkey/schema';
import * as z from 'zod';
import type { Random } from './Random.js';

/** A scalar field of a random entity. */
export interface RandomField {
  readonly path: string;
  /** Values that documents and filters have there, apart from null and nothing. */
  readonly values: readonly unknown[];
  /** Its stored spelling of a value. */
  readonly stored: (value: unknown) => unknown;
  /** Whether its values have an order. */
  readonly isOrdered: boolean;
  /** What an index's `where` can name. */
  readonly named: readonly (string | number | boolean)[];
}

export interface RandomEntity {
  readonly definition: AnyEntityDefinition;
  readonly fields: readonly RandomField[];
  /** A document as its creator gives it; `k` makes it another one than all before. */
  readonly drawDocument: (k: number) => Record<string, unknown>;
}

/** A kind of field: its schema, and its values. */
interface Kind {
  readonly schema: () => z.ZodType;
  readonly values: readonly unknown[];
  readonly named?: readonly (string | number | boolean)[];
  readonly isOrdered?: boolean;
  readonly stored?: (value: unknown) => unknown;
}

const TEXTS = ['a', 'b', 'ab', 'a b', '#', ''];
const FLAG: Kind = {
  schema: () => z.boolean(),
  values: [true, false],
  named: [true, false],
  isOrdered: false,
};
const KINDS: readonly Kind[] = [
  { schema: () => z.string(), values: TEXTS },
  {
    schema: () => z.string().toLowerCase(),
    values: ['a', 'B', 'b', 'aB'],
    stored: (value) => (typeof value === 'string' ? value.toLowerCase() : value),
  },
  { schema: () => z.number(), values: [-1, 0, 1, 1.5, 2, 10] },
  { schema: () => z.date(), values: [0, 1, 1e12].map((time) => new Date(time)) },
  FLAG,
  { schema: () => z.enum(['x', 'y', 'z']), values: ['x', 'y', 'z'], named: ['x', 'y', 'z'] },
  {
    schema: () => z.union([z.literal('x'), z.literal(1), z.literal(null)]),
    values: ['x', 1],
    named: ['x', 1],
  },
  { schema: () => z.union([z.string().min(1), z.number()]), values: ['a', 'b', ' ', 0, 1, -5] },
];

const WRAPPERS: readonly ((schema: z.ZodType, values: readonly unknown[]) => z.ZodType)[] = [
  (schema) => schema,
  (schema) => schema,
  (schema) => schema.optional(),
  (schema) => schema.nullable(),
  (schema) => schema.nullish(),
  (schema, [first]) => schema.default(first as never),
  (schema) => schema.optional().nonoptional(),
];

/** A union whose options have different fields; none of them has all. */
const CONTACT = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('email'), value: z.string(), extra: z.string() }),
  z.object({ kind: z.literal('oauth'), value: z.string(), provider: z.string() }),
  z.object({ kind: z.enum(['phone', 'fax']), value: z.string().nullable().optional() }),
  z.object({ kind: z.literal('none') }),
]);
const NAMES = ['a', 'b', 'A'];

/** An entity with fields of many kinds, and indexes over them; `_id` is PK `.p`, SK `.k`. */
export function randomEntity(random: Random): RandomEntity {
  const shape: Record<string, z.ZodType> = { p: z.string().min(1), k: z.int() };
  const fields: RandomField[] = [
    field('p', { schema: () => z.string(), values: ['a', 'b', ''] }),
    field('k', { schema: () => z.int(), values: [0, 1, 2, 3, 5, 1e17] }),
  ];
  const drawers: ((document: Record<string, unknown>) => void)[] = [];
  for (const name of ['f', 'g', 'h']) {
    const kind = random.pick(KINDS);
    const schema = random.pick(WRAPPERS)(kind.schema(), kind.values);
    shape[name] = schema;
    fields.push(field(name, kind));
    const choices = [undefined, null].filter((value) => schema.safeParse(value).success);
    drawers.push((document) => {
      const value = random.pick([...choices, ...kind.values, ...kind.values]);
      if (value !== undefined) document[name] = value;
    });
  }
  shape.deep = z.object({ in: z.string().optional(), is: z.boolean() }).optional();
  fields.push(field('deep.in', { schema: () => z.string(), values: TEXTS }));
  fields.push(field('deep.is', FLAG));
  drawers.push((document) => {
    const deep = { is: random.flip(), in: random.pick(TEXTS) };
    if (random.flip()) document.deep = random.flip() ? deep : { is: deep.is };
  });
  const isAlwaysThere = random.flip();
  shape.contact = isAlwaysThere ? CONTACT : CONTACT.optional();
  const kinds = ['email', 'oauth', 'phone', 'fax', 'none'];
  const names: Kind = { schema: () => z.string(), values: NAMES };
  fields.push(field('contact.kind', { ...names, values: kinds, named: kinds }));
  for (const name of ['provider', 'extra', 'value']) fields.push(field(`contact.${name}`, names));
  fields.push(field('createdBy', { ...names, values: ['ada', 'bob'] }));
  drawers.push((document) => {
    const [value, other] = [random.pick(NAMES), random.pick(NAMES)];
    const kind = random.pick(kinds);
    if (!isAlwaysThere && random.flip()) return;
    const all: Record<string, unknown> = { kind, value, extra: other, provider: other };
    const own =
      { email: ['value', 'extra'], oauth: ['value', 'provider'], none: [] }[kind] ??
      (random.flip() ? ['value'] : []);
    document.contact = Object.fromEntries(['kind', ...own].map((name) => [name, all[name]]));
  });
  const indexes = ['_id2', '_id3', '_id4'].map((name) => randomIndex(random, name, fields));
  return {
    definition: defineEntity({
      name: 'Doc',
      schema: z.object(shape),
      indexes: [{ name: '_id', PK: ['.p'], SK: ['.k'] }, ...indexes] as never,
    }),
    fields,
    drawDocument: (k) => {
      const document: Record<string, unknown> = { p: random.pick(['a', 'b']), k };
      for (const drawInto of drawers) drawInto(document);
      return document;
    },
  };
}

function randomIndex(random: Random, name: string, fields: readonly RandomField[]) {
  const unique = random.flip();
  const part = (): string => {
    const { path } = random.pick(fields);
    return random.upTo(5) === 0 ? '#fixed' : `.${path}`;
  };
  const PK = [part(), ...(random.flip() ? [part()] : [])];
  const [last = ''] = PK.slice(-1);
  const isOptional = unique && last.startsWith('.') && last !== '.createdBy' && random.flip();
  if (isOptional) PK[PK.length - 1] = `${last}?`;
  const SK = [...(random.flip() ? [part()] : []), ...(random.upTo(3) > 0 ? ['.k'] : [])];
  const nameable = fields.filter(({ named }) => named.length > 0);
  const where: Record<string, object> = {};
  if (random.flip()) {
    const { path, named } = random.pick(nameable);
    where[path] = { [random.pick(['$in', '$notIn'])]: [random.pick(named), ...random.some(named)] };
  }
  return { name, PK, SK, unique, where };
}

function field(path: string, kind: Kind): RandomField {
  const { values, named = [], isOrdered = true, stored = (value: unknown) => value } = kind;
  return { path, values, named, isOrdered, stored };
}
