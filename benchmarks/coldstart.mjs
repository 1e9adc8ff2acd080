// `npm run bench:coldstart`: what it takes a new process to answer its first request: who sends it, by a
// session in DynamoDB Local. From the start of the process, and as CPU time from the import on.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { build } = await import('esbuild');
const { ROOT } = await import('../scripts/setup.mjs');
const { runNode } = await import('../scripts/run.mjs');
const { report } = await import('./support/report.mjs');
const { median, shuffled } = await import('./support/rounds.mjs');
const { startDatabase } = await import('./support/startDatabase.mjs');

const ROUNDS = 21;
const START = fileURLToPath(new URL('coldstart/start.mjs', import.meta.url));
const PROGRAMS = {
  'bare SDK': 'bareSdk',
  latchkey: 'latchkey',
  'latchkey, lean client': 'latchkeyLean',
  'latchkey Guard, lean client': 'latchkeyGuardLean',
  'Auth.js, DynamoDB adapter': 'authjs',
  'better-auth': 'betterAuth',
  'better-auth/minimal': 'betterAuthMinimal',
};

const folder = mkdtempSync(join(ROOT, '.cache', 'bench-coldstart-'));
const database = await startDatabase();
const env = {
  AWS_ENDPOINT_URL_DYNAMODB: database.endpoint,
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  AWS_REGION: 'local',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  NODE_ENV: 'production',
};
try {
  report('coldstart', await measureAll(), {
    title: `A new process answers its first request, ÷ the bare SDK in one file; medians of ${ROUNDS} interleaved rounds`,
  });
} finally {
  await database.stop();
  rmSync(folder, { recursive: true });
}

async function measureAll() {
  const tasks = [];
  for (const [program, name] of Object.entries(PROGRAMS)) {
    const source = fileURLToPath(new URL(`coldstart/${name}.mjs`, import.meta.url));
    const state = (await runNode(START, [pathToFileURL(source).href], { env })).trim();
    const files = { 'one file': await oneFile(source, name), node_modules: source };
    for (const [from, file] of Object.entries(files)) {
      tasks.push({ program, from, args: [pathToFileURL(file).href, state], found: [] });
    }
  }
  for (let round = 0; round < ROUNDS; round++) {
    for (const task of shuffled(tasks)) {
      task.found[round] = JSON.parse(await runNode(START, task.args, { env }));
    }
  }
  return tasks.map(({ program, from, found }) => {
    const ratio = (figure) =>
      median(found.map((own, round) => own[figure] / tasks[0].found[round][figure]));
    return {
      program: `${program}, ${from}`,
      'from the start': ratio('sinceStartMs'),
      ms: median(found.map(({ sinceStartMs }) => sinceStartMs)),
      'CPU from the import': ratio('cpuMs'),
      'CPU ms': median(found.map(({ cpuMs }) => cpuMs)),
    };
  });
}

/** Bundles a program with all that it needs. */
async function oneFile(source, name) {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [source],
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
    // What a function only prepares with is not in its file.
    external: ['./latchkeyWith.mjs'].filter(() => name.endsWith('GuardLean')),
    logLevel: 'error',
  });
  return outfile;
}
