// Serves the tour until it is stopped. It stands on the build: `npm run web` makes that first.
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rollPage } from '../scripts/rollPage.mjs';
import { temporaryFolder } from '../scripts/run.mjs';
import { ROOT } from '../scripts/setup.mjs';
import { startTour } from './server/startTour.mjs';

const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** Rolls the page up, serves it, and prints its URL. A signal ends everything, and leaves nothing behind. */
export async function runTour() {
  // The handlers of scripts/run.mjs would end the process before the server and its database are closed.
  for (const signal of SIGNALS) process.removeAllListeners(signal);
  const stopped = Promise.race(SIGNALS.map((signal) => once(process, signal)));
  const folder = temporaryFolder();
  await rollPage(join(ROOT, 'web', 'page', 'tour.tsx'), folder);
  const tour = await startTour({ folder });
  console.log(`The tour is at ${tour.url}\nPress Ctrl-C to end it.`);
  await stopped;
  await tour.close();
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await runTour();
