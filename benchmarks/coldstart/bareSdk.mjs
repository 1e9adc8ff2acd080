import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { makeTable } from './makeTable.mjs';

const client = new DynamoDBClient({});
const TableName = 'bare';
const Key = { PK: { S: 'session' }, SK: { S: 'session' } };

/** Puts one item. */
export async function prepare() {
  await makeTable(client, TableName);
  await client.send(new PutItemCommand({ TableName, Item: { ...Key, username: { S: 'ada' } } }));
  return '';
}

/** Gets it: what a check of a session sends at least. */
export async function answer() {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return Item?.username?.S;
}
