import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Leaf = defineEntity({
  name: 'Leaf',
  schema: z.object({ k: z.string(), n: z.int().default(0), at: z.date() }),
  indexes: [{ name: '_id', PK: ['.k'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Leaf]);
});
afterAll(() => test.drop());

const leaves = () => test.table.entity(Leaf);
const stored = async (k: string) =>
  (await tableItems(test.client, test.table.name)).find((item) => item.k?.S === k);

/** A leaf whose date another program has broken. */
async function broken(k: string): Promise<{ k: string }> {
  await leaves().createOne({ item: { k, at: new Date(0) } });
  const Item = { ...(await stored(k)), at: { S: 'soon' } };
  await test.client.send(new PutItemCommand({ TableName: test.table.name, Item }));
  return { k };
}

const $inc = { n: 1 };
const $exists = { createdAt: { $exists: true } };

describe('A write to a document that cannot be read', () => {
  it.each<[string, (filter: { k: string }) => Promise<unknown>, string | undefined]>([
    [
      'an update by one expression',
      (filter) => leaves().updateOne({ filter, update: { $inc } }),
      '1',
    ],
    [
      'an upsert of what is there',
      (filter) => leaves().updateOne({ filter, update: { $inc }, upsert: true }),
      '1',
    ],
    ['a delete by key', (filter) => leaves().deleteOne({ filter }), undefined],
  ])('is done, and its error says so: %s', async (way, write, n) => {
    const filter = await broken(way);
    const { code, details, message } = await errorOf(write(filter));
    expect(code).toBe('UnreadableItem');
    expect(details).toMatchObject({ entity: 'Leaf', path: 'at', written: true });
    expect(message).toMatch(/^The Leaf was written, but cannot be returned: "at" is not a date\.$/);
    expect((await stored(filter.k))?.n?.N).toBe(n);
  });

  it.each<[string, (filter: { k: string }) => Promise<unknown>]>([
    [
      'an update that reads first',
      (filter) => leaves().updateOne({ filter: { ...filter, ...$exists }, update: { $inc } }),
    ],
    [
      'a delete that reads first',
      (filter) => leaves().deleteOne({ filter: { ...filter, ...$exists } }),
    ],
    [
      'a delete in a transaction',
      (filter) => test.table.transact([leaves().deleteOneOperation({ filter })]),
    ],
    [
      'an update in a transaction that reads first',
      (filter) =>
        test.table.transact([
          leaves().updateOneOperation({ filter: { ...filter, ...$exists }, update: { $inc } }),
        ]),
    ],
    ['a find', (filter) => leaves().findOne({ filter })],
  ])('is not done, and its error says nothing of a write: %s', async (way, write) => {
    const filter = await broken(way);
    const { code, details } = await errorOf(write(filter));
    expect(code).toBe('UnreadableItem');
    expect(details).not.toHaveProperty('written');
    expect((await stored(filter.k))?.n?.N).toBe('0');
  });

  it('is not done where its condition is not met, which is the error', async () => {
    const filter = await broken('unmet');
    const update = leaves().updateOne({ filter, condition: { n: 7 }, update: { $inc } });
    expect((await errorOf(update)).code).toBe('ConditionFailed');
    expect((await stored(filter.k))?.n?.N).toBe('0');
  });

  it('is done without an error where the document is not given back', async () => {
    const filter = await broken('quiet');
    const update = { $inc };
    await test.table.transact([leaves().updateOneOperation({ filter, update })]);
    expect(await leaves().updateMany({ filter, update })).toEqual({ modifiedCount: 1 });
    expect((await stored(filter.k))?.n?.N).toBe('2');
    expect(await leaves().deleteMany({ filter })).toEqual({ deletedCount: 1 });
  });
});
