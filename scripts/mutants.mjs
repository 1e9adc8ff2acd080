// `npm run mutants`: breaks each line of scripts/mutants/mutants.json in turn, and shows that a test
// fails. Nothing is written: Jest reads the file as the mutant has it.
//   npm run mutants -- --only id,id   a few
//   npm run mutants -- --tenth        the tenth whose turn it is today
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBin, temporaryFolder } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

const CONFIG = 'scripts/mutants/jest.config.js';
const DAY_MS = 24 * 60 * 60 * 1000;

/** The mutants; one whose text is not there exactly once is an error, so that the list stays true. */
export function readMutants() {
  const mutants = readJson(ROOT, 'scripts/mutants/mutants.json');
  const faults = mutants.flatMap(({ id, file, find, replace, reason, tests }) => {
    const found = readFileSync(join(ROOT, file), 'utf8').split(find).length - 1;
    return [
      ...(found === 1 ? [] : [`${id}: its text stands ${found} times in ${file}`]),
      ...(find === replace || !reason ? [`${id}: it breaks nothing, or says no reason`] : []),
      ...tests.filter((test) => !existsSync(join(ROOT, test))).map((test) => `${id}: no ${test}`),
      ...(tests.length === 0 ? [`${id}: no test is named`] : []),
    ];
  });
  if (new Set(mutants.map(({ id }) => id)).size < mutants.length) faults.push('an id stands twice');
  if (faults.length > 0) throw new Error(`scripts/mutants/mutants.json:\n${faults.join('\n')}`);
  return mutants;
}

/** The tenth of the mutants whose turn it is on a day. */
export function tenthOf(mutants, now = Date.now()) {
  const turn = Math.floor(now / DAY_MS) % 10;
  return { turn, mutants: mutants.filter((_, at) => at % 10 === turn) };
}

/** Runs the tests on a mutant; true if one of them fails. */
async function isKilled(mutant, tests) {
  const file = join(temporaryFolder(), `mutant-${mutant.id}.json`);
  const args = ['--config', CONFIG, '--ci', '--json', `--outputFile=${file}`, ...tests];
  await runBin('jest', args, { env: { MUTANT: JSON.stringify(mutant) } }).catch(() => undefined);
  if (!existsSync(file)) throw new Error(`Jest did not run for the mutant ${mutant.id}.`);
  const { numFailedTests, numPassedTests, numRuntimeErrorTestSuites } = readJson(file);
  // A file that does not even load shows a mutant that is not TypeScript, not a test that sees it.
  if (numFailedTests + numPassedTests === 0) {
    throw new Error(`No test ran for ${mutant.id} (${numRuntimeErrorTestSuites} failed to load).`);
  }
  return numFailedTests > 0;
}

/**
 * Breaks the mutants one by one.
 *
 * @param options - `isWider`: a mutant that the named tests do not see is shown to all tests of its package.
 */
export async function killMutants(mutants, { isWider = false, log = () => undefined } = {}) {
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  // One for all runs of Jest, unless there is one already.
  const database = process.env.DYNAMODB_ENDPOINT ? undefined : await startDynamoDBLocal();
  if (database) process.env.DYNAMODB_ENDPOINT = database.endpoint;
  try {
    return await killEach(mutants, { isWider, log });
  } finally {
    if (database) {
      delete process.env.DYNAMODB_ENDPOINT;
      await database.stop();
    }
  }
}

async function killEach(mutants, { isWider, log }) {
  const survivors = [];
  for (const mutant of mutants) {
    let killed = await isKilled(mutant, mutant.tests);
    const [, name] = mutant.file.split('/');
    if (!killed && isWider) killed = await isKilled(mutant, [`packages/${name}/`]);
    if (!killed) survivors.push(mutant.id);
    log(`${killed ? '✓ killed' : '✗ SURVIVED'} ${mutant.id}: ${mutant.reason}`);
  }
  if (survivors.length > 0) throw new Error(`Mutants survived: ${survivors.join(', ')}`);
  return { summary: `${mutants.length} killed` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const [option, value = ''] = process.argv.slice(2);
    const all = readMutants();
    const chosen =
      option === '--only'
        ? all.filter(({ id }) => value.split(',').includes(id))
        : option === '--tenth'
          ? tenthOf(all).mutants
          : all;
    if (chosen.length === 0) throw new Error('There is no such mutant.');
    const { summary } = await killMutants(chosen, { isWider: !option, log: console.log });
    console.log(summary);
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
}
