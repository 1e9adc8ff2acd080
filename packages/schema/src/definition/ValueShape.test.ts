import fc from 'fast-check';
import * as z from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { defineEntity } from './defineEntity.js';
import type { ValueShape } from './ValueShape.js';

function shapeOf(schema: z.ZodType): ValueShape | undefined {
  const { shape } = defineEntity({
    name: 'Thing',
    schema: z.object({ key: z.string(), it: schema }),
    indexes: [{ name: '_id', PK: ['.key'] }],
  });
  return shape.fields?.get('it');
}

function refusalOf(schema: z.ZodType): { path: string; reason: string } | undefined {
  try {
    shapeOf(schema);
    return undefined;
  } catch (error) {
    if (SchemaError.is(error) && error.code === 'NotStorable') return error.details;
    throw error;
  }
}

class Money {
  readonly cents = 1;
}
class Bytes extends Uint8Array {}
const codec = <O extends z.ZodType>(out: O) =>
  z.codec(z.string(), out, { decode: (text) => text as never, encode: String });

/** Schemas whose values cannot be stored, and the way out that the error must name. */
const REFUSED: [string, z.ZodType, string][] = [
  ['a map', z.map(z.string(), z.number()), 'z.record()'],
  ['a URL', z.instanceof(URL), 'URL: store the data it is built from'],
  ['an instance of a class of the application', z.instanceof(Money), 'Money: store'],
  ['bytes of a class of their own', z.instanceof(Bytes), 'z.instanceof(Uint8Array)'],
  ['a buffer', z.instanceof(Buffer), 'z.instanceof(Uint8Array)'],
  ['a file', z.file(), 'Uint8Array'],
  ['a function', z.function(), 'function'],
  ['a symbol', z.symbol(), 'z.enum()'],
  ['a promise', z.promise(z.string()), 'await'],
  ['NaN', z.nan(), 'z.null()'],
  ['void', z.void(), 'leave it out'],
  ['undefined alone', z.undefined(), 'leave it out'],
  ['undefined alone, which is optional', z.undefined().optional(), 'leave it out'],
  ['undefined as a literal', z.literal(undefined), 'leave it out'],
  ['a union of two kinds of nothing', z.union([z.undefined(), z.void()]), 'leave it out'],
  ['a codec whose result is a URL', codec(z.instanceof(URL)), 'URL'],
  ['a set of booleans', z.set(z.boolean()), 'z.array()'],
  ['a set of true', z.set(z.literal(true)), 'z.array()'],
  ['a set of objects', z.set(z.object({})), 'z.array()'],
  ['a set of lists', z.set(z.array(z.string())), 'z.array()'],
  ['a set of what may be null', z.set(z.string().nullable()), 'z.array()'],
];

/** Schemas whose values can be stored. */
const TAKEN: [string, z.ZodType][] = [
  ['any', z.any()],
  ['unknown', z.unknown()],
  ['custom', z.custom<URL>()],
  ['bytes', z.instanceof(Uint8Array)],
  ['a date by its class', z.instanceof(Date)],
  ['a string or undefined', z.union([z.string(), z.undefined()])],
  ['what must not be there', z.never().optional()],
  ['null', z.null()],
  ['a map that becomes an object', z.map(z.string(), z.number()).transform(Object.fromEntries)],
  ['text that becomes a date', codec(z.date())],
  ['text that becomes a boolean', z.stringbool()],
  ['JSON', z.json()],
  ['a template literal', z.templateLiteral(['a', z.number()])],
  ['a tuple', z.tuple([z.number(), z.date()], z.date().nullable())],
  ['a set of dates', z.set(z.date())],
  ['a set of bytes', z.set(z.instanceof(Uint8Array))],
  ['an empty tuple', z.tuple([])],
];

/** Places in which a schema can be, and the path of the place below the field. */
const PLACES: [string, (inner: z.ZodType) => z.ZodType, string][] = [
  ['a field', (inner) => inner, ''],
  ['an optional field', (inner) => inner.optional(), ''],
  ['a nullable field with a default', (inner) => inner.nullable().default(null), ''],
  ['a field that is computed from another', (inner) => z.preprocess((x) => x, inner), ''],
  ['a lazy field', (inner) => z.lazy(() => inner), ''],
  ['an object', (inner) => z.object({ a: inner }), '.a'],
  ['an object with other fields', (inner) => z.object({}).catchall(inner), '.*'],
  ['a record', (inner) => z.record(z.string(), inner), '.*'],
  ['a list', (inner) => z.array(inner), '.*'],
  ['a tuple', (inner) => z.tuple([z.boolean(), inner]), '.*'],
  ['the rest of a tuple', (inner) => z.tuple([z.boolean()], inner), '.*'],
  [
    'one side of an intersection',
    (inner) => z.intersection(z.object({ a: inner }), z.object({})),
    '.a',
  ],
  [
    'an option of a union',
    (inner) =>
      z.discriminatedUnion('b', [
        z.object({ b: z.literal(1) }),
        z.object({ b: z.literal(2), a: inner }),
      ]),
    '.a',
  ],
  ['a name with a dot', (inner) => z.object({ 'a.b': inner }), String.raw`.a\.b`],
];

describe('defineEntity', () => {
  for (const [place, within, below] of PLACES) {
    it.each(REFUSED)(
      `refuses %s in ${place}, by its path and with the way out`,
      (_, schema, way) => {
        // Null can be stored.
        const refusal = refusalOf(within(schema));
        if (place.includes('nullable') && way === 'leave it out') expect(refusal).toBeUndefined();
        else
          expect(refusal).toMatchObject({
            path: `it${below}`,
            reason: expect.stringContaining(way),
          });
      },
    );

    it.each(TAKEN)(`takes %s in ${place}`, (_, schema) => {
      expect(refusalOf(within(schema))).toBeUndefined();
    });
  }

  it('says of which entity and field it speaks, and what to do', () => {
    expect(() => shapeOf(z.map(z.string(), z.string()))).toThrow(
      '"it" of Thing cannot be stored: it is a Map: use z.record(), or a list of pairs.',
    );
  });

  it('refuses an infinite branching schema, and terminates', () => {
    const endless = (): z.ZodType =>
      z.object({ a: z.lazy(endless).optional(), b: z.lazy(endless).optional() });
    expect(refusalOf(endless())).toMatchObject({
      reason: expect.stringContaining('schema is infinite'),
    });
  });
});

describe('The shape of a recursive schema', () => {
  const DATE = { strings: 'date' };
  const post = z.object({
    at: z.date(),
    get parent() {
      return post.optional();
    },
    get replies() {
      return z.array(post);
    },
  });
  interface Node {
    at: Date;
    big: bigint;
    below: Node[];
    byName: Record<string, Node>;
  }
  const node: z.ZodType<Node> = z.object({
    at: z.date(),
    big: z.bigint(),
    below: z.array(z.lazy(() => node)),
    byName: z.record(
      z.string(),
      z.lazy(() => node),
    ),
  });

  it('has its dates at every level, by getters', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (steps) => {
        const at = steps.reduce<ValueShape | undefined>((shape, toParent) => {
          const { fields } = shape ?? {};
          return toParent ? fields?.get('parent') : fields?.get('replies')?.element;
        }, shapeOf(post));
        expect(at?.fields?.get('at')).toEqual(DATE);
      }),
    );
  });

  it('has its dates and bigints at every level, by z.lazy()', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean()), (steps) => {
        const at = steps.reduce<ValueShape | undefined>((shape, byName) => {
          const { fields } = shape ?? {};
          return byName ? fields?.get('byName')?.rest : fields?.get('below')?.element;
        }, shapeOf(node));
        expect(at?.fields?.get('at')).toEqual(DATE);
        expect(at?.fields?.get('big')).toEqual({ numbers: 'bigint' });
      }),
    );
  });

  it('is found through unions of schemas that hold each other', () => {
    interface A {
      kind: 'a';
      at: Date;
      next?: A | B | undefined;
    }
    interface B {
      kind: 'b';
      n: bigint;
      next?: A | B | undefined;
    }
    const next: z.ZodType<A | B> = z.lazy(() => z.discriminatedUnion('kind', [a, b]));
    const a = z.object({ kind: z.literal('a'), at: z.date(), next: next.optional() });
    const b = z.object({ kind: z.literal('b'), n: z.bigint(), next: next.optional() });
    let shape = shapeOf(next);
    for (let level = 0; level < 5; level++) {
      expect(shape?.fields?.get('at')).toEqual(DATE);
      expect(shape?.fields?.get('n')).toEqual({ numbers: 'bigint' });
      shape = shape?.fields?.get('next');
    }
  });

  it('still has one type for each position', () => {
    const bad = z.object({
      at: z.date(),
      get next(): z.ZodType {
        return z.union([bad, z.object({ at: z.string() })]).optional();
      },
    });
    expect(() => shapeOf(bad)).toThrow('"it.next.at" mixes dates and strings');
  });
});
