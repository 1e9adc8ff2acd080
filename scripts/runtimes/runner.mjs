// Runs test files written for Jest in any runtime: `describe`, `it`, `each` and the hooks, one test after the other,
// with Jest's own `expect`. Prints a line for each failure, and a last line of JSON with the counts.
import { expect } from 'expect';

const root = suite('', undefined);
let current = root;
let toFail = new Set();

function suite(name, parent) {
  return { name, parent, items: [], beforeAll: [], afterAll: [], beforeEach: [], afterEach: [] };
}

function describe(name, body) {
  const outer = current;
  current = suite(name, outer);
  outer.items.push(current);
  body();
  current = outer;
}

function it(name, run) {
  current.items.push({ name, run });
}

/** Titles have the arguments in the place of `%s` and the like; only failures show them. */
const each = (declare) => (table) => (name, body) => {
  for (const row of table) {
    const args = Array.isArray(row) ? row : [row];
    declare(`${name} ${args.map(String).join(', ')}`, () => body(...args));
  }
};
describe.each = each(describe);
it.each = each(it);

const hook = (kind) => (run) => void current[kind].push(run);
Object.assign(globalThis, {
  describe,
  it,
  test: it,
  expect,
  beforeAll: hook('beforeAll'),
  afterAll: hook('afterAll'),
  beforeEach: hook('beforeEach'),
  afterEach: hook('afterEach'),
});

/**
 * Runs what has been declared.
 *
 * @param known - titles of tests that fail in this runtime: they must.
 */
export async function runTests(known) {
  const counts = { passed: 0, failed: 0, known: 0 };
  toFail = new Set(known);
  await runSuite(root, [], [], counts);
  console.log(JSON.stringify(counts));
  process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

async function runSuite(own, before, after, counts) {
  const all = [before.concat(own.beforeEach), own.afterEach.concat(after)];
  for (const run of own.beforeAll) await run();
  for (const item of own.items) {
    if (item.run) await runTest(item, own, all, counts);
    else await runSuite(item, ...all, counts);
  }
  for (const run of own.afterAll) await run();
}

async function runTest({ name, run }, own, [before, after], counts) {
  const title = `${titleOf(own)}${name}`;
  let failure;
  try {
    for (const each of before) await each();
    await run();
    for (const each of after) await each();
  } catch (error) {
    failure = error;
  }
  const isKnown = toFail.has(title);
  if (isKnown && !failure) failure = new Error('It is said to fail in this runtime.');
  else if (isKnown) return void counts.known++;
  if (!failure) return void counts.passed++;
  counts.failed++;
  console.log(`✗ ${title}\n${failure.stack ?? failure}`);
}

function titleOf({ name, parent }) {
  return parent ? `${titleOf(parent)}${name} › ` : '';
}
