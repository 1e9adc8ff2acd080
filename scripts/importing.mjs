// `npm run test:import`: imports 10 000 users of each format from a file made for it, and holds how much
// memory that takes. IMPORT_USERS says how many others.
import { build } from './build.mjs';
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';
import { setup } from './setup.mjs';

const TESTS = ['--testMatch', '**/test/import/memory.import.ts'];
const { IMPORT_USERS = '10000' } = process.env;

setup();
try {
  await build();
  await runJest(TESTS, { live: true, env: { IMPORT_USERS } });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
