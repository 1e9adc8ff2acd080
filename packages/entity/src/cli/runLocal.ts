import { randomBytes } from 'node:crypto';
import { toCreateTableInput } from '../infrastructure/toCreateTableInput.js';
import { startEngine } from '../testing/internal/startEngine.js';
import { type CliOutput, EXIT_CODES } from './CliOutput.js';
import { LiveDynamoDB } from './LiveDynamoDB.js';
import { loadDefinitions } from './loadDefinitions.js';
import type { LocalCommand } from './parseLocal.js';
import { waitForSignal } from './waitForSignal.js';

const START_TIMEOUT_MS = 60_000;
const SECRET_BYTES = 32;

/**
 * Runs a local DynamoDB with the table until a signal ends it, and prints what a shell needs to know
 * of it. Everything is in memory.
 */
export async function runLocal(command: LocalCommand, output: CliOutput): Promise<number> {
  const { tableName, files, options, port } = command;
  const table = { tableName, definitions: await loadDefinitions(files), ...options };
  // Refuses what can be no table, before anything is started.
  toCreateTableInput(table);
  const signalled = waitForSignal();
  try {
    const engine = await startEngine({ port, timeoutMs: START_TIMEOUT_MS });
    const endpoint = `http://127.0.0.1:${engine.port}`;
    try {
      const live = new LiveDynamoDB({ endpoint });
      await live.create(table).finally(() => live.close());
      output.error(
        `latchkey: the table ${tableName} is ready. Press Ctrl-C to stop it. In another terminal:\n`,
      );
      output.out(exportsOf(endpoint));
      const outcome = await Promise.race([
        signalled.then(() => 'stopped' as const),
        engine.ended.then(() => 'ended' as const),
      ]);
      if (outcome === 'stopped') return EXIT_CODES.done;
      output.error('latchkey: the local DynamoDB stopped unexpectedly.\n');
      return EXIT_CODES.failed;
    } finally {
      await engine.stop();
    }
  } finally {
    signalled.forget();
  }
}

/** The lines for a POSIX shell. */
function exportsOf(endpoint: string): string {
  const variables = {
    // For `createClient` and the tests.
    DYNAMODB_ENDPOINT: endpoint,
    // For clients that the application makes in another way: nothing reaches a real table.
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    TOKEN_SECRET: randomBytes(SECRET_BYTES).toString('base64url'),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value}\n`)
    .join('');
}
