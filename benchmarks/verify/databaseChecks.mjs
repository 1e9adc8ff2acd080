import assert from 'node:assert/strict';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { Accounts } from '@latchkey/accounts';
import { createTestTable, localClient, startDynamoDBLocal } from '@latchkey/entity/testing';

const SECRET = 'a secret of the benchmark, long enough for HS256';

/** A request checked by Latchkey, and the bare read that it consists of, by the same client. */
export async function databaseChecks() {
  const local = await startDynamoDBLocal();
  const client = localClient(local.endpoint);
  const { table, drop } = await createTestTable([], { client });
  const accounts = new Accounts({ table, sessions: { getTokenSecret: () => SECRET } });
  const connection = { requestIp: '192.0.2.7', userAgent: 'bench', onCallDestroySession: null };
  const account = await accounts.createAccount({
    username: 'ada',
    email: 'ada@example.com',
    password: 'correct horse battery staple',
  });
  const { authToken } = await accounts.sessions.begin(account, connection);

  // What `handleRequest` sends, word for word.
  let input;
  client.middlewareStack.add((next) => (args) => ((input = args.input), next(args)), {
    step: 'initialize',
    name: 'watch',
  });
  const handle = () => accounts.handleRequest({ ...connection, authToken });
  assert.equal((await handle()).user.accountId, account.accountId);
  client.middlewareStack.remove('watch');
  const { RequestItems } = input;
  const read = () => client.send(new BatchGetItemCommand({ RequestItems }));
  assert.equal((await read()).Responses[table.name].length, 2);

  const tasks = [
    { name: 'bare BatchGetItem', run: read },
    { name: 'latchkey', run: handle },
  ];
  return {
    part: 'database',
    base: tasks[0].name,
    tasks,
    rounds: 201,
    times: 10,
    close: async () => {
      await drop();
      client.destroy();
      await local.stop();
    },
  };
}
