import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import config from '../../jest.config.js';

const { maxWorkers, testTimeout, ...shared } = config;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * The runs that scripts/mutants.mjs asks for: each `{ name, files, test, mutant }`. Without a mutant, nothing is
 * broken; without the title of a test, all of the files run.
 */
const runs = JSON.parse(readFileSync(process.env.MUTANT_RUNS, 'utf8'));

/** The tests' own configuration, with one project for each mutant: its tests, and a transformer that breaks its line. */
export default {
  rootDir: ROOT,
  maxWorkers: Math.min(maxWorkers, 2),
  testTimeout,
  reporters: [pathOf('reporter.cjs')],
  projects: runs.map(({ name, files, test, mutant }) => ({
    ...shared,
    rootDir: ROOT,
    // One for all: they share what no mutant breaks.
    id: 'mutants',
    displayName: name,
    testMatch: files.map((file) => `<rootDir>/${file}`),
    testEnvironment: pathOf('OneTestEnvironment.cjs'),
    testEnvironmentOptions: { only: test },
    transform: Object.fromEntries(
      Object.entries(config.transform).map(([pattern, [, options]]) => [
        pattern,
        [pathOf('transformer.cjs'), { options, mutant }],
      ]),
    ),
  })),
};
