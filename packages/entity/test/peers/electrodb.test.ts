// What electrodb 3.9 was found to do (PEERS.md, "Where they fail").
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Pair = defineEntity({
  name: 'Pair',
  schema: z.object({ a: z.string(), b: z.string(), c: z.string().optional() }),
  indexes: [
    { name: '_id', PK: ['.a', '.b'] },
    { name: '_id2', PK: ['.b'], SK: ['.a', '.c'] },
  ],
});

let test: TestTable;
let client: DynamoDBClient;
const sent: string[] = [];
beforeAll(async () => {
  client = localClient();
  test = await createTestTable([Pair], { client, onCommand: ({ command }) => sent.push(command) });
});
afterAll(() => test.drop());

it('two documents whose values join to one text keep their own keys, and both stay', async () => {
  const pairs = test.table.entity(Pair);
  // Found on electrodb: both get one key, and the second put replaces the first.
  const [first, second] = [
    { a: '1#b_2', b: '3' },
    { a: '1', b: '2#b_3' },
  ];
  for (const item of [first, second, { a: '1#2', b: '3' }, { a: '1', b: '2#3' }]) {
    await pairs.createOne({ item });
  }
  expect((await pairs.findOne({ filter: first })).item).toMatchObject(first);
  expect((await pairs.findOne({ filter: second })).item).toMatchObject(second);
  const keys = (await tableItems(client, test.table.name)).map(({ PK }) => PK?.S);
  expect(new Set(keys).size).toBe(4);
});

it('keys keep the case of their values: `Ada` and `ada` are two documents', async () => {
  const pairs = test.table.entity(Pair);
  await pairs.createOne({ item: { a: 'Ada', b: 'X', c: 'C' } });
  await pairs.createOne({ item: { a: 'ada', b: 'x', c: 'c' } });
  expect((await pairs.findOne({ filter: { a: 'Ada', b: 'X' } })).item?.c).toBe('C');
  expect((await pairs.findOne({ filter: { a: 'ada', b: 'x' } })).item?.c).toBe('c');
  expect((await pairs.findOne({ filter: { a: 'ADA', b: 'X' } })).item).toBeNull();
  expect((await pairs.findMany({ filter: { b: 'X', c: { $exists: true } } })).items).toHaveLength(
    1,
  );
  const stored = (await tableItems(client, test.table.name)).map(({ PK }) => PK?.S);
  expect(stored).toEqual(expect.arrayContaining(['pair#Ada#X', 'pair#ada#x']));
});

it('a forged cursor is refused, and never reaches DynamoDB', async () => {
  const pairs = test.table.entity(Pair);
  const filter = { b: 'cursor', c: { $exists: true } };
  for (const c of ['1', '2']) await pairs.createOne({ item: { a: c, b: 'cursor', c } });
  const { pageInfo } = await pairs.paginate({ filter, first: 1 });
  sent.length = 0;
  for (const key of [
    { pk: '$shop#a_victim', sk: '$pair_1' },
    { PK: 'pair#victim', SK: 'pair', _id2PK: 'pair#cursor', _id2SK: 'pair#1' },
  ]) {
    const after = Buffer.from(JSON.stringify(key)).toString('base64url');
    expect((await errorOf(pairs.paginate({ filter, after }))).code).toBe('InvalidCursor');
  }
  expect(sent).toEqual([]);
  const next = await pairs.paginate({ filter, after: pageInfo.endCursor });
  expect(next.edges.map(({ node }) => node.c)).toEqual(['2']);
});
