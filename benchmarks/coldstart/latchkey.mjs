import { Accounts } from '@latchkey/accounts';
import { createClient, Table } from '@latchkey/entity';

const table = new Table({ name: 'latchkey', client: createClient() });
const accounts = new Accounts({
  table,
  sessions: { getTokenSecret: () => 'a secret of the benchmark, 32 bytes' },
});
const request = { requestIp: '192.0.2.7', userAgent: 'bench', onCallDestroySession: null };

/** Makes an account and a session, and gives its token. */
export async function prepare() {
  await table.ensure();
  const password = 'a long walk in the hills';
  await accounts.createAccount({ username: 'ada', password });
  const { authToken } = await accounts.userByPasswordLogin({ username: 'ada', password, request });
  return authToken;
}

/** Tells who sends a request. */
export async function answer(authToken) {
  const { user } = await accounts.handleRequest({ ...request, authToken });
  return user?.username;
}
