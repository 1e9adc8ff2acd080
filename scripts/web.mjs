// `npm run web`: sets the clone up, builds it, and serves a page to try everything on. With `--once`, drives
// the page in a headless Chromium instead, and leaves screenshots.
import { parseArgs } from 'node:util';
import { setup } from './setup.mjs';

const { once } = options();
setup();

const { build } = await import('./build.mjs');
const { CommandError } = await import('./run.mjs');
// What the AWS SDK has to say about old versions of Node is not what the page is about.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
try {
  await build();
  if (once) await drive();
  else await serve();
} catch (error) {
  const { NotRun } = await import('./browser.mjs');
  console.error(error instanceof CommandError || error instanceof NotRun ? error.message : error);
  process.exitCode = 1;
}

async function serve() {
  const { runTour } = await import('../web/runTour.mjs');
  await runTour();
}

async function drive() {
  const { driveTour } = await import('./browser.mjs');
  const { folder, screenshots } = await driveTour();
  console.log(`${screenshots} screenshots of the tour are in ${folder}`);
}

function options() {
  try {
    return parseArgs({ options: { once: { type: 'boolean', default: false } } }).values;
  } catch {
    console.error('Usage: npm run web [-- --once]');
    return process.exit(2);
  }
}
