// `npm run test:browser`: drives the client and the tour in Chromium. Installs Debian's where there is none.
import { spawnSync } from 'node:child_process';
import { readdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runJest } from './jest.mjs';
import { CommandError, runProgram } from './run.mjs';
import { ROOT } from './setup.mjs';
import { turnOfCommit } from './turn.mjs';

/** A check that this machine cannot carry out: it has neither passed nor failed. */
export class NotRun extends Error {}

/**
 * Runs the tests in `test/browser`, which stand on the build; of the longest tables, a sample unless `all` is true.
 * Throws {@link NotRun} without a Chromium.
 */
export async function checkBrowser({ all = false } = {}) {
  const env = {
    CHROMIUM: await chromium(),
    ...(!all && { MATRIX_TURN: String(turnOfCommit()) }),
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
  const CHROMIUM = await chromium();
  const env = { CHROMIUM, SCREENSHOTS };
  const test = ['--testMatch', '**/test/browser/tour.browser.ts', '--testNamePattern', 'by mouse'];
  await runJest([...test, '--runInBand'], { env });
  return { folder, screenshots: readdirSync(folder).length };
}

let found;

/**
 * Finds a Chromium, or installs one: once, so that who needs it later may ask for it early. Rejects with
 * {@link NotRun} without one.
 *
 * @returns its command.
 */
export function chromium() {
  found ??= findOrInstall();
  return found;
}

async function findOrInstall() {
  const installed = findChromium();
  if (installed) return installed;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new NotRun('there is no Chromium: install one, or set CHROMIUM to its path');
  }
  console.log('Installing Chromium…');
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runProgram('apt-get', ['-qq', 'update'], { env });
    const packages = ['--no-install-recommends', 'chromium'];
    await runProgram('apt-get', ['-qq', 'install', '-y', ...packages], { env });
  } catch (error) {
    throw new NotRun(`there is no Chromium, and it could not be installed: ${error.message}`);
  }
  const command = findChromium();
  if (command) return command;
  throw new NotRun('Chromium was installed, but does not start');
}

function findChromium() {
  const names = [process.env.CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome'];
  return names.find((name) => name && spawnSync(name, ['--version']).status === 0);
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
