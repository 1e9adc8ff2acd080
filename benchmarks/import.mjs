// `npm run bench:import`: what a library costs before it does anything: the CPU time of its `import()` in
// a new process, from node_modules and from an application's bundle of one file, both with the SDK's client.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { build } = await import('esbuild');
const { bundleSize } = await import('../scripts/bundleSize.mjs');
const { ROOT } = await import('../scripts/setup.mjs');
const { runNode } = await import('../scripts/run.mjs');
const { report } = await import('./support/report.mjs');
const { median, shuffled } = await import('./support/rounds.mjs');

const ROUNDS = 21;
const BASE = 'lib-dynamodb';
const CLIENT = '@aws-sdk/client-dynamodb';
const DOCUMENTS = [CLIENT, '@aws-sdk/lib-dynamodb'];
/** What an application imports to work with a table, or with accounts. */
const LIBRARIES = {
  [BASE]: DOCUMENTS,
  'latchkey: entity': [CLIENT, '@latchkey/schema', '@latchkey/entity'],
  electrodb: [...DOCUMENTS, 'electrodb'],
  'dynamodb-toolbox': [...DOCUMENTS, 'dynamodb-toolbox'],
  'dynamodb-onetable': [CLIENT, 'dynamodb-onetable', 'dynamodb-onetable/Dynamo'],
  'latchkey: accounts': [CLIENT, '@latchkey/entity', '@latchkey/accounts'],
  'latchkey: accounts, lean client': ['@latchkey/entity/lean', '@latchkey/accounts'],
  'latchkey: guard, lean client': ['@latchkey/entity/lean', '@latchkey/accounts/guard'],
  'better-auth': [...DOCUMENTS, 'better-auth'],
  'better-auth/minimal': [...DOCUMENTS, 'better-auth/minimal'],
  'Auth.js, DynamoDB adapter': [
    ...DOCUMENTS,
    '@auth/core',
    '@auth/core/providers/credentials',
    '@auth/dynamodb-adapter',
  ],
};

let files = 0;
const folder = mkdtempSync(join(ROOT, '.cache', 'bench-import-'));
try {
  report('import', await measureAll(), {
    title: `CPU of import() in new processes, with the SDK, ÷ ${BASE} from node_modules: medians of ${ROUNDS} interleaved rounds; sizes without the SDK`,
  });
} finally {
  rmSync(folder, { recursive: true });
}

async function measureAll() {
  const tasks = [];
  for (const [name, modules] of Object.entries(LIBRARIES)) {
    tasks.push({ name, from: 'node_modules', modules, times: [] });
    tasks.push({ name, from: 'one file', modules: [await oneFile(modules)], times: [] });
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const task of shuffled(tasks)) task.times[round] = await importMs(task.modules);
  }
  const ratioOf = (name, from) => {
    const { times } = tasks.find((task) => task.name === name && task.from === from);
    return median(times.map((time, round) => time / tasks[0].times[round]));
  };
  const rows = [];
  for (const [name, modules] of Object.entries(LIBRARIES)) {
    const own = modules.filter((module) => !module.startsWith('@aws-sdk/'));
    const size = await bundleSize(reexport(own));
    rows.push({
      library: name,
      'from node_modules': ratioOf(name, 'node_modules'),
      'in one file': ratioOf(name, 'one file'),
      'minified KiB': name === BASE ? null : size.minified,
      'gzip KiB': name === BASE ? null : size.gzip,
    });
  }
  return rows;
}

/** The CPU time that a new process needs to import modules, in milliseconds. */
async function importMs(modules) {
  const imports = modules.map((module) => `import(${JSON.stringify(module)})`);
  const source = `
    const before = process.cpuUsage();
    await Promise.all([${imports.join(', ')}]);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);`;
  const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return Number(await runNode('--input-type=module', ['--eval', source], { cwd: ROOT, env }));
}

/** Bundles modules, all that they need with them, and gives the URL of the file. */
async function oneFile(modules) {
  const outfile = join(folder, `${files++}.mjs`);
  await build({
    stdin: { contents: reexport(modules), resolveDir: ROOT },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    // For whatever is CommonJS and requires Node's own modules.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  return pathToFileURL(outfile).href;
}

/** All that the modules export, as an application's bundler would keep it. */
function reexport(modules) {
  return modules.map((module, at) => `export * as m${at} from '${module}';`).join('\n');
}
