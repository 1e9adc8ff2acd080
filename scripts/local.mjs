// `npm run local`: sets the clone up, builds it, and runs `latchkey local`. What follows `--` are its
// options.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson, ROOT, setup } from './setup.mjs';

setup();

const { build } = await import('./build.mjs');
const { CommandError } = await import('./run.mjs');
try {
  await build();
} catch (error) {
  console.error(error instanceof CommandError ? error.message : error);
  process.exit(1);
}

// What has been built needs nobody to stop it any longer; the command has handlers of its own.
for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM']) process.removeAllListeners(signal);
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
const folder = join(ROOT, 'packages', 'entity');
process.argv.splice(2, 0, 'local');
await import(pathToFileURL(join(folder, readJson(folder, 'package.json').bin.latchkey)).href);
