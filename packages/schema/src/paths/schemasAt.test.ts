import * as z from 'zod';
import { splitPath } from './fieldPath.js';
import { schemasAt } from './schemasAt.js';

const text = z.string();
const number = z.number();
const date = z.date();
const open = z.object({ deep: date });
const any = z.unknown();

const schema = z.object({
  pair: z.tuple([text, open]),
  more: z.tuple([text], number),
  none: z.tuple([]),
  maybe: z.tuple([text]).nullable().optional(),
  list: z.array(open),
  both: z.intersection(z.object({ a: text, c: open }), z.object({ b: number, c: any })),
  known: z.record(z.enum(['a', 'b']), open),
  some: z.partialRecord(z.enum(['a', 'b']), number),
  words: z.record(z.string().regex(/^[a-z]+$/), number),
  lower: z.record(z.string().toLowerCase(), number),
  trimmed: z.record(
    z.string().transform((key) => `x-${key}`),
    number,
  ),
  piped: z.record(z.string().transform(Number).pipe(z.number().min(5)), number),
  byNumber: z.record(z.number(), text),
  whole: z.record(z.int().max(5), text),
  literals: z.record(z.literal([1, 'x']), text),
  loose: z.looseRecord(z.string().regex(/^[a-z]+$/), number),
  free: z.record(z.string(), number),
});

describe('schemasAt', () => {
  it.each<[string, z.ZodType[]]>([
    ['pair.0', [text]],
    ['pair.1', [open]],
    ['pair.1.deep', [date]],
    ['pair.2', []],
    ['pair.x', []],
    ['pair.length', []],
    ['pair.-1', []],
    ['more.0', [text]],
    ['more.1', [number]],
    ['more.99', [number]],
    ['none.0', []],
    ['maybe.0', [text]],
    ['maybe.1', []],
    ['list.7.deep', [date]],
    ['list.x', []],
    ['both.a', [text]],
    ['both.b', [number]],
    ['both.c', [open, any]],
    ['both.c.deep', [date, any]],
    ['both.d', []],
    ['known.a.deep', [date]],
    ['known.c', []],
    ['known.c.deep', []],
    ['known.toString', []],
    ['some.b', [number]],
    ['some.c', []],
    ['words.abc', [number]],
    ['words.ABC', []],
    ['words.a1', []],
    ['lower.abc', [number]],
    ['lower.ABC', []],
    // What a transform makes of a key is not known: it may be any.
    ['trimmed.x-a', [number]],
    ['piped.7', [number]],
    ['piped.3', []],
    ['byNumber.7', [text]],
    ['byNumber.-1\\.5', [text]],
    ['byNumber.07', []],
    ['byNumber.x', []],
    ['whole.5', [text]],
    ['whole.6', []],
    ['literals.1', [text]],
    ['literals.x', [text]],
    ['literals.2', []],
    ['loose.abc', [number]],
    ['free.any\\.name', [number]],
  ])('finds what "%s" is', (path, expected) => {
    expect(schemasAt(schema, splitPath(path))).toEqual(expected);
  });

  it('leaves open what a loose record has under a key that it does not know', () => {
    for (const path of ['loose.ABC', 'loose.ABC.below']) {
      const types = schemasAt(schema, splitPath(path)).map(({ def }) => def.type);
      expect(types).toEqual(['unknown']);
    }
  });
});
