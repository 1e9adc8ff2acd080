import { defineEntity, emailAddress, phoneNumber, SchemaError, username } from '@latchkey/schema';
import * as z from 'zod';

const define = (field: z.ZodType): string => {
  try {
    defineEntity({
      name: 'Thing',
      schema: z.object({ id2: z.string(), field }),
      indexes: [{ name: '_id', PK: ['.id2'] }],
    });
    return 'defined';
  } catch (error) {
    if (!SchemaError.is(error)) throw error;
    return `${error.code} at ${(error.details as { path: string }).path}`;
  }
};

it.each([
  ['a suffix', z.string().overwrite((text) => `${text}!`)],
  ['a removed first letter', z.string().overwrite((text) => text.slice(1))],
  ['a reversal', z.string().overwrite((text) => Array.from(text).reverse().join(''))],
  ['a suffix in a list', z.array(z.string().overwrite((text) => `${text}!`)).optional()],
])('Refuses a normaliser that adds %s each time that it is run', (_, field) => {
  expect(define(field)).toBe('UnstableNormaliser at field');
});

it.each([
  ['trimming and lower case', z.string().trim().toLowerCase()],
  ['a Unicode form', z.string().normalize('NFKC')],
  ['e-mail addresses', emailAddress],
  ['phone numbers', phoneNumber],
  ['usernames', username],
  ['slugs', z.string().slugify()],
])('Takes %s', (_, field) => {
  expect(define(field)).toBe('defined');
});

it.each([
  ['refinement', z.string().refine(async () => Promise.resolve(true))],
  ['transform', z.string().transform(async (text) => Promise.resolve(text))],
  ['refinement in a list', z.array(z.string().refine(async () => Promise.resolve(true)))],
])('Refuses an asynchronous %s', (_, field) => {
  expect(define(field)).toBe('AsynchronousSchema at field');
});
