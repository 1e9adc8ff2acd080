// `npm run test:faults`: every operation that writes, with each fault at each of its requests. `npm test`
// has a sample of it, another one each day; FAULTS_SEED repeats one.
import { build } from './build.mjs';
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';
import { setup } from './setup.mjs';

setup();
try {
  await build();
  const env = { FAULTS_RATE: '1' };
  await runJest(['packages/entity/test/faults', 'packages/accounts/test/faults'], {
    live: true,
    env,
  });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
