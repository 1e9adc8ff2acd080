// The server of `npm run load`, in a process of its own: the handler and a guarded route on node:http. It takes
// its orders from the process that has forked it, gives it the messages to account owners, and ends with it.
// `--quick-hash`: passwords are hashed in no time.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { Accounts } from '@latchkey/accounts';
import { createAccountsHandler } from '@latchkey/accounts/http';
import { requireAccount, toNodeListener } from '@latchkey/accounts/node';
import { createClient, Table } from '@latchkey/entity';
import { uniqueTableName } from '@latchkey/entity/testing';
import { QuickHasher } from './QuickHasher.mjs';

const QUIET_WITHIN_MS = 10_000;
const MEGABYTE = 1024 * 1024;

const client = createClient();
const table = new Table({ name: uniqueTableName('load'), client });
await table.ensure();
const accounts = new Accounts({
  table,
  sessions: { getTokenSecret: () => 'a secret of the load, long enough for HS256' },
  ...(process.argv.includes('--quick-hash') && { passwords: { hasher: new QuickHasher() } }),
  // Each visitor has an address of its own. Attempts and messages are counted, but no count is reached.
  trustedProxies: 1,
  throttling: {
    address: { budget: 1_000_000 },
    messages: { perAddress: 1000, perAccount: 1000 },
  },
  delivery: {
    send: ({ kind, to, token }) => process.send({ message: { kind, to: to.value, token } }),
  },
});
const guard = requireAccount(accounts);
const serveAccounts = toNodeListener(createAccountsHandler(accounts));

const server = createServer((req, res) => {
  if (req.url === '/orders') void serveOrders(req, res);
  else serveAccounts(req, res);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const loop = monitorEventLoopDelay({ resolution: 10 });
loop.enable();

const orders = {
  /** Measures memory after a full collection, whose pause does not count as one of the event loop. */
  sample: () => {
    loop.disable();
    globalThis.gc();
    const { heapUsed, rss } = process.memoryUsage();
    loop.enable();
    return { heap: heapUsed / MEGABYTE, rss: rss / MEGABYTE };
  },
  /** Forgets the delays so far: they were those of the start. */
  begin: () => {
    loop.reset();
    return { cpuMs: cpuMs() };
  },
  /** Tells the delays of the event loop in milliseconds, beyond the resolution of its timer. */
  delays: () => {
    const beyond = (ns) => Math.max(0, ns / 1e6 - 10);
    return {
      p50: beyond(loop.percentile(50)),
      p99: beyond(loop.percentile(99)),
      max: beyond(loop.max),
      cpuMs: cpuMs(),
    };
  },
  /** Waits until nothing is under way, and tells what is still open. */
  quiet: async () => {
    await accounts.settled();
    client.destroy();
    const until = Date.now() + QUIET_WITHIN_MS;
    let before = '';
    for (;;) {
      const open = { connections: await connections(), resources: resources() };
      const now = JSON.stringify(open);
      if ((open.connections === 0 && now === before) || Date.now() > until) return open;
      before = now;
      await pause(200);
    }
  },
  end: async () => {
    server.close();
    server.closeAllConnections();
    await table.delete();
    process.disconnect();
    process.exit();
  },
};

process.on('message', ({ id, order }) => {
  void Promise.resolve(orders[order]()).then((answer) => process.send({ id, answer }));
});
process.on('disconnect', () => process.exit());
const { port } = server.address();
process.send({ port });

async function serveOrders(req, res) {
  const authenticated = await guard(req, res);
  if (!authenticated) return;
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ owner: authenticated.account.username }));
}

function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function connections() {
  return new Promise((resolve, reject) => {
    server.getConnections((error, count) => (error ? reject(error) : resolve(count)));
  });
}

/** How many resources of each type keep the event loop alive. */
function resources() {
  const counts = {};
  for (const type of process.getActiveResourcesInfo()) counts[type] = (counts[type] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
}
