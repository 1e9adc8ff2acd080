// `npm test`: sets the clone up and runs every check. `npm test -- --only lint,jest` runs a few.
import { setup } from './setup.mjs';

setup();

// Only now is there a TypeScript, a Jest and so on to be found.
const { checkApiReports } = await import('./apiReports.mjs');
const { checkApps } = await import('./apps/checkApps.mjs');
const { checkBrowser, chromium, NotRun } = await import('./browser.mjs');
const { build } = await import('./build.mjs');
const { checkConsumer } = await import('./consumer/checkConsumer.mjs');
const { hasDynoxide, startEngine } = await import('./engines.mjs');
const { buildDocs } = await import('./docs.mjs');
const { checkExamples } = await import('./examples.mjs');
const { runJest, totals } = await import('./jest.mjs');
const { groupedTests } = await import('./jestGroups.mjs');
const { checkTenth } = await import('./mutants.mjs');
const { lintPackages, pack } = await import('./packed.mjs');
const { CommandError, runBin } = await import('./run.mjs');
const { writeSboms } = await import('./sbom.mjs');
const { checkNewestNode } = await import('./runtimes.mjs');
const { checkSizes } = await import('./sizes.mjs');
const { turnOfCommit } = await import('./turn.mjs');
const { checkOldestTypeScript } = await import('./typescripts.mjs');
const { checkWeights } = await import('./weights.mjs');
const { checkWorkflows } = await import('./workflows.mjs');

let tarballs;
const packed = () => (tarballs ??= pack());

const checks = {
  build: { title: 'build', run: build },
  format: { title: 'format', run: () => runBin('prettier', ['--check', '.']) },
  lint: { title: 'lint', run: () => runBin('eslint', ['--max-warnings=0', '.']) },
  unused: { title: 'unused files, exports and dependencies', run: () => runBin('knip') },
  workflows: { title: 'workflows of GitHub Actions', run: checkWorkflows },
  types: { title: 'types and type tests', needsBuild: true, run: checkTypes },
  jest: {
    title: 'Jest',
    run: async () => {
      const turn = turnOfCommit();
      const env = { MATRIX_TURN: String(turn) };
      const dynoxide = hasDynoxide() ? await startEngine('dynoxide') : undefined;
      try {
        const output = await runJest(groupedTests(turn, dynoxide?.endpoint), { env });
        const engines = dynoxide ? 'DynamoDB Local and dynoxide' : 'DynamoDB Local';
        return { summary: [seedIn(output), `MATRIX_TURN=${turn}`, engines].join('; ') };
      } finally {
        dynoxide?.stop();
      }
    },
  },
  runtimes: { title: 'the HTTP contract on the newest Node', run: checkNewestNode },
  browser: { title: 'the client and the tour in Chromium', needsBuild: true, run: checkBrowser },
  packages: {
    title: 'publint, are-the-types-wrong, sizes, API reports and dependencies',
    needsBuild: true,
    run: async () => {
      await checkSizes();
      await lintPackages(await packed());
      checkApiReports();
      const [weights, sboms] = [checkWeights(), await writeSboms()];
      return { summary: `${weights.summary}; ${sboms.summary}` };
    },
  },
  consumer: {
    title: 'packed packages in an application',
    needsBuild: true,
    run: async () => checkConsumer(await packed()),
  },
  examples: { title: 'examples in the documentation', needsBuild: true, run: checkExamples },
  docs: {
    title: 'documentation site',
    run: buildDocs,
  },
  apps: { title: 'example applications', needsBuild: true, run: checkApps },
  mutants: { title: 'a tenth of the mutants', needsBuild: true, run: () => checkTenth() },
};

/**
 * Two lanes side by side, since Jest leaves half a core idle while it waits for the database. Who is done with its
 * lane takes from the other: what takes long comes first, so that both end together.
 */
const LANES = [
  ['jest'],
  [
    'lint',
    'browser',
    'examples',
    'types',
    'format',
    'consumer',
    'packages',
    'docs',
    'apps',
    'runtimes',
    'mutants',
    'unused',
    'workflows',
  ],
];

const chosen = choose(process.argv.slice(2));
const failed = [];
// Its download takes as long as the build; whether it has failed is told by the check.
if (chosen.includes('browser')) chromium().catch(() => undefined);
await runCheck('build');
const queues = LANES.map((lane) => lane.filter((name) => chosen.includes(name)));
await Promise.all(queues.map(runLane));

if (
  totals.passed + totals.failed === 0 &&
  (chosen.includes('jest') || chosen.includes('consumer'))
) {
  failed.push('no test ran');
}
console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}` : '\nEvery check passed.');
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = failed.length > 0 || totals.failed > 0 ? 1 : 0;

/** Runs the checks of a lane, and then what others have not begun yet. */
async function runLane(own) {
  for (;;) {
    const name = own.shift() ?? queues.find((queue) => queue.length > 0)?.shift();
    if (name === undefined) return;
    await runCheck(name);
  }
}

/** Runs a check, and says how it went. */
async function runCheck(name) {
  const { title, needsBuild, run } = checks[name];
  if (needsBuild && failed.includes('build')) {
    console.log(`- ${title}: not run, for there is no build`);
    return;
  }
  const start = performance.now();
  const time = () => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    const detail = await run();
    console.log(`✓ ${title}${detail?.summary ? `: ${detail.summary}` : ''} (${time()})`);
  } catch (error) {
    if (error instanceof NotRun) {
      console.log(`- ${title}: not run, for ${error.message}`);
      return;
    }
    failed.push(name);
    console.log(`✗ ${title} (${time()})\n`);
    console.log(error instanceof CommandError ? error.message : error, '\n');
  }
}

/** Each with the globals that it runs among: those of Node, those of a browser. */
async function checkTypes() {
  for (const project of ['tsconfig.test.json', 'packages/accounts/pages', 'web/page']) {
    await runBin('tsc', ['-p', project]);
  }
  return checkOldestTypeScript();
}

/** What the test of random programs says of how to repeat it. */
function seedIn(output) {
  return /^model: (.+ programs, .+)$/m.exec(output)?.[1];
}

/** The names of the checks to run. Everything stands on the build. */
function choose(args) {
  const all = Object.keys(checks);
  if (args.length === 0) return all;
  const wanted = args[0] === '--only' && args.length === 2 ? args[1].split(',') : [];
  if (wanted.length === 0 || wanted.some((name) => !all.includes(name))) {
    console.error(
      `Usage: npm test [-- --only <check>,…], where a check is one of ${all.join(', ')}.`,
    );
    process.exit(2);
  }
  return all.filter((name) => name === 'build' || wanted.includes(name));
}
