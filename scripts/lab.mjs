// `npm run lab -- --seed N --minutes M --engine dynamodb-local|dynoxide`: random concurrent histories with
// faults, each checked against the sequential model. `--histories K` bounds their number, `--only I` runs one
// of them again and again, since its races differ. `npm test` has a fixed sample.
import { randomInt } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build as bundle } from 'esbuild';
import { build } from './build.mjs';
import { startDynoxide } from './engines.mjs';
import { CommandError } from './run.mjs';
import { ROOT, setup } from './setup.mjs';

const SOURCES = join(ROOT, 'packages', 'accounts', 'test', 'lab');
const BUNDLES = join(ROOT, '.cache', 'lab');

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
      engine: { type: 'string', default: 'dynamodb-local' },
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
  return {
    seed: values.seed === undefined ? randomInt(2 ** 31) : number('seed'),
    minutes: number('minutes'),
    histories: number('histories'),
    only: values.only === undefined ? undefined : number('only'),
    engine: values.engine,
  };
}

async function main({ engine, ...options }) {
  setup();
  await build();
  await bundle({
    entryPoints: [join(SOURCES, 'main.ts'), join(SOURCES, 'worker.ts')],
    outdir: BUNDLES,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    target: 'node20',
    tsconfig: join(ROOT, 'tsconfig.test.json'),
    logLevel: 'error',
  });
  const { runLab } = createRequire(import.meta.url)(join(BUNDLES, 'main.cjs'));
  const database = await startEngine(engine);
  try {
    console.log(`Seed ${options.seed}, on ${engine}`);
    const worker = join(BUNDLES, 'worker.cjs');
    const report = await runLab({ ...options, endpoint: database.endpoint, worker }, console.log);
    print(report);
    if (report.violations > 0) process.exitCode = 1;
  } finally {
    await database.stop();
  }
}

async function startEngine(engine) {
  if (engine === 'dynoxide') return startDynoxide();
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  return startDynamoDBLocal();
}

function print({ outcomes, ...counts }) {
  const rows = Object.entries(outcomes).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [kind, ofKind] of rows) {
    const parts = Object.entries(ofKind).sort(([, a], [, b]) => b - a);
    console.log(`${kind.padEnd(15)} ${parts.map(([code, n]) => `${code} ${n}`).join(', ')}`);
  }
  console.log(Object.entries(counts).map(([name, n]) => `${name} ${n}`).join(', '));
}
