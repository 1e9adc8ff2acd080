import type { Entity, Table } from '@latchkey/entity';
import { createTestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';

const Person = defineEntity({
  name: 'Person',
  schema: z.object({ personId: z.string(), name: z.string(), visits: z.int().default(0) }),
  indexes: [
    { name: '_id', PK: ['.personId'] },
    { name: '_id2', PK: ['.name'], unique: true },
  ],
});

describe('an upsert whose new document would get the key of one that its filter does not match', () => {
  const sent: string[] = [];
  let table: Table;
  let people: Entity<typeof Person>;
  let drop: () => Promise<void>;
  const upsert = {
    filter: { name: 'bob' },
    update: { $inc: { visits: 1 }, $setOnInsert: { personId: '1' } },
    upsert: true,
  };

  beforeAll(async () => {
    const test = await createTestTable([Person], {
      onCommand: ({ command }) => sent.push(command),
    });
    ({ table } = test);
    drop = () => test.drop();
    people = table.entity(Person);
    await people.createOne({ item: { personId: '1', name: 'ada' } });
  });
  afterAll(() => drop());
  beforeEach(() => sent.splice(0));

  it('fails with AlreadyExists after one look and one write', async () => {
    const error = await errorOf(people.updateOne(upsert));
    expect(error).toMatchObject({ code: 'AlreadyExists', details: { item: { name: 'ada' } } });
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
  });

  it('fails in a transaction with the same code and its position', async () => {
    const other = people.createOneOperation({ item: { personId: '2', name: 'cleo' } });
    const error = await errorOf(table.transact([other, people.updateOneOperation(upsert)]));
    expect(error).toMatchObject({ code: 'AlreadyExists', operation: 1 });
    expect(sent).toEqual(['GetItem', 'TransactWriteItems']);
    expect(await people.findOne({ filter: { personId: '2' } })).toEqual({ item: null });
  });

  it('still updates a document that others make at the same moment', async () => {
    const update = { ...upsert, update: { $inc: { visits: 1 }, $setOnInsert: { personId: '3' } } };
    await Promise.all(Array.from({ length: 5 }, () => people.updateOne(update)));
    const { item } = await people.findOne({ filter: { name: 'bob' } });
    expect(item).toMatchObject({ personId: '3', visits: 5 });
  });
});
