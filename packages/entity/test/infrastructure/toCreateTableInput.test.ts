import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
} from '@aws-sdk/client-dynamodb';
import { toCreateTableInput } from '../../src/infrastructure/index.js';
import { localClient, uniqueTableName } from '../../src/testing/index.js';
import { ACCOUNTS, SHOP } from './support/describedTables.js';

const client = localClient();
afterAll(() => {
  client.destroy();
});

describe('toCreateTableInput', () => {
  it.each([
    ['accounts, which need no index', ACCOUNTS, []],
    ['a shop, whose orders have two', SHOP, ['_id2', '_id3']],
  ] as const)('makes a table that DynamoDB takes for %s', async (_, table, indexes) => {
    const tableName = uniqueTableName('create-input');
    const input = toCreateTableInput({ ...table, tableName });
    await client.send(new CreateTableCommand(input));
    const { Table } = await client.send(new DescribeTableCommand({ TableName: tableName }));
    await client.send(new DeleteTableCommand({ TableName: tableName }));

    expect(Table).toMatchObject({
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    });
    const live = Table?.GlobalSecondaryIndexes ?? [];
    expect(live.map(({ IndexName }) => IndexName).sort()).toEqual(indexes);
    for (const index of live) {
      expect(index.KeySchema).toEqual([
        { AttributeName: `${String(index.IndexName)}PK`, KeyType: 'HASH' },
        { AttributeName: `${String(index.IndexName)}SK`, KeyType: 'RANGE' },
      ]);
      expect(index.Projection).toEqual({ ProjectionType: 'ALL' });
    }
  });
});
