// `npm run lab:peers`: turns the lab's kit on other libraries: many callers at once, and an answer that is lost.
// Ends with 0 if latchkey fails nowhere and the faults that are known of others were seen; else it proves nothing.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { build } from './build.mjs';
import { ROOT, setup } from './setup.mjs';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
setup();
await build();
execFileSync(
  process.execPath,
  [
    join(ROOT, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs'),
    'install',
    '--ignore-workspace',
    '--frozen-lockfile',
    '--ignore-scripts',
  ],
  { cwd: join(ROOT, 'benchmarks', 'peers'), stdio: ['ignore', 'ignore', 'inherit'] },
);
const { comparePeers } = await import('../benchmarks/peers/comparePeers.mjs');
process.exitCode = (await comparePeers()) ? 0 : 1;
