// `npm run mutants`: breaks each line of scripts/mutants/mutants.json in turn, and shows that the test that is
// named with it fails, which passes without. Nothing is written: Jest reads the file as the mutant has it.
//   npm run mutants -- --only id,id   a few
//   npm run mutants -- --tenth        the tenth whose turn it is, as in npm test
//   npm run mutants -- --tenth 3      a certain one, from 0 to 9
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runBin, temporaryFolder } from './run.mjs';
import { readJson, ROOT } from './setup.mjs';
import { turnOfCommit } from './turn.mjs';

const CONFIG = 'scripts/mutants/jest.config.js';
const TENTHS = 10;
/** Mutants of one run of Jest. */
const AT_ONCE = 10;
const UNBROKEN = ' unbroken';
/** Bound on a run of Jest, in milliseconds: of a few mutants, and of all tests of a package. */
const TIMEOUT_MS = { some: 10 * 60_000, package: 30 * 60_000 };

/** The mutants; one whose text is not there exactly once is an error, so that the list stays true. */
export function readMutants() {
  const mutants = readJson(ROOT, 'scripts/mutants/mutants.json');
  const faults = mutants.flatMap(({ id, file, find, replace, reason, killedBy, test }) => {
    const found = readFileSync(join(ROOT, file), 'utf8').split(find).length - 1;
    return [
      ...(found === 1 ? [] : [`${id}: its text stands ${found} times in ${file}`]),
      ...(find === replace || !reason ? [`${id}: it breaks nothing, or says no reason`] : []),
      ...(killedBy && existsSync(join(ROOT, killedBy)) ? [] : [`${id}: there is no ${killedBy}`]),
      ...(test ? [] : [`${id}: no test is named`]),
    ];
  });
  if (new Set(mutants.map(({ id }) => id)).size < mutants.length) faults.push('an id stands twice');
  if (faults.length > 0) throw new Error(`scripts/mutants/mutants.json:\n${faults.join('\n')}`);
  return mutants;
}

/** A check of `npm test`, in which all tests run unbroken as well: kills the mutants of one tenth. */
export async function checkTenth(turn = turnOfCommit() % TENTHS) {
  const mutants = tenthOf(readMutants(), turn);
  const survivors = await onDatabase(() => survivorsOf(mutants));
  if (survivors.length > 0) throw new Error(`Mutants survived: ${namesOf(survivors)}`);
  return { summary: `${mutants.length} killed (npm run mutants -- --tenth ${turn})` };
}

function tenthOf(mutants, turn) {
  return mutants.filter((_, at) => at % TENTHS === turn);
}

/** Kills mutants by tests that pass unbroken; one that survives is shown to all tests of its package. */
async function killAll(mutants) {
  const survivors = [];
  for (let at = 0; at < mutants.length; at += AT_ONCE) {
    const chosen = mutants.slice(at, at + AT_ONCE);
    survivors.push(...(await survivorsOf(chosen, { compare: true, log: console.log })));
  }
  for (const mutant of survivors) {
    const [, name] = mutant.file.split('/');
    const run = { name: mutant.id, files: [`packages/${name}/**/*.test.ts`], mutant };
    const failed = (await runJest([run], TIMEOUT_MS.package)).filter(isFailed);
    console.log(
      `${mutant.id} is killed by ${failed[0]?.file ?? 'no test at all'}: ${failed[0]?.failed}`,
    );
  }
  if (survivors.length > 0) throw new Error(`Mutants survived: ${namesOf(survivors)}`);
}

/**
 * The mutants that the tests named with them do not see.
 *
 * @param options - `compare`: whether each test must pass where nothing is broken, too.
 */
async function survivorsOf(mutants, { compare = false, log = () => undefined } = {}) {
  const runOf = ({ killedBy, test }) => ({ files: [killedBy], test });
  const results = await runJest([
    ...mutants.map((mutant) => ({ name: mutant.id, ...runOf(mutant), mutant })),
    ...(compare ? mutants.map((each) => ({ name: `${each.id}${UNBROKEN}`, ...runOf(each) })) : []),
  ]);
  const resultOf = (name) => {
    const result = results.find((each) => each.name === name);
    // A file that does not even load shows a mutant that is not TypeScript, not a test that sees it; one that
    // runs out of time shows a machine that is busy.
    if (result?.isLate) throw new Error(`${name}: its test ran out of time: ${result.failed}`);
    if (result && !result.error && result.ran > 0) return result;
    throw new Error(
      `${name}: no test ran. ${result?.error ?? 'Is the title of its test another?'}`,
    );
  };
  return mutants.filter(({ id, reason, test }) => {
    if (compare && isFailed(resultOf(`${id}${UNBROKEN}`))) {
      throw new Error(`${id}: its test fails where nothing is broken: ${test}`);
    }
    const result = resultOf(id);
    log(
      `${isFailed(result) ? '✓' : '✗ SURVIVED'} ${id}: ${reason} (${result.seconds.toFixed(1)} s)`,
    );
    return !isFailed(result);
  });
}

/** Runs Jest once for all of them, and gives `{ name, file, ran, seconds, failed? }` of each file of tests. */
async function runJest(runs, timeoutMs = TIMEOUT_MS.some) {
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

function isFailed({ failed }) {
  return failed !== undefined;
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
