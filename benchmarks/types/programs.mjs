// One program for each library: a header, and for every entity its definition and six calls. The
// program `without` the library has what the library is given: a client, and a schema if it takes one.

const CLIENT = `
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
export const client = new DynamoDBClient({ region: 'eu-central-1' });
`;
const DOCUMENT_CLIENT = `${CLIENT}
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
export const documents = DynamoDBDocumentClient.from(client);
`;

/** What every entity is made from, as an application has it already. */
const ORDER = `{
  accountId: 'a', orderId: 'b', customer: 'c', email: 'd', status: 'paid', currency: 'EUR',
  quantity: 1, total: 1.5, isGift: false,
  address: { street: 's', city: 'c', zip: 'z', position: { latitude: 1, longitude: 2 } },
  tags: ['t'], placedAt: new Date(), dueAt: new Date(),
}`;
const TEXT_DATES = ORDER.replaceAll('new Date()', 'new Date().toISOString()');

const zodSchema = (n) => `
export const schema${n} = z.object({
  accountId: z.string(), orderId: z.string(), customer: z.string(), email: z.string(),
  status: z.enum(['open', 'paid', 'sent']), currency: z.string(),
  quantity: z.number(), total: z.number(), isGift: z.boolean(),
  address: z.object({
    street: z.string(), city: z.string(), zip: z.string(),
    position: z.object({ latitude: z.number(), longitude: z.number() }),
  }),
  tags: z.array(z.string()), placedAt: z.date(), dueAt: z.date(), field${n}: z.string().optional(),
});
export const order${n}: z.infer<typeof schema${n}> = ${ORDER};
`;
const ZOD = `${CLIENT}
import * as z from 'zod';
`;

const latchkey = {
  name: 'latchkey',
  without: { header: ZOD, entity: zodSchema },
  header: `${ZOD}
import { Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
const table = new Table({ name: 'orders', client });
`,
  entity: (n) => `${zodSchema(n)}
const Order${n} = defineEntity({
  name: 'Order${n}',
  schema: schema${n},
  indexes: [
    { name: '_id', PK: ['.accountId'], SK: ['.orderId'] },
    { name: '_id2', PK: ['.email'], SK: ['.orderId'] },
  ],
});
const orders${n} = table.entity(Order${n});
export async function use${n}() {
  const key = { accountId: 'a', orderId: 'b' };
  const { item: created } = await orders${n}.createOne({ item: ${ORDER} });
  const { item: found } = await orders${n}.findOne({ filter: key });
  const { item: updated } = await orders${n}.updateOne({
    filter: key,
    update: { $set: { currency: 'GBP', quantity: 2 } },
    condition: { status: 'open' },
  });
  const { items } = await orders${n}.findMany({ filter: { accountId: 'a' } });
  await table.transact([orders${n}.createOneOperation({ item: ${ORDER} })]);
  const { item: deleted } = await orders${n}.deleteOne({ filter: key });
  return [created.total, found?.address.city, updated?.placedAt.getTime(), items[0]?.tags, deleted?.status];
}
`,
};

const electrodb = {
  name: 'electrodb',
  without: { header: DOCUMENT_CLIENT, entity: () => '' },
  header: `${DOCUMENT_CLIENT}
import { Entity, Service } from 'electrodb';
`,
  entity: (n) => `
const Order${n} = new Entity({
  model: { entity: 'order${n}', version: '1', service: 'shop' },
  attributes: {
    accountId: { type: 'string', required: true }, orderId: { type: 'string', required: true },
    customer: { type: 'string', required: true }, email: { type: 'string', required: true },
    status: { type: ['open', 'paid', 'sent'] as const, required: true },
    currency: { type: 'string', required: true }, quantity: { type: 'number', required: true },
    total: { type: 'number', required: true }, isGift: { type: 'boolean', required: true },
    address: {
      type: 'map', required: true,
      properties: {
        street: { type: 'string', required: true }, city: { type: 'string', required: true },
        zip: { type: 'string', required: true },
        position: {
          type: 'map', required: true,
          properties: {
            latitude: { type: 'number', required: true }, longitude: { type: 'number', required: true },
          },
        },
      },
    },
    tags: { type: 'list', required: true, items: { type: 'string' } },
    placedAt: { type: 'string', required: true }, dueAt: { type: 'string', required: true },
    field${n}: { type: 'string' },
  },
  indexes: {
    primary: { pk: { field: 'PK', composite: ['accountId'] }, sk: { field: 'SK', composite: ['orderId'] } },
    byEmail: {
      index: '_id2',
      pk: { field: '_id2PK', composite: ['email'] }, sk: { field: '_id2SK', composite: ['orderId'] },
    },
  },
}, { client: documents, table: 'orders' });
const shop${n} = new Service({ order: Order${n} }, { client: documents, table: 'orders' });
export async function use${n}() {
  const key = { accountId: 'a', orderId: 'b' };
  const { data: created } = await Order${n}.create(${TEXT_DATES}).go();
  const { data: found } = await Order${n}.get(key).go();
  const { data: updated } = await Order${n}.patch(key)
    .set({ currency: 'GBP', quantity: 2 })
    .where(({ status }, { eq }) => eq(status, 'open'))
    .go({ response: 'all_new' });
  const { data: items } = await Order${n}.query.primary({ accountId: 'a' }).go();
  await shop${n}.transaction.write(({ order }) => [order.create(${TEXT_DATES}).commit()]).go();
  const { data: deleted } = await Order${n}.delete(key).go({ response: 'all_old' });
  return [created.total, found?.address.city, updated?.placedAt, items[0]?.tags, deleted?.status];
}
`,
};

const toolbox = {
  name: 'dynamodb-toolbox',
  without: { header: DOCUMENT_CLIENT, entity: () => '' },
  header: `${DOCUMENT_CLIENT}
import { Entity } from 'dynamodb-toolbox/entity';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { GetItemCommand } from 'dynamodb-toolbox/entity/actions/get';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { PutTransaction } from 'dynamodb-toolbox/entity/actions/transactPut';
import { execute } from 'dynamodb-toolbox/entity/actions/transactWrite';
import { UpdateItemCommand } from 'dynamodb-toolbox/entity/actions/update';
import { boolean } from 'dynamodb-toolbox/schema/boolean';
import { item } from 'dynamodb-toolbox/schema/item';
import { list } from 'dynamodb-toolbox/schema/list';
import { map } from 'dynamodb-toolbox/schema/map';
import { number } from 'dynamodb-toolbox/schema/number';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table } from 'dynamodb-toolbox/table';
import { QueryCommand } from 'dynamodb-toolbox/table/actions/query';
const table = new Table({
  documentClient: documents, name: 'orders',
  partitionKey: { name: 'PK', type: 'string' }, sortKey: { name: 'SK', type: 'string' },
  indexes: {
    _id2: {
      type: 'global',
      partitionKey: { name: '_id2PK', type: 'string' }, sortKey: { name: '_id2SK', type: 'string' },
    },
  },
});
`,
  entity: (n) => `
const Order${n} = new Entity({
  name: 'order${n}', table,
  schema: item({
    accountId: string().key(), orderId: string().key(), customer: string(), email: string(),
    status: string().enum('open', 'paid', 'sent'), currency: string(), quantity: number(),
    total: number(), isGift: boolean(),
    address: map({
      street: string(), city: string(), zip: string(),
      position: map({ latitude: number(), longitude: number() }),
    }),
    tags: list(string()), placedAt: string(), dueAt: string(), field${n}: string().optional(),
  }).and((before) => ({
    _id2PK: string().hidden().link<typeof before>(({ email }) => \`order#\${email}\`),
    _id2SK: string().hidden().link<typeof before>(({ orderId }) => \`order#\${orderId}\`),
  })),
  computeKey: ({ accountId, orderId }) => ({ PK: \`order#\${accountId}\`, SK: \`order#\${orderId}\` }),
});
export async function use${n}() {
  const key = { accountId: 'a', orderId: 'b' };
  const { ToolboxItem: created } = await Order${n}.build(PutItemCommand).item(${TEXT_DATES}).send();
  const { Item: found } = await Order${n}.build(GetItemCommand).key(key).send();
  const { Attributes: updated } = await Order${n}.build(UpdateItemCommand)
    .item({ ...key, currency: 'GBP', quantity: 2 })
    .options({ condition: { attr: 'status', eq: 'open' }, returnValues: 'ALL_NEW' })
    .send();
  const { Items: items } = await table.build(QueryCommand)
    .query({ partition: 'order#a' }).entities(Order${n}).send();
  await execute(Order${n}.build(PutTransaction).item(${TEXT_DATES}));
  const { Attributes: deleted } = await Order${n}.build(DeleteItemCommand)
    .key(key).options({ returnValues: 'ALL_OLD' }).send();
  return [created.total, found?.address.city, updated?.placedAt, items?.[0]?.tags, deleted?.status];
}
`,
};

const onetable = {
  name: 'dynamodb-onetable',
  without: { header: CLIENT, entity: () => '' },
  header: `${CLIENT}
import { Table, type Entity, type OneSchema } from 'dynamodb-onetable';
import { Dynamo } from 'dynamodb-onetable/Dynamo';
`,
  entity: (n) => `
const Schema${n} = {
  format: 'onetable:1.1.0', version: '0.0.1',
  indexes: { primary: { hash: 'PK', sort: 'SK' }, _id2: { hash: '_id2PK', sort: '_id2SK' } },
  models: {
    Order: {
      PK: { type: String, value: 'order#\${accountId}' }, SK: { type: String, value: 'order#\${orderId}' },
      _id2PK: { type: String, value: 'order#\${email}' }, _id2SK: { type: String, value: 'order#\${orderId}' },
      accountId: { type: String, required: true }, orderId: { type: String, required: true },
      customer: { type: String, required: true }, email: { type: String, required: true },
      status: { type: String, required: true, enum: ['open', 'paid', 'sent'] },
      currency: { type: String, required: true }, quantity: { type: Number, required: true },
      total: { type: Number, required: true }, isGift: { type: Boolean, required: true },
      address: {
        type: Object, required: true,
        schema: {
          street: { type: String, required: true }, city: { type: String, required: true },
          zip: { type: String, required: true },
          position: {
            type: Object, required: true,
            schema: {
              latitude: { type: Number, required: true }, longitude: { type: Number, required: true },
            },
          },
        },
      },
      tags: { type: Array, required: true, items: { type: String } },
      placedAt: { type: Date, required: true }, dueAt: { type: Date, required: true },
      field${n}: { type: String },
    },
  },
  params: { isoDates: true, timestamps: true },
} as const satisfies OneSchema;
const table${n} = new Table({ name: 'orders', client: new Dynamo({ client }), schema: Schema${n} });
export type Order${n} = Entity<typeof Schema${n}.models.Order>;
const orders${n} = table${n}.getModel('Order');
export async function use${n}() {
  const key = { accountId: 'a', orderId: 'b' };
  const created = await orders${n}.create(${ORDER});
  const found = await orders${n}.get(key);
  const updated = await orders${n}.update(
    { ...key, currency: 'GBP', quantity: 2 },
    { where: '\${status} = {open}' },
  );
  const items = await orders${n}.find({ accountId: 'a' });
  const transaction = {};
  await orders${n}.create(${ORDER}, { transaction });
  await table${n}.transact('write', transaction);
  const deleted = await orders${n}.remove(key);
  return [created.total, found?.address.city, updated?.placedAt, items[0]?.tags, deleted];
}
`,
};

const lib = {
  name: 'lib-dynamodb',
  without: { header: DOCUMENT_CLIENT, entity: () => '' },
  header: `${DOCUMENT_CLIENT}
import {
  DeleteCommand, GetCommand, PutCommand, QueryCommand, TransactWriteCommand, UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
`,
  entity: (n) => `
interface Order${n} {
  accountId: string; orderId: string; customer: string; email: string;
  status: 'open' | 'paid' | 'sent'; currency: string; quantity: number; total: number; isGift: boolean;
  address: { street: string; city: string; zip: string; position: { latitude: number; longitude: number } };
  tags: string[]; placedAt: string; dueAt: string; field${n}?: string;
}
export async function use${n}() {
  const TableName = 'orders';
  const Key = { PK: 'order#a', SK: 'order#b' };
  const Item: Order${n} = ${TEXT_DATES};
  await documents.send(new PutCommand({ TableName, Item: { ...Item, ...Key } }));
  const { Item: found } = await documents.send(new GetCommand({ TableName, Key }));
  const { Attributes: updated } = await documents.send(new UpdateCommand({
    TableName, Key, UpdateExpression: 'SET currency = :c, quantity = :q', ReturnValues: 'ALL_NEW',
    ConditionExpression: '#s = :s', ExpressionAttributeNames: { '#s': 'status' },
    ExpressionAttributeValues: { ':c': 'GBP', ':q': 2, ':s': 'open' },
  }));
  const { Items: items = [] } = await documents.send(new QueryCommand({
    TableName, KeyConditionExpression: 'PK = :pk', ExpressionAttributeValues: { ':pk': 'order#a' },
  }));
  await documents.send(new TransactWriteCommand({ TransactItems: [{ Put: { TableName, Item } }] }));
  const { Attributes: deleted } = await documents.send(
    new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }),
  );
  const read = (stored: Record<string, unknown> | undefined) => stored as Order${n} | undefined;
  return [Item.total, read(found)?.address.city, read(updated)?.placedAt, read(items[0])?.tags, read(deleted)?.status];
}
`,
};

export const PROGRAMS = [latchkey, lib, electrodb, toolbox, onetable];
