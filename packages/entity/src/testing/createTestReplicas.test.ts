import {
  BatchWriteItemCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { createTestReplicas, type TestReplicas } from './createTestReplicas.js';
import type { TestTable } from './createTestTable.js';

const keyOf = (PK: string): { PK: { S: string }; SK: { S: string } } => ({
  PK: { S: PK },
  SK: { S: 'item' },
});
const put = ({ client, table }: TestTable, PK: string, value: string): Promise<unknown> =>
  client.send(
    new PutItemCommand({ TableName: table.name, Item: { ...keyOf(PK), value: { S: value } } }),
  );
const remove = ({ client, table }: TestTable, PK: string): Promise<unknown> =>
  client.send(new DeleteItemCommand({ TableName: table.name, Key: keyOf(PK) }));
const valueIn = async ({ client, table }: TestTable, PK: string): Promise<string | undefined> => {
  const read = new GetItemCommand({ TableName: table.name, Key: keyOf(PK) });
  return (await client.send(read)).Item?.value?.S;
};

describe('createTestReplicas', () => {
  let regions: TestReplicas;
  let home: TestTable;
  let other: TestTable;

  beforeAll(async () => {
    regions = await createTestReplicas();
    const [first, second] = regions.replicas;
    if (!first || !second) throw new Error('There are not two replicas.');
    [home, other] = [first, second];
  });
  afterAll(() => regions.drop());

  it('copies what was written, and nothing before it is told to', async () => {
    await put(home, 'a', 'from home');
    await put(other, 'b', 'from the other');
    expect([await valueIn(other, 'a'), await valueIn(home, 'b')]).toEqual([undefined, undefined]);
    expect(await regions.replicate()).toEqual({ copied: 2, conflicts: 0 });
    expect([await valueIn(other, 'a'), await valueIn(home, 'b')]).toEqual([
      'from home',
      'from the other',
    ]);
    expect(await regions.replicate()).toEqual({ copied: 0, conflicts: 0 });
  });

  it.each([
    ['home', ['other', 'home']],
    ['other', ['home', 'other', 'home', 'other']],
  ] as const)('keeps the item of %s, where that has written last', async (winner, order) => {
    for (const name of order) await put(name === 'home' ? home : other, 'c', name);
    expect(await regions.replicate()).toEqual({ copied: 1, conflicts: 1 });
    expect([await valueIn(home, 'c'), await valueIn(other, 'c')]).toEqual([winner, winner]);
  });

  it('loses a deletion to a later write, and a write to a later deletion', async () => {
    for (const PK of ['kept', 'gone']) await put(home, PK, 'first');
    await regions.replicate();
    await remove(home, 'kept');
    await put(other, 'kept', 'later');
    await put(home, 'gone', 'later');
    await remove(other, 'gone');
    await regions.replicate();
    expect([await valueIn(home, 'kept'), await valueIn(home, 'gone')]).toEqual([
      'later',
      undefined,
    ]);
  });

  it('copies items of updates, batches and transactions; reads, checks and refused writes count for none', async () => {
    const { client, table } = home;
    const { name: TableName } = table;
    await put(other, 'checked', 'by the other');
    await regions.replicate();
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: keyOf('updated'),
        UpdateExpression: 'SET #value = :value',
        ExpressionAttributeNames: { '#value': 'value' },
        ExpressionAttributeValues: { ':value': { S: 'u' } },
      }),
    );
    await client.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [{ PutRequest: { Item: { ...keyOf('batched'), value: { S: 'b' } } } }],
        },
      }),
    );
    const isThere = 'attribute_exists(PK)';
    const check = { TableName, Key: keyOf('checked'), ConditionExpression: isThere };
    const Put = { TableName, Item: { ...keyOf('transacted'), value: { S: 't' } } };
    await client.send(
      new TransactWriteItemsCommand({ TransactItems: [{ ConditionCheck: check }, { Put }] }),
    );
    const refused = new DeleteItemCommand({
      TableName,
      Key: keyOf('nothing'),
      ConditionExpression: isThere,
    });
    await expect(client.send(refused)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
    expect(await regions.replicate()).toEqual({ copied: 3, conflicts: 0 });
    const values = ['updated', 'batched', 'transacted'].map((PK) => valueIn(other, PK));
    expect(await Promise.all(values)).toEqual(['u', 'b', 't']);
  });

  it.each([0, 1, 11, 1.5, '2'])('refuses %p as the number of Regions', async (given) => {
    await expect(createTestReplicas([], { regions: given as number })).rejects.toMatchObject({
      code: 'InvalidInput',
    });
  });
});
