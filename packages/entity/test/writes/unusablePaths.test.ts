import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';
import { anyEntity, WAYS_TO_UPDATE } from '../support/waysToUpdate.js';

const Plot = defineEntity({
  name: 'Plot',
  schema: z.looseObject({
    k: z.string(),
    lines: z.array(z.string()).default([]),
    deep: z.array(z.object({ lines: z.array(z.string()) })).default([]),
    byName: z.record(z.string(), z.string()).default({}),
    open: z.unknown().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.k'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Plot]);
  await test.table.entity(Plot).createOne({ item: { k: 'a', lines: ['x'] } });
});
afterAll(() => test.drop());

const plots = () => anyEntity(test.table, Plot);
const filter = { k: 'a' };

const unusable = [
  'lines.01',
  'lines.00',
  'lines.99999999999',
  'lines.409601',
  'deep.01.lines.0',
  'deep.0.lines.007',
  'byName.',
  'open..a',
  'byName.\ud800',
];

describe.each(unusable)('The path %j, at which nothing can be stored,', (path) => {
  it.each(WAYS_TO_UPDATE)(
    'is refused by its name in %s, and nothing is written',
    async (_, way) => {
      const before = await tableItems(test.client, test.table.name);
      for (const update of [{ $set: { [path]: 'x' } }, { $remove: [path] }]) {
        const change = { table: test.table, entity: plots(), filter, update };
        const { code, details } = await errorOf(way(change));
        expect([code, details]).toMatchObject(['InvalidInput', { path }]);
      }
      expect(await tableItems(test.client, test.table.name)).toEqual(before);
    },
  );

  it('is refused in filters, conditions and projections', async () => {
    for (const attempt of [
      plots().findOne({ filter: { ...filter, [path]: 'x' } }),
      plots().updateOne({ filter, condition: { [path]: 'x' }, update: { $set: { open: 1 } } }),
      plots().findOne({ filter, project: [path] }),
    ]) {
      expect(await errorOf(attempt)).toMatchObject({ code: 'InvalidInput', details: { path } });
    }
  });
});

it.each([
  '_v',
  '_e',
  '_op',
  '_s',
  'PK',
  'SK',
  'ttl',
  'id',
  'ulid',
  'createdAt',
  'updatedBy',
  '_v.x',
])('What every item has, "%s", is changed by no operator', async (path) => {
  for (const update of [
    { $set: { [path]: 'x' } },
    { $setIfNull: { [path]: 'x' } },
    { $setOnInsert: { [path]: 'x' } },
    { $inc: { [path]: 1 } },
    { $append: { [path]: ['x'] } },
    { $pull: { [path]: ['x'] } },
    { $remove: [path] },
  ]) {
    expect((await errorOf(plots().updateOne({ filter, update }))).code).toBe('InvalidInput');
  }
});

it('A field whose name holds a dot is removed by its segments', async () => {
  const typed = test.table.entity(Plot);
  await typed.createOne({ item: { k: 'dots', byName: { 'a.b': 'x', a: 'y' } } });
  const { item } = await typed.updateOne({
    filter: { k: 'dots' },
    update: { $remove: [['byName', 'a.b']] },
  });
  expect(item?.byName).toEqual({ a: 'y' });
});
