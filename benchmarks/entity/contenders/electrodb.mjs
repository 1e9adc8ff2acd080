import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity, Service } from 'electrodb';
import { configOf, TABLE_NAME } from '../client.mjs';

export const name = 'electrodb';

// electrodb has no dates: this is how its documentation keeps them.
const date = {
  type: 'any',
  required: true,
  get: (text) => (text === undefined ? undefined : new Date(text)),
  set: (value) => value?.toISOString(),
};
const required = (type) => ({ type, required: true });

export function open(network, options = {}) {
  const client = DynamoDBDocumentClient.from(new DynamoDBClient(configOf(network, options)));
  const Order = new Entity(
    {
      model: { entity: 'order', version: '1', service: 'shop' },
      attributes: {
        accountId: required('string'),
        orderId: required('string'),
        customer: required('string'),
        email: required('string'),
        status: required(['open', 'paid', 'sent']),
        currency: required('string'),
        quantity: required('number'),
        total: required('number'),
        isGift: required('boolean'),
        address: {
          ...required('map'),
          properties: {
            street: required('string'),
            city: required('string'),
            zip: required('string'),
            position: {
              ...required('map'),
              properties: { latitude: required('number'), longitude: required('number') },
            },
          },
        },
        tags: { ...required('list'), items: { type: 'string' } },
        placedAt: date,
        dueAt: date,
      },
      indexes: {
        primary: {
          pk: { field: 'PK', composite: ['accountId'], casing: 'none' },
          sk: { field: 'SK', composite: ['orderId'], casing: 'none' },
        },
        byEmail: {
          index: '_id2',
          pk: { field: '_id2PK', composite: ['email'], casing: 'none' },
          sk: { field: '_id2SK', composite: ['orderId'], casing: 'none' },
        },
      },
    },
    { client, table: TABLE_NAME },
  );
  const shop = new Service({ order: Order }, { client, table: TABLE_NAME });
  return {
    get: async (key) => (await Order.get(key).go()).data,
    put: async (order) => (await Order.create(order).go()).data,
    update: async (key, changes) =>
      (await Order.patch(key).set(changes).go({ response: 'all_new' })).data,
    query: async (accountId) => (await Order.query.primary({ accountId }).go()).data,
    async transact(orders) {
      await shop.transaction
        .write(({ order }) => orders.map((item) => order.create(item).commit()))
        .go();
      return orders;
    },
  };
}
