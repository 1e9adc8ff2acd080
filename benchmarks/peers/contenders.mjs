// One-time values and unique names, as each library has them or as its documentation has them made: `issue` makes
// a value, `redeem` and `register` tell whether this caller has won. An error is no refusal: it is thrown.
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { DynamoDBAdapter } from '@auth/dynamodb-adapter';
import { Table as OneTable } from 'dynamodb-onetable';
import { Dynamo } from 'dynamodb-onetable/Dynamo';
import { Entity as ToolboxEntity } from 'dynamodb-toolbox/entity';
import { DeleteItemCommand } from 'dynamodb-toolbox/entity/actions/delete';
import { PutItemCommand } from 'dynamodb-toolbox/entity/actions/put';
import { item } from 'dynamodb-toolbox/schema/item';
import { string } from 'dynamodb-toolbox/schema/string';
import { Table as ToolboxTable } from 'dynamodb-toolbox/table';
import { Entity as ElectroEntity } from 'electrodb';
import { randomBytes } from 'node:crypto';
import { Accounts } from '@latchkey/accounts';
import { Table } from '@latchkey/entity';
import { localClient } from '@latchkey/entity/testing';
import { openAuthIssuer } from './openAuthIssuer.mjs';

const newValue = () => randomBytes(16).toString('hex');

/** Contenders in the order of the table; each gets a table of its own with these keys. */
export const CONTENDERS = [
  { name: 'latchkey', keys: ['PK', 'SK'], open: openLatchkey },
  { name: 'Auth.js DynamoDB adapter', keys: ['pk', 'sk'], open: openAuthJs },
  { name: 'OpenAuth DynamoDB storage', keys: ['pk', 'sk'], open: openOpenAuth },
  { name: 'ElectroDB: create, delete', keys: ['PK', 'SK'], open: openElectro },
  { name: 'OneTable: create, remove', keys: ['PK', 'SK'], open: openOneTable },
  { name: 'toolbox: put, delete', keys: ['PK', 'SK'], open: openToolbox },
  {
    name: 'toolbox: put if absent, delete if there',
    keys: ['PK', 'SK'],
    open: (place) => openToolbox(place, true),
  },
];

function openLatchkey({ endpoint, tableName }) {
  const client = localClient(endpoint);
  const hasher = {
    dummyHash: 'none$',
    hash: () => Promise.resolve('none$'),
    verify: () => Promise.resolve(false),
    recognises: (stored) => stored === 'none$',
  };
  const accounts = new Accounts({
    table: new Table({ name: tableName, client }),
    sessions: { getTokenSecret: () => 'peers-token-secret-0123456789-abcdef' },
    passwords: { hasher },
    tokens: { maxPending: { custom: 1000 } },
  });
  const password = 'correct horse battery';
  const owner = accounts.createAccount({ username: 'owner', password });
  const purpose = 'peers';
  return {
    async issue() {
      const { accountId } = await owner;
      return (await accounts.tokens.issue({ accountId, purpose })).token;
    },
    redeem: (token) =>
      unlessRefused(accounts.tokens.consume({ token, purpose }), 'TokenVerificationFailed'),
    register: (username) =>
      unlessRefused(accounts.createAccount({ username, password }), 'UsernameAlreadyExists'),
    close: () => client.destroy(),
  };
}

function openAuthJs({ endpoint, tableName }) {
  const client = localClient(endpoint);
  const document = DynamoDBDocument.from(client, {
    marshallOptions: {
      convertEmptyValues: true,
      removeUndefinedValues: true,
      convertClassInstanceToMap: true,
    },
  });
  const adapter = DynamoDBAdapter(document, { tableName });
  const identifier = 'owner@example.com';
  return {
    async issue() {
      const token = newValue();
      const expires = new Date(Date.now() + 600_000);
      await adapter.createVerificationToken({ identifier, token, expires });
      return token;
    },
    redeem: async (token) => Boolean(await adapter.useVerificationToken({ identifier, token })),
    // As its core does at a sign-in: looks for the address, then makes the user.
    async register(name) {
      const email = `${name}@example.com`;
      if (await adapter.getUserByEmail(email)) return false;
      await adapter.createUser({ email, emailVerified: null });
      return true;
    },
    close: () => client.destroy(),
  };
}

async function openOpenAuth(place) {
  const { issueCode, redeemCode, close } = await openAuthIssuer(place);
  return { issue: issueCode, redeem: redeemCode, close };
}

function openElectro({ endpoint, tableName }) {
  const client = localClient(endpoint);
  const entityOf = (entity) =>
    new ElectroEntity(
      {
        model: { entity, version: '1', service: 'peers' },
        attributes: { name: { type: 'string', required: true } },
        indexes: {
          primary: {
            pk: { field: 'PK', composite: ['name'], casing: 'none' },
            sk: { field: 'SK', composite: [] },
          },
        },
      },
      { client, table: tableName },
    );
  const users = entityOf('user');
  const values = entityOf('value');
  return {
    async issue() {
      const name = newValue();
      await values.create({ name }).go();
      return name;
    },
    redeem: async (name) =>
      (await values.delete({ name }).go({ response: 'all_old' })).data !== null,
    register: (name) => unlessConditionFailed(users.create({ name }).go()),
    close: () => client.destroy(),
  };
}

function openOneTable({ endpoint, tableName }) {
  const client = localClient(endpoint);
  const modelOf = (kind) => ({
    PK: { type: String, value: `${kind}#\${name}` },
    SK: { type: String, value: kind },
    name: { type: String, required: true },
  });
  const table = new OneTable({
    name: tableName,
    client: new Dynamo({ client }),
    logger: false,
    partial: false,
    schema: {
      format: 'onetable:1.1.0',
      version: '0.0.1',
      indexes: { primary: { hash: 'PK', sort: 'SK' } },
      models: { User: modelOf('user'), Value: modelOf('value') },
    },
  });
  const users = table.getModel('User');
  const values = table.getModel('Value');
  return {
    async issue() {
      const name = newValue();
      await values.create({ name });
      return name;
    },
    redeem: (name) => unlessConditionFailed(values.remove({ name }, { exists: true })),
    register: (name) => unlessConditionFailed(users.create({ name })),
    close: () => client.destroy(),
  };
}

function openToolbox({ endpoint, tableName }, isConditional = false) {
  const client = localClient(endpoint);
  const table = new ToolboxTable({
    documentClient: DynamoDBDocument.from(client),
    name: tableName,
    partitionKey: { name: 'PK', type: 'string' },
    sortKey: { name: 'SK', type: 'string' },
  });
  const entityOf = (name) =>
    new ToolboxEntity({
      name,
      table,
      schema: item({ PK: string().key(), SK: string().key() }),
    });
  const users = entityOf('user');
  const values = entityOf('value');
  const keyOf = (kind, name) => ({ PK: `${kind}#${name}`, SK: kind });
  const put = (entity, key) => {
    const command = entity.build(PutItemCommand).item(key);
    const condition = { attr: 'PK', exists: false };
    return unlessConditionFailed((isConditional ? command.options({ condition }) : command).send());
  };
  return {
    async issue() {
      const name = newValue();
      await put(values, keyOf('value', name));
      return name;
    },
    async redeem(name) {
      const command = values.build(DeleteItemCommand).key(keyOf('value', name));
      if (isConditional) {
        return unlessConditionFailed(
          command.options({ condition: { attr: 'PK', exists: true } }).send(),
        );
      }
      const { Attributes } = await command.options({ returnValues: 'ALL_OLD' }).send();
      return Attributes !== undefined;
    },
    register: (name) => put(users, keyOf('user', name)),
    close: () => client.destroy(),
  };
}

/** True if a call succeeds, false if it is refused with this code. */
async function unlessRefused(call, code) {
  try {
    await call;
    return true;
  } catch (error) {
    if (error.code === code) return false;
    throw error;
  }
}

/** True if a write succeeds, false if its condition did not hold, whatever the library makes of that. */
async function unlessConditionFailed(call) {
  try {
    await call;
    return true;
  } catch (error) {
    for (let each = error; each; each = each.cause ?? each.context?.err) {
      if (
        /ConditionalCheckFailed|conditional request failed/i.test(`${each.name} ${each.message}`)
      ) {
        return false;
      }
      if (/^(?:UniqueError|ExistsError)/.test(each.code ?? '')) return false;
    }
    throw error;
  }
}
