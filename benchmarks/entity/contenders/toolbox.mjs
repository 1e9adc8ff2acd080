import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Entity } from 'dynamodb-toolbox/entity';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { execute } from 'dynamodb-toolbox/entity/actions/transactWrite';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { any } from 'dynamodb-toolbox/schema/any';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
import { configOf, TABLE_NAME } from '../client.mjs';

export const name = 'dynamodb-toolbox';

// dynamodb-toolbox has no dates: this is how its documentation keeps them.
const date = () =>
  any().transform({ encode: (value) => value.toISOString(), decode: (text) => new Date(text) });

export function open(network, options = {}) {
  const table = new Table({
    documentClient: DynamoDBDocumentClient.from(new DynamoDBClient(configOf(network, options))),
    name: TABLE_NAME,
    partitionKey: { name: 'PK', type: 'string' },
    sortKey: { name: 'SK', type: 'string' },
    indexes: {
      _id2: {
        type: 'global',
        partitionKey: { name: '_id2PK', type: 'string' },
        sortKey: { name: '_id2SK', type: 'string' },
      },
    },
  });
  const Order = new Entity({
    name: 'order',
    table,
    schema: item({
      accountId: string().key(),
      orderId: string().key(),
      customer: string(),
      email: string(),
      status: string().enum('open', 'paid', 'sent'),
      currency: string(),
      quantity: number(),
      total: number(),
      isGift: boolean(),
      address: map({
        street: string(),
        city: string(),
        zip: string(),
        position: map({ latitude: number(), longitude: number() }),
      }),
      tags: list(string()),
      placedAt: date(),
      dueAt: date(),
    }).and(() => ({
      _id2PK: string()
        .hidden()
        .link(({ email }) => `order#${email}`),
      _id2SK: string()
        .hidden()
        .link(({ orderId }) => `order#${orderId}`),
    })),
    computeKey: ({ accountId, orderId }) => ({
      PK: `order#${accountId}`,
      SK: `order#${orderId}`,
    }),
  });
  const isNew = { condition: { attr: 'accountId', exists: false } };
  return {
    get: async (key) => (await Order.build(GetItemCommand).key(key).send()).Item,
    async put(order) {
      const { ToolboxItem } = await Order.build(PutItemCommand).item(order).options(isNew).send();
      return ToolboxItem;
    },
    async update(key, changes) {
      const { Attributes } = await Order.build(UpdateItemCommand)
        .item({ ...key, ...changes })
        .options({ condition: { attr: 'accountId', exists: true }, returnValues: 'ALL_NEW' })
        .send();
      return Attributes;
    },
    async query(accountId) {
      const { Items } = await table
        .build(QueryCommand)
        .query({ partition: `order#${accountId}`, range: { beginsWith: 'order#' } })
        .entities(Order)
        // There are only orders in this range, which the others take for granted, too.
        .options({ entityAttrFilter: false })
        .send();
      return Items;
    },
    async transact(orders) {
      await execute(
        ...orders.map((order) => Order.build(PutTransaction).item(order).options(isNew)),
      );
      return orders;
    },
  };
}
