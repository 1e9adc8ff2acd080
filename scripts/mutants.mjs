// `npm run mutants`: breaks each line of scripts/mutants/mutants.json in turn, and shows that a test
// fails. Nothing is written: Jest reads the file as the mutant has it.
//   npm run mutants -- --only id,id   a few
//   npm run mutants -- --tenth        the tenth whose turn it is today
//   npm run mutants -- --tenth 3      a certain one, from 0 to 9
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBin, temporaryFolder } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';

const CONFIG = 'scripts/mutants/jest.config.js';
const DAY_MS = 24 * 60 * 60 * 1000;
const TENTHS = 10;
/** Bound on a run of Jest, in milliseconds: of one tenth, and of all tests of a package. */
const TIMEOUT_MS = { tenth: 5 * 60_000, package: 30 * 60_000 };

/** The mutants; one whose text is not there exactly once is an error, so that the list stays true. */
export function readMutants() {
  const mutants = readJson(ROOT, 'scripts/mutants/mutants.json');
  const faults = mutants.flatMap(({ id, file, find, replace, reason, killedBy }) => {
    const found = readFileSync(join(ROOT, file), 'utf8').split(find).length - 1;
    return [
      ...(found === 1 ? [] : [`${id}: its text stands ${found} times in ${file}`]),
      ...(find === replace || !reason ? [`${id}: it breaks nothing, or says no reason`] : []),
      ...(existsSync(join(ROOT, killedBy)) ? [] : [`${id}: there is no ${killedBy}`]),
    ];
  });
  if (new Set(mutants.map(({ id }) => id)).size < mutants.length) faults.push('an id stands twice');
  if (faults.length > 0) throw new Error(`scripts/mutants/mutants.json:\n${faults.join('\n')}`);
  return mutants;
}

/** The tenth whose turn it is: by the day of the year, in UTC. */
export function turnOf(now = new Date()) {
  const newYear = Date.UTC(now.getUTCFullYear(), 0, 1);
  return Math.floor((now.getTime() - newYear) / DAY_MS) % TENTHS;
}

/** A check of `npm test`: kills the tenth of a day, each mutant by the test file that is named with it. */
export async function checkTenth(turn = turnOf()) {
  const mutants = tenth(readMutants(), turn);
  await onDatabase(() => killTenth(mutants));
  return { summary: `${mutants.length} killed (npm run mutants -- --tenth ${turn})` };
}

function tenth(mutants, turn) {
  return mutants.filter((_, at) => at % TENTHS === turn);
}

async function killTenth(mutants) {
  const survivors = await survivorsOf(mutants);
  if (survivors.length > 0) throw new Error(`Mutants survived: ${namesOf(survivors)}`);
}

/** Kills all: those that the tests named with them do not see are shown to all tests of their package. */
async function killAll(mutants) {
  const tests = [...new Set(mutants.map(({ killedBy }) => killedBy))];
  console.log(`First nothing is broken: ${tests.length} files of tests must pass.`);
  const failed = (await runJest([{ name: 'nothing broken', tests }])).filter(isFailed);
  if (failed.length > 0) throw new Error(`They fail: ${failed.map(({ file }) => file).join(', ')}`);
  const survivors = [];
  for (let turn = 0; turn < TENTHS; turn += 1) {
    const chosen = tenth(mutants, turn);
    if (chosen.length > 0) survivors.push(...(await survivorsOf(chosen, console.log)));
  }
  for (const mutant of survivors) {
    const [, name] = mutant.file.split('/');
    const tests = [`packages/${name}/**/*.test.ts`];
    const results = await runJest([{ name: mutant.id, tests, mutant }], TIMEOUT_MS.package);
    const files = results.filter(isFailed).map(({ file }) => file);
    console.log(`${mutant.id} is killed by ${files.join(', ') || 'no test at all'}`);
  }
  if (survivors.length > 0) throw new Error(`Mutants survived: ${namesOf(survivors)}`);
}

/** The mutants that the test files named with them do not see. */
async function survivorsOf(mutants, log = () => undefined) {
  const results = await runJest(
    mutants.map((mutant) => ({ name: mutant.id, tests: [mutant.killedBy], mutant })),
  );
  return mutants.filter((mutant) => {
    const result = results.find(({ name }) => name === mutant.id);
    // A file that does not even load shows a mutant that is not TypeScript, not a test that sees it.
    if (!result || result.error || result.ran === 0) {
      throw new Error(`No test ran for ${mutant.id}. ${result?.error ?? ''}`);
    }
    log(`${isFailed(result) ? '✓' : '✗ SURVIVED'} ${mutant.id}: ${mutant.reason}`);
    if (isFailed(result)) log(`  ${result.failed} (${result.seconds.toFixed(1)} s)`);
    return !isFailed(result);
  });
}

/** Runs Jest once, for all of them; `{ name, file, ran, seconds, failed? }` of each file of tests. */
async function runJest(runs, timeoutMs = TIMEOUT_MS.tenth) {
  const folder = temporaryFolder();
  const env = { MUTANT_RUNS: join(folder, 'runs.json'), MUTANT_RESULTS: join(folder, 'results') };
  writeFileSync(env.MUTANT_RUNS, JSON.stringify(runs));
  const args = ['--config', CONFIG, '--ci', '--forceExit'];
  let output = '';
  await runBin('jest', args, { env, timeoutMs }).catch((error) => (output = error.message));
  if (!existsSync(env.MUTANT_RESULTS)) throw new Error(`Jest did not run.\n${output}`);
  const lines = readFileSync(env.MUTANT_RESULTS, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

function isFailed({ failed, error }) {
  return failed !== undefined || error !== undefined;
}

function namesOf(mutants) {
  return mutants.map(({ id }) => id).join(', ');
}

/** One DynamoDB Local for all runs of Jest, unless there is one already. */
async function onDatabase(run) {
  if (process.env.DYNAMODB_ENDPOINT) return run();
  const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
  const database = await startDynamoDBLocal();
  process.env.DYNAMODB_ENDPOINT = database.endpoint;
  try {
    return await run();
  } finally {
    delete process.env.DYNAMODB_ENDPOINT;
    await database.stop();
  }
}

/** What the arguments ask for; anything else is an error. */
async function runCommand([option, value, ...rest]) {
  const isTurn = value === undefined || /^\d$/.test(value);
  if (option === '--tenth' && isTurn && rest.length === 0) {
    const { summary } = await checkTenth(value === undefined ? undefined : Number(value));
    return summary;
  }
  const ids = option === '--only' ? (value ?? '').split(',') : [];
  const all = readMutants();
  const unknown = ids.filter((id) => !all.some((mutant) => mutant.id === id));
  if ((option !== undefined && option !== '--only') || unknown.length > 0 || rest.length > 0) {
    throw new Error(`Usage: npm run mutants [-- --only <id>,… | -- --tenth [0…9]]. ${unknown}`);
  }
  const chosen = option === undefined ? all : all.filter(({ id }) => ids.includes(id));
  await onDatabase(() => killAll(chosen));
  return `${chosen.length} killed`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await runCommand(process.argv.slice(2)));
  } catch (error) {
    process.exitCode = 1;
    console.error(error instanceof Error ? error.message : error);
  }
}
