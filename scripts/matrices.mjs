// `npm run test:matrices`: all rows of the matrices of which `npm test` has another part each day (`sampleOf`).
import { readFileSync } from 'node:fs';
import { runJest } from './jest.mjs';
import { CommandError, runBin } from './run.mjs';

try {
  const listed = await runBin('jest', ['--listTests']);
  const files = listed
    .split('\n')
    .filter((file) => file && /\bsampleOf\(/.test(readFileSync(file, 'utf8')));
  await runJest(files, { live: true, env: { MATRIX: 'whole' } });
} catch (error) {
  process.exitCode = 1;
  // Jest's own words are shown already.
  if (!(error instanceof CommandError)) console.error(error);
}
