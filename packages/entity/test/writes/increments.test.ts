import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { sampleOf } from '../support/sampleOf.js';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';
import { anyEntity, WAYS_TO_UPDATE } from '../support/waysToUpdate.js';

const fields = {
  whole: z.int().max(10).optional(),
  even: z.number().multipleOf(2).min(0).optional(),
  free: z.number().optional(),
  big: z.bigint().optional(),
};
const Counter = defineEntity({
  name: 'Counter',
  schema: z.object({ k: z.string(), ...fields, in: z.object(fields).optional() }),
  indexes: [{ name: '_id', PK: ['.k'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Counter]);
});
afterAll(() => test.drop());

let count = 0;
async function stored(k: string) {
  const items = await tableItems(test.client, test.table.name);
  return items.find((item) => item.k?.S === k) ?? {};
}

/** A counter, of which an older definition has stored a field. */
async function counter(field: string, N: string): Promise<string> {
  const k = `c${++count}`;
  await test.table.entity(Counter).createOne({ item: { k, in: {} } });
  const Item = { ...(await stored(k)), [field]: { N }, in: { M: { [field]: { N } } } };
  await test.client.send(new PutItemCommand({ TableName: test.table.name, Item }));
  return k;
}

async function increment(way: (typeof WAYS_TO_UPDATE)[number][1], k: string, $inc: object) {
  const entity = anyEntity(test.table, Counter);
  await way({ table: test.table, entity, filter: { k }, update: { $inc } });
}

const largest = `9.${'9'.repeat(37)}e125`;

describe('$inc in a transaction of several', () => {
  const add = (k: string, $inc: object) =>
    test.table.entity(Counter).updateOneOperation({ filter: { k }, update: { $inc } });

  it.each([
    [
      'of another operation',
      (good: string, bad: string) => [add(good, { free: 1 }), add(bad, { free: 9e125 })],
      1,
    ],
    [
      'of the same operation',
      (good: string, bad: string) => [
        add(bad, { 'in.free': 1, free: 9e125 }),
        add(good, { free: 1 }),
      ],
      0,
    ],
  ])('names the sum that nothing may hold, beside one %s', async (_name, plan, position) => {
    const [good, bad] = [await counter('free', '1'), await counter('free', largest)];
    await test.table
      .entity(Counter)
      .updateOne({ filter: { k: bad }, update: { $set: { 'in.free': 1 } } });
    const before = [await stored(good), await stored(bad)];
    expect(await errorOf(test.table.transact(plan(good, bad)))).toMatchObject({
      code: 'UpdateRefused',
      operation: position,
      details: { entity: 'Counter', path: 'free' },
    });
    expect([await stored(good), await stored(bad)]).toEqual(before);
  });
});

describe.each(sampleOf(WAYS_TO_UPDATE, 2))('$inc by %s', (_, way) => {
  it.each<[string, string, number, number]>([
    ['whole', '99.5', -90, 9.5],
    ['whole', '0.5', 1, 1.5],
    ['whole', '5', 5, 10],
    ['even', '3', 2, 5],
    ['even', '2.5', -2, 0.5],
  ])('adds to a %s number that is %s', async (field, before, by, after) => {
    const k = await counter(field, before);
    await increment(way, k, { [field]: by, [`in.${field}`]: by });
    const item = await stored(k);
    expect([item[field], item.in?.M?.[field]]).toEqual([{ N: `${after}` }, { N: `${after}` }]);
  });

  it.each<[string, string, number | bigint]>([
    ['whole', '99.5', 1],
    ['whole', '10.5', -0],
    ['even', '1', -2],
    ['free', largest, 9e125],
    ['free', `-${largest}`, -1e125],
    ['free', '1e38', 1],
    ['free', '1.5e-130', -1e-130],
    ['big', '9'.repeat(38), 2n],
  ])(
    'refuses a sum that nothing may hold: a %s number that is %s, and %d',
    async (field, before, by) => {
      for (const path of [field, `in.${field}`]) {
        const k = await counter(field, before);
        const unchanged = await stored(k);
        const { code, details } = await errorOf(increment(way, k, { [path]: by }));
        expect([code, details]).toMatchObject(['UpdateRefused', { path }]);
        expect(await stored(k)).toEqual(unchanged);
      }
    },
  );
});
