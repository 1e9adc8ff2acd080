import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { configOf, TABLE_NAME } from '../client.mjs';
import { fromStored, keyOf, toStored } from './byHand.mjs';

export const name = 'lib-dynamodb';

/** `@aws-sdk/lib-dynamodb`, as one writes it without a mapper. */
export function open(network, options = {}) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(configOf(network, options)));
  const putOf = (order) => ({
    TableName: TABLE_NAME,
    Item: toStored(order),
    ConditionExpression: 'attribute_not_exists(PK)',
  });
  return {
    async get(key) {
      const { Item } = await client.send(
        new GetCommand({ TableName: TABLE_NAME, Key: keyOf(key) }),
      );
      return fromStored(Item);
    },
    async put(order) {
      await client.send(new PutCommand(putOf(order)));
      return order;
    },
    async update(key, { currency, quantity }) {
      const { Attributes } = await client.send(
        new UpdateCommand({
          TableName: TABLE_NAME,
          Key: keyOf(key),
          UpdateExpression: 'SET #currency = :currency, #quantity = :quantity',
          ConditionExpression: 'attribute_exists(PK)',
          ExpressionAttributeNames: { '#currency': 'currency', '#quantity': 'quantity' },
          ExpressionAttributeValues: { ':currency': currency, ':quantity': quantity },
          ReturnValues: 'ALL_NEW',
        }),
      );
      return fromStored(Attributes);
    },
    async query(accountId) {
      const { Items } = await client.send(
        new QueryCommand({
          TableName: TABLE_NAME,
          KeyConditionExpression: 'PK = :PK AND begins_with(SK, :SK)',
          ExpressionAttributeValues: { ':PK': `order#${accountId}`, ':SK': 'order#' },
        }),
      );
      return Items.map(fromStored);
    },
    async transact(orders) {
      await client.send(
        new TransactWriteCommand({ TransactItems: orders.map((order) => ({ Put: putOf(order) })) }),
      );
      return orders;
    },
  };
}
