// `npm run bench:flows`: the work of a process for one flow, beside the bare requests that the flow sends,
// by the same client. What DynamoDB Local answers is recorded once and played back, and passwords are
// not hashed, so that what is measured is the CPU time of the library and of the SDK.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { createRequire } = await import('node:module');
const { randomBytes } = await import('node:crypto');
const { Accounts } = await import('@latchkey/accounts');
const { Table } = await import('@latchkey/entity');
const { createLeanClient } = await import('@latchkey/entity/lean');
const { createTestTable, localClient } = await import('@latchkey/entity/testing');
const { startDatabase } = await import('./support/startDatabase.mjs');
const { Recording } = await import('./flows/Recording.mjs');
const { measure } = await import('./support/rounds.mjs');
const { stubLean } = await import('./support/stubLean.mjs');
const { report } = await import('./support/report.mjs');
const commands = createRequire(import.meta.url)('@aws-sdk/client-dynamodb');

const ROUNDS = 41;
const SLICE_MS = 20;
const LOCAL = {
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
};
const PASSWORD = 'a long walk in the hills';

/** No hash at all: what it costs is `bench:login`'s concern. */
const hasher = {
  dummyHash: 'none:',
  hash: async (password) => `none:${password}`,
  verify: async (password, stored) => stored === `none:${password}`,
};

/** Each flow, and how it begins: what it does again and again needs no state but its answers. */
const FLOWS = {
  'sign-up': () => (accounts) =>
    accounts.createAccount({ username: 'grace', email: 'grace@example.com', password: PASSWORD }),
  'password login':
    (_authToken, { username }) =>
    (accounts) =>
      accounts.userByPasswordLogin({ username, password: PASSWORD, request: request() }),
  'verify a request': (authToken) => (accounts) => accounts.handleRequest(request(authToken)),
  rotate: (authToken) => (accounts) => accounts.refreshTokens({ authToken, request: request() }),
  logout: (authToken) => (accounts) => accounts.logout({ authToken, request: request() }),
  'change of a profile':
    (_authToken, { accountId }) =>
    (accounts) =>
      accounts.profile.update({ accountId, profile: { colour: 'green' } }),
  'issue a one-time token':
    (_authToken, { accountId }) =>
    (accounts) =>
      accounts.addResetPasswordToken({ accountId }),
  'new password':
    (_authToken, { accountId }) =>
    (accounts) =>
      accounts.setPassword({ accountId, newPassword: 'a longer walk in the hills' }),
};

let people = 0;
const database = await startDatabase();
const { client, recording, inputs } = watchedClient(database.endpoint);
const { table, drop } = await createTestTable([], { client });
try {
  const secret = randomBytes(32).toString('base64url');
  const accountsOf = (ownTable) =>
    new Accounts({
      table: ownTable,
      sessions: { getTokenSecret: () => secret },
      passwords: { hasher },
    });
  // The same answers, by a client without the SDK.
  const leanClient = stubLean(
    createLeanClient({ endpoint: database.endpoint, ...LOCAL }),
    recording,
  );
  const leanTable = new Table({ name: table.name, client: leanClient });
  const both = { accounts: accountsOf(table), leanAccounts: accountsOf(leanTable), leanClient };
  const rows = [];
  for (const [flow, begin] of Object.entries(FLOWS)) rows.push(await rowOf(flow, begin, both));
  report('flows', rows, {
    title:
      `CPU time of a flow ÷ the bare requests that it sends, network stubbed; medians of ${ROUNDS} ` +
      'interleaved rounds',
  });
} finally {
  recording.pass();
  await drop();
  client.destroy();
  await database.stop();
}

async function rowOf(flow, begin, { accounts, leanAccounts, leanClient }) {
  recording.pass();
  const username = `ada${String(++people)}`;
  const account = await accounts.createAccount({ username, password: PASSWORD });
  const { authToken } = await accounts.sessions.begin(account, request());
  const run = begin(authToken, account);
  recording.record();
  inputs.length = 0;
  await run(accounts);
  const sent = inputs.splice(0);
  recording.replay();
  const tasks = [
    {
      name: 'bare',
      run: async () => {
        recording.rewind();
        for (const { name, input } of sent) await client.send(new commands[name](input));
      },
    },
    {
      name: 'latchkey',
      run: async () => {
        recording.rewind();
        inputs.length = 0;
        await run(accounts);
      },
    },
  ];
  const leanTasks = [
    {
      name: 'bare, lean',
      run: async () => {
        recording.rewind();
        for (const { name, input } of sent) {
          await leanClient.send({ name: name.replace(/Command$/, ''), input });
        }
      },
    },
    {
      name: 'latchkey, lean',
      run: async () => {
        recording.rewind();
        await run(leanAccounts);
      },
    },
  ];
  const ratios = await measure([...tasks, ...leanTasks], {
    base: 'bare',
    rounds: ROUNDS,
    sliceMs: SLICE_MS,
  });
  return {
    flow,
    requests: sent.length,
    'CPU ÷ bare requests': ratios.latchkey,
    'lean client ÷ its bare requests': ratios['latchkey, lean'] / ratios['bare, lean'],
    'lean client ÷ bare requests of the SDK': ratios['latchkey, lean'],
  };
}

/** A client whose answers can be played back, and the commands that were sent by it. */
function watchedClient(endpoint) {
  const client = localClient(endpoint);
  const recording = new Recording(client.config.requestHandler);
  client.config.requestHandler = recording;
  const inputs = [];
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        inputs.push({ name: commandName, input: args.input });
        return next(args);
      },
    { step: 'initialize', name: 'watch' },
  );
  return { client, recording, inputs };
}

function request(authToken) {
  return {
    requestIp: '192.0.2.7',
    userAgent: 'bench',
    onCallDestroySession: null,
    ...(authToken && { authToken }),
  };
}
