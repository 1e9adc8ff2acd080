import * as z from 'zod';
import { storedSpelling } from './storedSpelling.js';

const lower = z.string().toLowerCase();

it.each<[string, z.ZodType[], unknown, unknown]>([
  ['in the spelling of its schema', [lower], 'Ada', 'ada'],
  ['as it is without one', [z.string()], 'Ada', 'Ada'],
  ['as it is where its schema refuses it', [z.email().toLowerCase()], 'Ada', 'Ada'],
  ['in the spelling on which the schemas agree', [lower, z.string().trim()], 'ada', 'ada'],
  ['as it is where they do not agree', [lower, z.string()], 'Ada', 'Ada'],
  ['in the spelling of the only one that takes it', [lower, z.number()], 'Ada', 'ada'],
  ['of a type that one of them has', [lower, z.number()], 5, 5],
  ['of whatever kind where that is open', [z.unknown()], { a: 1 }, { a: 1 }],
  ['that is a list, of a list', [z.array(z.string())], ['A'], ['A']],
  ['with its elements in their spelling', [z.array(lower.optional())], ['A', 5], ['a', 5]],
  ['with the elements of a set, too', [z.set(lower)], new Set(['A', 'b']), new Set(['a', 'b'])],
  ['with the elements of its elements', [z.array(z.array(lower))], [['A']], [['a']]],
  ['as it is, of an open kind', [z.unknown()], ['A'], ['A']],
])('A value is taken %s', (_, schemas, value, expected) => {
  expect(storedSpelling(schemas, value)).toEqual(expected);
});

it.each<[unknown, z.ZodType]>([
  [5, lower],
  ['5', z.number()],
  [5n, z.number()],
  [new Date(), z.string()],
  [['a'], lower],
  [{ $gt: '' }, lower],
  ['a', z.array(z.string())],
])('A value of another type is none: %p', (value, schema) => {
  expect(storedSpelling([schema], value)).toBeUndefined();
});
