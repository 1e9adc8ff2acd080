// `npm run test:browser`: drives the client and the tour in Chromium. Installs Debian's where there is none.
import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runJest } from './jest.mjs';
import { CommandError } from './run.mjs';
import { ROOT } from './setup.mjs';

/** A check that this machine cannot carry out: it has neither passed nor failed. */
export class NotRun extends Error {}

/**
 * Runs the tests in `test/browser`, which stand on the build; of the longest, a sample unless `all` is true.
 * Throws {@link NotRun} without a Chromium.
 */
export async function checkBrowser({ all = false } = {}) {
  const env = {
    CHROMIUM: findChromium() ?? installChromium(),
    BROWSER_TESTS: all ? 'all' : 'sample',
  };
  await runJest(['--testMatch', '**/test/browser/**/*.browser.ts', '--runInBand'], { env });
}

/**
 * Goes through the tour as a person with a mouse does, on a desktop and on a phone. Throws {@link NotRun}
 * without a Chromium.
 *
 * @returns the folder of the screenshots, which is emptied before, and their number.
 */
export async function driveTour() {
  const SCREENSHOTS = join(ROOT, '.cache', 'screenshots');
  const folder = join(SCREENSHOTS, 'tour');
  rmSync(folder, { recursive: true, force: true });
  const CHROMIUM = findChromium() ?? installChromium();
  const env = { CHROMIUM, SCREENSHOTS, BROWSER_TESTS: 'all' };
  const test = ['--testMatch', '**/test/browser/tour.browser.ts', '--testNamePattern', 'by mouse'];
  await runJest([...test, '--runInBand'], { env });
  return { folder, screenshots: readdirSync(folder).length };
}

function findChromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'];
  return names.find((name) => name && spawnSync(name, ['--version']).status === 0);
}

function installChromium() {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new NotRun('there is no Chromium: install one, or set CHROMIUM to its path');
  }
  console.log('Installing Chromium…');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { encoding: 'utf8', env };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { status, stderr } = spawnSync('apt-get', ['-qq', ...args], options);
    if (status === 0) continue;
    throw new NotRun(`there is no Chromium, and it could not be installed: ${stderr.trim()}`);
  }
  const found = findChromium();
  if (found) return found;
  throw new NotRun('Chromium was installed, but does not start');
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await checkBrowser({ all: true });
    console.log('The client and the tour work in Chromium.');
  } catch (error) {
    const isKnown = error instanceof CommandError || error instanceof NotRun;
    console.error(
      error instanceof NotRun ? `Not run: ${error.message}` : isKnown ? error.message : error,
    );
    process.exitCode = 1;
  }
}
