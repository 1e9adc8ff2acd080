import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { DEFAULT_ATTRIBUTES } from '../../src/keys/TableAttributes.js';
import { EntityModel } from '../../src/entity/EntityModel.js';
import { silentTable } from '../support/silentTable.js';

const Count = defineEntity({
  name: 'Count',
  schema: z.object({
    place: z.string(),
    kind: z.enum(['in', 'out']),
    total: z.number(),
    lastAt: z.date(),
  }),
  indexes: [
    { name: '_id', PK: ['.place'], SK: ['.kind'] },
    { name: '_id2', PK: ['.kind'] },
  ],
});

const { table, sent } = silentTable();
const counts = table.entity(Count);
const upsert = {
  filter: { place: 'door', kind: 'in' },
  condition: { total: { $lt: 10 } },
  update: { $inc: { total: 1 }, $set: { lastAt: new Date() } },
  upsert: true,
} as const;

describe('planning an upsert in a transaction', () => {
  beforeAll(() => counts.updateOneOperation(upsert).prepare());
  afterEach(() => jest.restoreAllMocks());

  it('asks the schema nothing that the first one has asked', async () => {
    const asked = jest.spyOn(EntityModel.prototype, 'domain');
    await counts.updateOneOperation(upsert).prepare();
    expect(asked).not.toHaveBeenCalled();
    // It is this that a new model asks.
    new EntityModel(Count, '', DEFAULT_ATTRIBUTES).isAlwaysThere('total');
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it('takes its filter and its condition apart once', async () => {
    const normalised = jest.spyOn(EntityModel.prototype, 'normalise');
    await counts.updateOneOperation(upsert).prepare();
    expect(normalised.mock.calls.map(([path]) => path)).toEqual(['place', 'kind', 'total']);
  });

  it('parses the new document once', async () => {
    const parsed = jest.spyOn(Count.schema, 'safeParse');
    await counts.updateOneOperation(upsert).prepare();
    expect(parsed).toHaveBeenCalledTimes(1);
  });

  it('sends nothing, and reads no stored value', async () => {
    const read = jest.spyOn(EntityModel.prototype, 'fieldsOf');
    await counts.updateOneOperation(upsert).prepare();
    expect(read).not.toHaveBeenCalled();
    expect(sent).toEqual([]);
  });
});
