// `npm run test:model`: compares 20 000 random programs with the in-memory model, which takes a
// quarter of an hour or more. MODEL_RUNS says how many others, MODEL_SEED repeats a run.
import { build } from './build.mjs';
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';
import { setup } from './setup.mjs';

const MODEL = 'packages/entity/test/model/';
const { MODEL_RUNS = '20000' } = process.env;

setup();
try {
  await build();
  await runJest([MODEL], { live: true, env: { MODEL_RUNS } });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
