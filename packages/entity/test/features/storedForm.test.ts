import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';

const state = z.string().trim().toLowerCase();

const Paper = defineEntity({
  name: 'Paper',
  schema: z.object({ owner: z.string(), state, code: z.string(), text: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.owner'], SK: ['.state'] },
    { name: '_id2', PK: ['.code'], unique: true, where: { state: { $in: ['open'] } } },
  ],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Paper]);
});
afterAll(() => test.drop());

describe('a value in another spelling than the stored one', () => {
  it('is meant as stored in conditions, too', async () => {
    const papers = test.table.entity(Paper);
    await papers.createOne({ item: { owner: 'a', state: 'Open', code: 'a' } });
    const filter = { owner: 'a', state: ' OPEN ' };
    for (const condition of [
      { state: 'OPEN' },
      { state: { $eq: ' open' } },
      { state: { $in: ['other', 'Open'] } },
      { $not: { state: { $ne: 'OPEN' } } },
    ]) {
      const { item } = await papers.updateOne({
        filter,
        condition,
        update: { $set: { text: 'x' } },
      });
      expect(item).toMatchObject({ text: 'x' });
    }
  });

  it('does not hide from an update that a unique value must follow', async () => {
    const papers = test.table.entity(Paper);
    await papers.createOne({ item: { owner: 'b', state: 'open', code: 'before' } });
    const filter = { owner: 'b', state: ' OPEN ' };
    await papers.updateOne({ filter, update: { $set: { code: 'after' } } });
    expect((await papers.findOne({ filter: { code: 'before', state: 'open' } })).item).toBeNull();
    expect((await papers.findOne({ filter: { code: 'after', state: 'open' } })).item).toMatchObject(
      {
        owner: 'b',
      },
    );
    expect(await sweepUniques(test.client, test.table.name, [Paper])).toEqual([]);
  });
});

it('refuses a transaction of more than 4 MB before it is sent', async () => {
  const papers = test.table.entity(Paper);
  const text = 'x'.repeat(390_000);
  const operations = Array.from({ length: 12 }, (_, at) =>
    papers.createOneOperation({ item: { owner: 'big', state: `s${at}`, code: 'big', text } }),
  );
  const error = await errorOf(test.table.transact(operations));
  expect(error).toMatchObject({
    code: 'InvalidTransaction',
    details: { reason: 'contains more than 4 MB' },
  });
});
