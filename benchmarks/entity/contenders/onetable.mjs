import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Table } from 'dynamodb-onetable';
import { Dynamo } from 'dynamodb-onetable/Dynamo';
import { configOf, TABLE_NAME } from '../client.mjs';

export const name = 'dynamodb-onetable';

const required = (type) => ({ type, required: true });

export function open(network, options = {}) {
  const table = new Table({
    name: TABLE_NAME,
    client: new Dynamo({ client: new DynamoDBClient(configOf(network, options)) }),
    isoDates: true,
    partial: false,
    // Its own default of `info` would write every request to the console.
    logger: false,
    schema: {
      format: 'onetable:1.1.0',
      version: '0.0.1',
      indexes: {
        primary: { hash: 'PK', sort: 'SK' },
        _id2: { hash: '_id2PK', sort: '_id2SK' },
      },
      params: { isoDates: true, timestamps: true },
      models: {
        Order: {
          PK: { type: String, value: 'order#${accountId}' },
          SK: { type: String, value: 'order#${orderId}' },
          _id2PK: { type: String, value: 'order#${email}' },
          _id2SK: { type: String, value: 'order#${orderId}' },
          accountId: required(String),
          orderId: required(String),
          customer: required(String),
          email: required(String),
          status: { ...required(String), enum: ['open', 'paid', 'sent'] },
          currency: required(String),
          quantity: required(Number),
          total: required(Number),
          isGift: required(Boolean),
          address: {
            ...required(Object),
            schema: {
              street: required(String),
              city: required(String),
              zip: required(String),
              position: {
                ...required(Object),
                schema: { latitude: required(Number), longitude: required(Number) },
              },
            },
          },
          tags: { ...required(Array), items: { type: String } },
          placedAt: required(Date),
          dueAt: required(Date),
        },
      },
    },
  });
  const Order = table.getModel('Order');
  return {
    get: (key) => Order.get(key),
    put: (order) => Order.create(order),
    update: (key, changes) => Order.update({ ...key, ...changes }),
    // By the key itself: from `{ accountId }` it would make a filter, too.
    query: (accountId) => Order.find({ PK: `order#${accountId}` }),
    async transact(orders) {
      const transaction = {};
      for (const order of orders) await Order.create(order, { transaction });
      await table.transact('write', transaction);
      return orders;
    },
  };
}
