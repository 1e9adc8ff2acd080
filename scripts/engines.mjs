// `npm run test:engines`: runs the whole suite on dynoxide, a DynamoDB that shares no code with
// DynamoDB Local. `npm run test:engines -- packages/entity/test/reads` runs a part of it: the
// arguments are Jest's. With `--client lean`, the library's requests go by the lean client.
import { existsSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';
import { runJest, totals } from './jest.mjs';
import { CommandError, killGroup, start } from './run.mjs';
import { ROOT, setup } from './setup.mjs';

/** The program, where it is installed. */
export const DYNOXIDE = join(ROOT, 'node_modules', '@dynoxide', 'linux-x64', 'dynoxide');

/** Whether this platform has it. */
export function hasDynoxide() {
  return existsSync(DYNOXIDE);
}

/** Runs Jest with these arguments on a dynoxide that is started for it. */
async function runOnDynoxide(jestArguments, options) {
  const dynoxide = await startDynoxide();
  try {
    const env = { ...options?.env, DYNAMODB_ENDPOINT: dynoxide.endpoint };
    await runJest(jestArguments, { ...options, env });
  } finally {
    dynoxide.stop();
  }
}

/** Starts the engine of that name: `dynamodb-local` or `dynoxide`. */
export async function startEngine(name) {
  if (name === 'dynoxide') return startDynoxide();
  if (name !== 'dynamodb-local') {
    throw new CommandError('--engine must be dynamodb-local or dynoxide.');
  }
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  return startDynamoDBLocal();
}

/**
 * Starts one on a free port of the loopback address, with its tables in memory.
 *
 * @param command - `serve`, or `import --serve` with what it imports.
 */
export async function startDynoxide(command = ['serve']) {
  const port = String(await freePort());
  const child = start(DYNOXIDE, [...command, '--host', '127.0.0.1', '--port', port]);
  let output = '';
  await new Promise((resolve, reject) => {
    child.stderr.on('data', (text) => {
      output += text;
      if (output.includes(' listening on ')) resolve();
    });
    child.on('error', reject);
    child.on('close', () => reject(new CommandError(`dynoxide did not start: ${output.trim()}`)));
  });
  return { endpoint: `http://127.0.0.1:${port}`, stop: () => killGroup(child) };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function main(given) {
  const at = given.indexOf('--client');
  const client = at < 0 ? 'sdk' : given[at + 1];
  if (client !== 'sdk' && client !== 'lean') {
    console.error('Usage: npm run test:engines -- [--client sdk|lean] [arguments of Jest]');
    process.exitCode = 2;
    return;
  }
  const jestArguments = at < 0 ? given : given.toSpliced(at, 2);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.error('The second engine, dynoxide, runs on Linux x64 only.');
    process.exitCode = 1;
    return;
  }
  setup();
  try {
    await build();
    await runOnDynoxide(jestArguments, {
      live: true,
      ...(client === 'lean' && { env: { LATCHKEY_CLIENT: 'lean' } }),
    });
  } catch (error) {
    process.exitCode = 1;
    // What Jest had to say is shown already.
    if (!hasRun() || !(error instanceof CommandError)) {
      console.error(error instanceof CommandError ? error.message : error);
    }
  }
  const { passed, failed, skipped } = totals;
  if (hasRun())
    console.log(
      `\nOn dynoxide, by the client ${client}: ${passed} passed, ${failed} failed, ${skipped} skipped`,
    );
}

function hasRun() {
  return totals.passed + totals.failed > 0;
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(process.argv.slice(2));
}
