import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, request as sendRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { BatchGetItemCommand } from '@aws-sdk/client-dynamodb';
import { Accounts } from '@latchkey/accounts';
import { requireAccount } from '@latchkey/accounts/node';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { fromNodeHeaders } from 'better-auth/node';

const SECRET = 'a secret of the benchmark, long enough for HS256';
const PASSWORD = 'a long walk in the hills';

/** A server for each route; a task sends some requests to one, all at once. */
export async function openServers({ endpoint, atOnce }) {
  const client = localClient(endpoint);
  const { table, drop } = await createTestTable([], { client });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const servers = [];
  const serve = async (listener, headers, user) => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    const { port } = server.address();
    const get = () => send({ agent, port, headers });
    assert.equal((await get()).user, user);
    return () => Promise.all(Array.from({ length: atOnce }, get));
  };

  const { cookie, read, guard } = await latchkey(table, client);
  const own = { cookie, 'user-agent': 'bench', 'sec-fetch-site': 'same-origin' };
  const bare = 'bare BatchGetItem';
  const tasks = [
    { name: bare, run: await serve(async (_req, res) => answer(res, await read()), own, 'ada') },
    {
      name: 'latchkey: requireAccount',
      run: await serve(
        async (req, res) => {
          const authenticated = await guard(req, res);
          if (authenticated) answer(res, authenticated.account.username);
        },
        own,
        'ada',
      ),
    },
  ];
  for (const [name, options] of [
    ['better-auth: getSession, in memory', {}],
    [
      'better-auth: the same, from its cookie cache',
      { session: { cookieCache: { enabled: true } } },
    ],
  ]) {
    const { listener, headers } = await betterAuthServer(options);
    tasks.push({ name, run: await serve(listener, headers, 'ada') });
  }
  return {
    tasks,
    base: bare,
    close: async () => {
      agent.destroy();
      for (const server of servers) server.close();
      await drop();
      client.destroy();
    },
  };
}

/** A session, its guard, and what the guard reads, word for word. */
async function latchkey(table, client) {
  const accounts = new Accounts({ table, sessions: { getTokenSecret: () => SECRET } });
  const connection = { requestIp: '192.0.2.7', userAgent: 'bench', onCallDestroySession: null };
  const account = await accounts.createAccount({ username: 'ada', password: PASSWORD });
  const { authToken } = await accounts.sessions.begin(account, connection);
  let input;
  client.middlewareStack.add((next) => (args) => ((input = args.input), next(args)), {
    step: 'initialize',
    name: 'watch',
  });
  await accounts.handleRequest({ ...connection, authToken });
  client.middlewareStack.remove('watch');
  const { RequestItems } = input;
  const read = async () => {
    const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems }));
    assert.equal(Responses[table.name].length, 2);
    return Responses[table.name].find(({ username }) => username).username.S;
  };
  return { cookie: `__Host-latchkey=s.${authToken}`, read, guard: requireAccount(accounts) };
}

async function betterAuthServer(options) {
  const tables = { user: [], session: [], account: [], verification: [] };
  const auth = betterAuth({
    baseURL: 'http://localhost',
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    secret: SECRET,
    telemetry: { enabled: false },
    logger: { disabled: true },
    ...options,
  });
  const body = { name: 'ada', email: 'ada@example.com', password: PASSWORD };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  const cookie = headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
  return {
    headers: { cookie, 'user-agent': 'bench', 'sec-fetch-site': 'same-origin' },
    listener: async (req, res) => {
      const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
      answer(res, session?.user.name);
    },
  };
}

function answer(res, user) {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ user }));
}

async function send({ agent, port, headers }) {
  const request = sendRequest({ host: '127.0.0.1', port, path: '/orders', agent, headers }).end();
  const [response] = await once(request, 'response');
  return JSON.parse(await text(response));
}
