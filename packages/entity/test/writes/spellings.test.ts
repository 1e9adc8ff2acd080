import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { anyEntity } from '../support/waysToUpdate.js';

const at = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const lower = z.string().toLowerCase();
const Page = defineEntity({
  name: 'Page',
  schema: z.object({
    k: z.string(),
    at: at.optional(),
    in: z.object({ at }).optional(),
    tags: z.array(lower).default([]),
    set: z.set(lower).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.k'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Page]);
});
afterAll(() => test.drop());

const pages = () => anyEntity(test.table, Page);
const date = new Date(0);
const text = '1970-01-01T00:00:00.000Z';

describe.each<[string, unknown]>([
  ['as the codec takes it', text],
  ['as the codec gives it', date],
])('A field with a codec, %s,', (form, given) => {
  it.each<[string, (k: string, fields: Record<string, unknown>) => Promise<unknown>]>([
    ['a creation', (k, fields) => pages().createOne({ item: { k, ...fields } })],
    [
      'an update',
      async (k, fields) => {
        await pages().createOne({ item: { k } });
        await pages().updateOne({ filter: { k }, update: { $set: fields } });
      },
    ],
    [
      'an upsert',
      (k, fields) => pages().updateOne({ filter: { k }, update: { $set: fields }, upsert: true }),
    ],
    [
      '$setOnInsert',
      (k, fields) =>
        pages().updateOne({ filter: { k }, update: { $setOnInsert: fields }, upsert: true }),
    ],
    [
      'an upsert in a transaction',
      (k, fields) =>
        test.table.transact([
          pages().updateOneOperation({ filter: { k }, update: { $set: fields }, upsert: true }),
        ]),
    ],
  ])('is taken by %s', async (way, write) => {
    const k = `${form} ${way}`;
    await write(k, { at: given, in: { at: given } });
    const { item } = await pages().findOne({ filter: { k } });
    expect(item).toMatchObject({ at: date, in: { at: date } });
  });
});

it.each<[object]>([
  [{ tags: ['A', 'b'] }],
  [{ tags: { $contains: 'A' } }],
  [{ tags: { $in: [['A', 'B']] } }],
  [{ tags: { $ne: ['A'] } }],
  [{ set: new Set(['X', 'Y']) }],
  [{ set: { $contains: 'X' } }],
  [{ $not: { tags: { $contains: 'C' } } }],
])('Elements are looked for in the spelling in which they are stored: %j', async (filter) => {
  const k = JSON.stringify(filter);
  await pages().createOne({ item: { k, tags: ['A', 'B'], set: new Set(['X', 'y']) } });
  expect(await pages().count({ filter: { k, ...filter } })).toBe(1);
});
