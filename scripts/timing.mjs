// `npm run test:timing`: compares the times of known and unknown identifiers, with more and larger batches
// than `npm test`. TIMING_PAIRS and TIMING_BATCHES say how many.
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';

const { TIMING_PAIRS = '12', TIMING_BATCHES = '8' } = process.env;

try {
  const env = { TIMING_PAIRS, TIMING_BATCHES };
  await runJest(['packages/accounts/test/timing/', '--testTimeout=600000'], { live: true, env });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
