// Runs Jest and counts its tests.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runBin, temporaryFolder } from './run.mjs';
import { readJson } from './setup.mjs';

/** The tests of all runs so far. */
export const totals = { passed: 0, failed: 0, skipped: 0 };

/** Runs it, and gives what it printed besides its report. */
export async function runJest(args, options) {
  const file = join(temporaryFolder(), 'results.json');
  try {
    return await runBin('jest', [...args, '--ci', '--json', `--outputFile=${file}`], options);
  } finally {
    if (existsSync(file)) count(readJson(file));
  }
}

function count(results) {
  totals.passed += results.numPassedTests;
  // A file that could not be loaded holds failing tests, however many.
  totals.failed += results.numFailedTests + results.numRuntimeErrorTestSuites;
  totals.skipped += results.numPendingTests + results.numTodoTests;
}
