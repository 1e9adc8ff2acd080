// `npm run pack`: leaves a tarball of each package in the root of the clone. An application installs
// them together: `npm install latchkey-*.tgz @aws-sdk/client-dynamodb zod`.
import { basename } from 'node:path';
import { ROOT, setupToBuild } from './setup.mjs';

setupToBuild();
const { build } = await import('./build.mjs');
const { pack } = await import('./packed.mjs');
const { CommandError } = await import('./run.mjs');
try {
  await build();
  for (const { tarball } of await pack(ROOT)) console.log(basename(tarball));
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exitCode = 1;
}
