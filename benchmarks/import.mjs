// `npm run bench:import`: what a library costs before it does anything: the time of its `import()` in
// a new process, and its size in a bundle.
import { gzipSync } from 'node:zlib';
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { build } = await import('esbuild');
const { ROOT } = await import('../scripts/setup.mjs');
const { runNode } = await import('../scripts/run.mjs');
const { report } = await import('./support/report.mjs');
const { median, shuffled } = await import('./support/rounds.mjs');

const ROUNDS = 21;
const BASE = 'lib-dynamodb';
/** What an application imports to work with a table. The SDK's clients are part of the time. */
const LIBRARIES = {
  [BASE]: ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb'],
  latchkey: ['@aws-sdk/client-dynamodb', '@latchkey/schema', '@latchkey/entity'],
  electrodb: ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'electrodb'],
  'dynamodb-toolbox': ['@aws-sdk/client-dynamodb', '@aws-sdk/lib-dynamodb', 'dynamodb-toolbox'],
  'dynamodb-onetable': [
    '@aws-sdk/client-dynamodb',
    'dynamodb-onetable',
    'dynamodb-onetable/Dynamo',
  ],
};

const times = new Map(Object.keys(LIBRARIES).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const name of shuffled([...times.keys()])) times.get(name).push(await importMs(name));
}
const baseTimes = times.get(BASE);

const rows = [];
for (const [name, modules] of Object.entries(LIBRARIES)) {
  const bytes = await bundle(modules);
  const ratios = times.get(name).map((time, round) => time / baseTimes[round]);
  rows.push({
    library: name,
    'import() ÷ lib-dynamodb': median(ratios),
    'minified KiB': name === BASE ? null : bytes.length / 1024,
    'gzip KiB': name === BASE ? null : gzipSync(bytes).length / 1024,
  });
}

report('import', rows, {
  title: `import() in new processes, medians of ${ROUNDS} interleaved rounds; bundle without the SDK`,
});

/** The time that a new process needs to import a library. */
async function importMs(name) {
  const imports = LIBRARIES[name].map((module) => `import(${JSON.stringify(module)})`);
  const source = `
    const start = performance.now();
    await Promise.all([${imports.join(', ')}]);
    console.log(performance.now() - start);`;
  const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };
  return Number(await runNode('--input-type=module', ['--eval', source], { cwd: ROOT, env }));
}

/** All that the modules export, as an application's bundler would keep it. */
async function bundle(modules) {
  const own = modules.filter((module) => !module.startsWith('@aws-sdk/'));
  const contents = own.map((module) => `export * from ${JSON.stringify(module)};`).join('\n');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    minify: true,
    write: false,
    platform: 'node',
    format: 'esm',
    external: ['@aws-sdk/*', '@smithy/*'],
    logLevel: 'error',
  });
  return outputFiles[0].contents;
}
