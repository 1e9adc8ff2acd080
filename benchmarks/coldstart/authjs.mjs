import { Auth } from '@auth/core';
import { DynamoDBAdapter } from '@auth/dynamodb-adapter';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocument } from '@aws-sdk/lib-dynamodb';
import { randomUUID } from 'node:crypto';
import { makeTable } from './makeTable.mjs';

const client = new DynamoDBClient({});
const adapter = DynamoDBAdapter(DynamoDBDocument.from(client), { tableName: 'authjs' });
const config = {
  adapter,
  basePath: '/auth',
  providers: [],
  secret: 'a secret of the benchmark, 32 bytes',
  session: { strategy: 'database' },
  trustHost: true,
};

/** Makes a user and a session, and gives its token. */
export async function prepare() {
  await makeTable(client, 'authjs', ['pk', 'sk', 'GSI1PK', 'GSI1SK']);
  const { id } = await adapter.createUser({ name: 'ada', email: 'ada@example.com' });
  const expires = new Date(Date.now() + 30 * 86_400_000);
  const { sessionToken } = await adapter.createSession({
    sessionToken: randomUUID(),
    userId: id,
    expires,
  });
  return sessionToken;
}

/** Tells who sends a request. */
export async function answer(token) {
  const headers = { cookie: `authjs.session-token=${token}` };
  const response = await Auth(new Request('http://localhost/auth/session', { headers }), config);
  return (await response.json())?.user?.name;
}
