import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { configOf, TABLE_NAME } from '../client.mjs';
import { fromStored, keyOf, toStored } from './byHand.mjs';

export const name = 'client-dynamodb';

/** `@aws-sdk/client-dynamodb` with `marshall` and `unmarshall`, as one writes it without a mapper. */
export function open(network, options = {}) {
  const client = new DynamoDBClient(configOf(network, options));
  const read = (item) => fromStored(unmarshall(item));
  const putOf = (order) => ({
    TableName: TABLE_NAME,
    Item: marshall(toStored(order)),
    ConditionExpression: 'attribute_not_exists(PK)',
  });
  return {
    async get(key) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: TABLE_NAME, Key: marshall(keyOf(key)) }),
      );
      return read(Item);
    },
    async put(order) {
      await client.send(new PutItemCommand(putOf(order)));
      return order;
    },
    async update(key, { currency, quantity }) {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: TABLE_NAME,
          Key: marshall(keyOf(key)),
          UpdateExpression: 'SET #currency = :currency, #quantity = :quantity',
          ConditionExpression: 'attribute_exists(PK)',
          ExpressionAttributeNames: { '#currency': 'currency', '#quantity': 'quantity' },
          ExpressionAttributeValues: marshall({ ':currency': currency, ':quantity': quantity }),
          ReturnValues: 'ALL_NEW',
        }),
      );
      return read(Attributes);
    },
    async query(accountId) {
      const { Items } = await client.send(
        new QueryCommand({
          TableName: TABLE_NAME,
          KeyConditionExpression: 'PK = :PK AND begins_with(SK, :SK)',
          ExpressionAttributeValues: marshall({ ':PK': `order#${accountId}`, ':SK': 'order#' }),
        }),
      );
      return Items.map(read);
    },
    async transact(orders) {
      await client.send(
        new TransactWriteItemsCommand({
          TransactItems: orders.map((order) => ({ Put: putOf(order) })),
        }),
      );
      return orders;
    },
  };
}
