import { CreateTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';

/** Makes a table of which every key attribute is a string. */
export async function makeTable(client, TableName, [PK, SK, ...index] = ['PK', 'SK']) {
  const keysOf = (names) => [
    { AttributeName: names[0], KeyType: 'HASH' },
    { AttributeName: names[1], KeyType: 'RANGE' },
  ];
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [PK, SK, ...index].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S',
      })),
      KeySchema: keysOf([PK, SK]),
      ...(index.length > 0 && {
        GlobalSecondaryIndexes: [
          {
            IndexName: 'GSI1',
            KeySchema: keysOf(index),
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      }),
    }),
  );
  await waitUntilTableExists({ client, maxWaitTime: 30 }, { TableName });
}
