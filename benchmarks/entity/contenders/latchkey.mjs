import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClient, Table } from '@latchkey/entity';
import { createLeanClient } from '@latchkey/entity/lean';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { stubLean } from '../../support/stubLean.mjs';
import { configOf, TABLE_NAME } from '../client.mjs';

export const Order = defineEntity({
  name: 'Order',
  schema: z.object({
    accountId: z.string(),
    orderId: z.string(),
    customer: z.string(),
    email: z.string(),
    status: z.enum(['open', 'paid', 'sent']),
    currency: z.string(),
    quantity: z.number(),
    total: z.number(),
    isGift: z.boolean(),
    address: z.object({
      street: z.string(),
      city: z.string(),
      zip: z.string(),
      position: z.object({ latitude: z.number(), longitude: z.number() }),
    }),
    tags: z.array(z.string()),
    placedAt: z.date(),
    dueAt: z.date(),
  }),
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.orderId'] },
    { name: '_id2', PK: ['.email'], SK: ['.orderId'] },
  ],
});

function openWith(client) {
  const table = new Table({ name: TABLE_NAME, client });
  const orders = table.entity(Order);
  return {
    get: async (key) => (await orders.findOne({ filter: key })).item,
    put: async (order) => (await orders.createOne({ item: order })).item,
    update: async (key, changes) =>
      (await orders.updateOne({ filter: key, update: { $set: changes } })).item,
    query: async (accountId) => (await orders.findMany({ filter: { accountId } })).items,
    transact: (items) => table.transact(items.map((item) => orders.createOneOperation({ item }))),
  };
}

/** Latchkey with the client that its guide recommends. */
export const latchkey = {
  name: 'latchkey',
  open: (network) => openWith(createClient(configOf(network))),
};

/** Latchkey with the client that goes without the SDK. */
export const latchkeyLean = {
  name: 'latchkey, lean client',
  open: (network) => {
    const { requestHandler, ...settings } = configOf(network);
    return openWith(stubLean(createLeanClient(settings), requestHandler));
  },
};

/** Latchkey with a client of the application's own. */
export const latchkeyOwnClient = {
  name: 'latchkey, own client',
  open: (network) => openWith(new DynamoDBClient(configOf(network))),
};
