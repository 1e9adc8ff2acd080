// Several test files as one to Jest. To each file Jest gives a registry of its own, so that it loads and
// warms up the library, the SDK and Zod once more; in a group they are loaded once.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from './setup.mjs';

const FOLDER = join(ROOT, '.cache', 'groups-of-tests');
/** What a group takes, in files and in bytes of source: a large file is often a long one to run. */
const LIMITS = { files: 14, bytes: 90_000 };
/** What holds for a registry or an environment as a whole, and so for a file that runs alone. */
const ALONE = /\bjest\.(?:do)?[mM]ock\(|\bjest\.isolateModules|@jest-environment/;

/**
 * A file that begins with `@in-turns 3`, and its reason, runs for every third commit only: most of its time goes to
 * what it does not test, such as the start of processes.
 */
const IN_TURNS = /^\/\*\* @in-turns (\d+)\b/;

const SDK_CLIENT = join(ROOT, 'packages/entity/src/sdk/sdkClient.ts');
const LEAN_CLIENT = join(ROOT, 'packages/entity/test/support/sdkClientByLean.ts');

/** Files whose processes are told of an engine by Jest alone: a group with one of them uses DynamoDB Local. */
const WITH_PROCESSES = /node:child_process|support\/(?:inTwoProcesses|runBuilt)\.js/;

/**
 * The ways of the library's requests: groups take them in turn, each group another one with the next commit. The lean
 * client and dynoxide take far less CPU; other pairs are for `npm run test:engines`.
 */
const BY_SDK = { isLean: false, onDynoxide: false };
const BY_LEAN = { isLean: true, onDynoxide: true };
const WAYS = [BY_SDK, BY_LEAN, BY_LEAN, BY_LEAN];

/**
 * Writes the groups of all test files anew, and gives Jest's arguments to run them.
 *
 * @param turn - a number that says which files of those in turns run, and which group goes which way.
 * @param dynoxide - the endpoint of the second engine; without it, all groups use DynamoDB Local.
 */
export function groupedTests(turn, dynoxide) {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const files = testFiles()
    .map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }))
    .filter(({ source }, at) => (at + turn) % Number(IN_TURNS.exec(source)?.[1] ?? 1) === 0);
  const [alone, together] = partition(files, ({ source }) => ALONE.test(source));
  grouped(together).forEach((group, at) => {
    const name = `${String(at + 1).padStart(2, '0')}.test.cjs`;
    const { isLean, onDynoxide } = WAYS[(at + turn) % WAYS.length];
    const way = [
      ...(isLean ? [mocking(SDK_CLIENT, LEAN_CLIENT)] : []),
      ...(onDynoxide && dynoxide && !group.some(({ source }) => WITH_PROCESSES.test(source))
        ? [setting('DYNAMODB_ENDPOINT', dynoxide)]
        : []),
    ];
    writeFileSync(join(FOLDER, name), [...way, ...group.map(describing)].join(''));
  });
  const matches = ['**/groups-of-tests/*.test.cjs', ...alone.map(({ path }) => `**/${path}`)];
  return ['--roots', FOLDER, join(ROOT, 'packages'), '--testMatch', ...matches];
}

/** Every test file below `packages/`, as a path from the root with slashes. */
function testFiles() {
  const below = readdirSync(join(ROOT, 'packages'), { recursive: true, withFileTypes: true });
  return below
    .filter((each) => each.isFile() && each.name.endsWith('.test.ts'))
    .map((each) => relative(ROOT, join(each.parentPath, each.name)).split(sep).join('/'))
    .filter((path) => !path.includes('/node_modules/'))
    .sort();
}

/** Neighbours together, for they load the same. */
function grouped(files) {
  const groups = [];
  let room = { files: 0, bytes: 0 };
  for (const file of files) {
    if (room.files === 0 || room.bytes < file.source.length) {
      groups.push([]);
      room = { ...LIMITS };
    }
    groups.at(-1).push(file);
    room = { files: room.files - 1, bytes: room.bytes - file.source.length };
  }
  return groups;
}

function mocking(file, by) {
  return `jest.mock(${JSON.stringify(file)}, () => require(${JSON.stringify(by)}));\n`;
}

function setting(name, value) {
  return `process.env.${name} = ${JSON.stringify(value)};\n`;
}

function describing({ path }) {
  const name = JSON.stringify(path);
  return `describe(${name}, () => void require(${JSON.stringify(join(ROOT, path))}));\n`;
}

function partition(items, isFirst) {
  return [items.filter(isFirst), items.filter((each) => !isFirst(each))];
}
