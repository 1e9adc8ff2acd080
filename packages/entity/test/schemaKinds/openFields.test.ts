import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Loose = defineEntity({
  name: 'Loose',
  schema: z.looseObject({
    key: z.string(),
    title: z.string().optional(),
    at: z.date().optional(),
    meta: z.looseObject({ size: z.number() }).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.key'] }],
  aliases: { title: 't' },
});
/** Undeclared fields are dates, which DynamoDB keeps as text; one of them sorts the documents. */
const Dated = defineEntity({
  name: 'Dated',
  schema: z.object({ key: z.string(), count: z.number().default(0) }).catchall(z.date()),
  indexes: [
    { name: '_id', PK: ['.key'], SK: ['.due'] },
    { name: '_id2', PK: ['.seen'], unique: true },
  ],
  secrets: ['hidden'],
  expiresAt: 'until',
});

let test: TestTable;
let client: DynamoDBClient;
beforeAll(async () => {
  client = localClient();
  test = await createTestTable([Loose, Dated], { client });
});
afterAll(() => test.drop());

const day = (number: number) => new Date(Date.UTC(2030, 0, number));
const storedOf = async (head: string) =>
  (await tableItems(client, test.table.name)).find(({ PK }) => PK?.S?.startsWith(head));

describe('An entity whose schema takes any field', () => {
  it('stores undeclared fields and gives them back, wherever the document is read', async () => {
    const loose = test.table.entity(Loose);
    const item = {
      key: 'read',
      title: 'a',
      at: day(1),
      meta: { size: 1, more: { deep: [1, 'a', null] } },
      extra: { list: [1, { a: true }] },
      'with.dot': 5,
      text: '2030-01-01T00:00:00.000Z',
    };
    const created = await loose.createOne({ item });
    expect(created.item).toMatchObject(item);
    expect((await loose.findOne({ filter: { key: 'read' } })).item).toEqual(created.item);
    expect((await loose.findById(created.item.id)).item).toEqual(created.item);
    expect((await loose.findMany({ filter: { key: 'read' } })).items).toEqual([created.item]);
    const { item: part } = await loose.findOne({
      filter: { key: 'read' },
      project: ['extra.list', 'text', String.raw`with\.dot`],
    });
    expect(part).toEqual({
      id: created.item.id,
      extra: { list: [1, { a: true }] },
      text: item.text,
      'with.dot': 5,
    });
  });

  it('finds by undeclared fields, and by paths below them', async () => {
    const loose = test.table.entity(Loose);
    const key = 'find';
    await loose.createOne({ item: { key, extra: { n: 5 }, meta: { size: 1, tag: 'x' } } });
    for (const [filter, found] of [
      [{ 'extra.n': 5 }, 1],
      [{ 'extra.n': { $gt: 5 } }, 0],
      [{ extra: { n: 5 } }, 1],
      [{ 'meta.tag': { $startsWith: 'x' } }, 1],
      [{ other: { $exists: false } }, 1],
      [{ $or: [{ 'extra.n': 6 }, { 'meta.tag': 'x' }] }, 1],
    ] as const) {
      expect(await loose.count({ filter: { key, ...filter } })).toBe(found);
    }
  });

  it('changes undeclared fields with every operator', async () => {
    const loose = test.table.entity(Loose);
    const filter = { key: 'update' };
    await loose.createOne({ item: { ...filter, extra: { list: ['a'] }, gone: 1 } });
    const { item } = await loose.updateOne({
      filter,
      update: {
        $set: { 'extra.n': 1, whole: { a: 1 }, [String.raw`a\.b`]: 2 },
        $setIfNull: { more: 'x' },
        $remove: ['gone'],
      },
      condition: { 'extra.list': ['a'] },
    });
    expect(item).toMatchObject({
      extra: { list: ['a'], n: 1 },
      whole: { a: 1 },
      'a.b': 2,
      more: 'x',
    });
    expect(item).not.toHaveProperty('gone');
  });

  it.each([
    'PK',
    'SK',
    'ttl',
    '_e',
    '_v',
    '_id2PK',
    'ulid',
    'id',
    'createdAt',
    'updatedBy',
    't',
    '',
  ])('refuses the reserved name "%s" by its path, and writes nothing', async (name) => {
    const loose = test.table.entity(Loose);
    const filter = { key: `reserved ${name}` };
    const creation = loose.createOne({ item: { ...filter, [name]: 'x' } });
    expect(await errorOf(creation)).toMatchObject({
      code: 'InvalidInput',
      details: { path: name },
    });
    expect((await loose.findOne({ filter })).item).toBeNull();
    const { item: before } = await loose.createOne({ item: filter });
    for (const path of [name, `${name}.x`]) {
      const update = loose.updateOne({ filter, update: { $set: { [path]: 'x' } } });
      expect(await errorOf(update)).toMatchObject({ code: 'InvalidInput', details: { path } });
      const upsert = loose.updateOne({
        filter: { key: 'none' },
        update: { $setOnInsert: { [path]: 'x' } },
        upsert: true,
      });
      expect(await errorOf(upsert)).toMatchObject({ code: 'InvalidInput', details: { path } });
    }
    expect((await loose.findOne({ filter })).item).toEqual(before);
    expect((await loose.findOne({ filter: { key: 'none' } })).item).toBeNull();
  });

  it('refuses a name that the table has given to a key', async () => {
    const other = new Table({
      name: test.table.name,
      client,
      attributes: { PK: 'partition', SK: 'sort' },
    });
    const creation = other.entity(Loose).createOne({ item: { key: 'a', partition: 'x' } });
    expect(await errorOf(creation)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'partition' },
    });
  });

  it('refuses what cannot be stored in an undeclared field', async () => {
    const loose = test.table.entity(Loose);
    for (const value of [new Date(), 5n, new Map(), Symbol('a'), new URL('https://example.com')]) {
      const creation = loose.createOne({ item: { key: 'no', extra: { value } } });
      expect(await errorOf(creation)).toMatchObject({
        code: 'UnsupportedValue',
        details: { path: 'extra.value' },
      });
    }
  });
});

describe('An entity whose undeclared fields have a type', () => {
  it('keeps that type in fields, keys, unique values, the TTL and secrets', async () => {
    const dated = test.table.entity(Dated);
    const fields = { due: day(1), seen: day(2), until: day(3), hidden: day(4), other: day(5) };
    const { item } = await dated.createOne({ item: { key: 'typed', ...fields } });
    const { hidden, ...shown } = fields;
    expect(item).toMatchObject({ key: 'typed', count: 0, ...shown });
    expect(item).not.toHaveProperty('hidden');
    expect((await dated.findOne({ filter: { seen: day(2) }, secrets: true })).item?.hidden).toEqual(
      hidden,
    );
    const later = await dated.findMany({ filter: { key: 'typed', due: { $gte: day(1) } } });
    expect(later.items).toEqual([item]);
    expect(await dated.count({ filter: { key: 'typed', other: { $lt: day(5) } } })).toBe(0);
    expect((await storedOf('dated#typed'))?.ttl?.N).toBe(String(day(3).getTime() / 1000));
  });

  it('refuses values of another type', async () => {
    const dated = test.table.entity(Dated);
    const item: Record<string, unknown> = { key: 'wrong', due: day(1), other: 'text' };
    const creation = dated.createOne({ item: item as { key: string } });
    expect(await errorOf(creation)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'other' },
    });
    await dated.createOne({ item: { key: 'wrong', due: day(1) } });
    const filter = { key: 'wrong', due: day(1) };
    const update = dated.updateOne({ filter, update: { $set: { other: 5 } } });
    expect(await errorOf(update)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'other' },
    });
    const { item: changed } = await dated.updateOne({
      filter,
      update: { $set: { other: day(9) }, $inc: { count: 1 } },
    });
    expect(changed).toMatchObject({ other: day(9), count: 1 });
  });
});
