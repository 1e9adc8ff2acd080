import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { createAdapterFactory } from 'better-auth/adapters';
import { makeTable } from './makeTable.mjs';

const client = new DynamoDBClient({});
const documents = DynamoDBDocument.from(client);

/** better-auth has no adapter for DynamoDB: this one finds rows by the one field that they are asked for. */
function databaseIn(TableName) {
  return createAdapterFactory({
    config: { adapterId: 'dynamodb', supportsDates: false },
    adapter: () => ({
      async create({ model, data }) {
        const by = { session: 'token', user: 'id' }[model] ?? 'userId';
        await documents.put({ TableName, Item: { ...keyOf(model, by, data[by]), ...data } });
        return data;
      },
      async findOne({ model, where: [{ field, value }] }) {
        const { Item = null } = await documents.get({ TableName, Key: keyOf(model, field, value) });
        return Item;
      },
      async findMany(input) {
        const found = await this.findOne(input);
        return found ? [found] : [];
      },
      count: async () => 0,
      update: async () => null,
      updateMany: async () => 0,
      delete: async () => undefined,
      deleteMany: async () => 0,
    }),
  });
}

/** The program for one of better-auth's entries, with a table of its own. */
export function betterAuthWith(betterAuth, TableName) {
  const auth = betterAuth({
    baseURL: 'http://localhost',
    database: databaseIn(TableName),
    emailAndPassword: { enabled: true },
    secret: 'a secret of the benchmark, 32 bytes',
    telemetry: { enabled: false },
  });
  return {
    async prepare() {
      await makeTable(client, TableName);
      const body = { name: 'ada', email: 'ada@example.com', password: 'a long walk in the hills' };
      const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
      return headers.get('set-cookie').split(';')[0];
    },
    async answer(cookie) {
      const session = await auth.api.getSession({ headers: new Headers({ cookie }) });
      return session?.user.name;
    },
  };
}

function keyOf(model, field, value) {
  return { PK: `${model}#${field}`, SK: String(value) };
}
