import { Accounts } from '@latchkey/accounts';

/** The program with a table of its own. */
export function latchkeyWith(table) {
  const accounts = new Accounts({
    table,
    sessions: { getTokenSecret: () => 'a secret of the benchmark, 32 bytes' },
  });
  return {
    prepare: () => prepareAccount(accounts, table),
    answer: (token) => answer(accounts, token),
  };
}

const request = { requestIp: '192.0.2.7', userAgent: 'bench', onCallDestroySession: null };

/** Makes an account and a session, and gives its token. */
async function prepareAccount(accounts, table) {
  await table.ensure();
  const password = 'a long walk in the hills';
  await accounts.createAccount({ username: 'ada', password });
  const { authToken } = await accounts.userByPasswordLogin({ username: 'ada', password, request });
  return authToken;
}

/** Tells who sends a request. */
async function answer(accounts, authToken) {
  const { user } = await accounts.handleRequest({ ...request, authToken });
  return user?.username;
}
