// `npm run lab -- --seed N --minutes M --engine dynamodb-local|dynoxide`: random concurrent histories with
// faults, each checked against the sequential model. `--histories K` bounds their number, `--only I` runs one
// of them again and again, since its races differ. With `--client lean`, the requests go by the lean client.
// `npm test` has a fixed sample. `--breaks` breaks the library in each way of `labBreaks.mjs`, and says whether
// the lab has seen it.
import { randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { build } from './build.mjs';
import { startEngine } from './engines.mjs';
import { BREAKS, breaking } from './labBreaks.mjs';
import { CommandError } from './run.mjs';
import { ROOT, setup } from './setup.mjs';

/** An esbuild plugin by which the library's requests go by the lean client, as in Jest. */
const BY_LEAN_CLIENT = {
  name: 'by-lean-client',
  setup(build) {
    build.onResolve({ filter: /\/sdkClient\.js$/ }, () => ({
      path: join(ROOT, 'packages', 'entity', 'test', 'support', 'sdkClientByLean.ts'),
    }));
  },
};

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
try {
  await main(readOptions());
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof CommandError ? error.message : error);
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string', default: '10' },
      histories: { type: 'string', default: '10000' },
      only: { type: 'string' },
      breaks: { type: 'boolean', default: false },
      engine: { type: 'string', default: 'dynamodb-local' },
      client: { type: 'string', default: 'sdk' },
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (values[name] === undefined || (Number.isFinite(value) && value >= 0)) return value;
    throw new CommandError(`--${name} must be a number that is not negative.`);
  };
  if (!['dynamodb-local', 'dynoxide'].includes(values.engine)) {
    throw new CommandError('--engine must be dynamodb-local or dynoxide.');
  }
  if (!['sdk', 'lean'].includes(values.client)) {
    throw new CommandError('--client must be sdk or lean.');
  }
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : number('seed'),
    minutes: number('minutes'),
    histories: number('histories'),
    only: values.only === undefined ? undefined : number('only'),
    engine: values.engine,
    client: values.client,
    breaks: values.breaks,
  };
}

async function main({ engine, client, breaks, ...options }) {
  setup();
  // The library is bundled from its sources; only the start of DynamoDB Local is a part of what is built.
  if (engine === 'dynamodb-local') await build();
  const { runLab } = createRequire(import.meta.url)(await bundled('main'));
  const database = await startEngine(engine);
  try {
    console.log(`Seed ${options.seed}, on ${engine}, by the client ${client}`);
    const lab = { ...options, endpoint: database.endpoint };
    const plugins = client === 'lean' ? [BY_LEAN_CLIENT] : [];
    process.exitCode = await (breaks ? runBreaks : runWhole)(runLab, lab, plugins);
  } finally {
    await database.stop();
  }
}

/** Gives the exit code: 0 if no history is a violation. */
async function runWhole(runLab, lab, plugins) {
  const worker = await bundled('worker', 'whole', ...plugins);
  const report = await runLab({ ...lab, worker }, console.log);
  print(report);
  return report.violations > 0 ? 1 : 0;
}

/** Breaks the library in each way in turn, and gives the exit code: 0 if the lab sees all of them. */
async function runBreaks(runLab, lab, plugins) {
  let unseen = 0;
  for (const [at, each] of BREAKS.entries()) {
    const breaks = breaking(each, join(ROOT, 'packages'));
    const worker = await bundled('worker', `break-${at}`, breaks, ...plugins);
    const report = await runLab({ ...lab, worker, maxViolations: 1 }, () => undefined);
    const isSeen = report.violations > 0;
    if (!isSeen) unseen++;
    console.log(
      `${isSeen ? 'seen' : 'NOT SEEN'} after ${report.histories} histories: ${each.name}`,
    );
  }
  return unseen > 0 ? 1 : 0;
}

/** Bundles a program of the lab, with the library's sources, and gives the path of the bundle. */
async function bundled(name, folder = 'whole', ...plugins) {
  const outfile = join(ROOT, '.cache', 'lab', folder, `${name}.cjs`);
  await bundle({
    entryPoints: [join(ROOT, 'packages', 'accounts', 'test', 'lab', `${name}.ts`)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    tsconfig: join(ROOT, 'tsconfig.test.json'),
    logLevel: 'error',
    plugins,
  });
  return outfile;
}

function print({ outcomes, ...counts }) {
  const rows = Object.entries(outcomes).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [kind, ofKind] of rows) {
    const parts = Object.entries(ofKind).sort(([, a], [, b]) => b - a);
    console.log(`${kind.padEnd(19)} ${parts.map(([code, n]) => `${code} ${n}`).join(', ')}`);
  }
  console.log(
    Object.entries(counts)
      .map(([name, n]) => `${name} ${n}`)
      .join(', '),
  );
}
