// `npm run bench:login`: 8 logins at once, all the time, beside our hasher and the bare pieces that it
// is made of; and what each does to the event loop.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { openContenders } = await import('./login/contenders.mjs');
const { measureLoad } = await import('./login/measureLoad.mjs');
const { report } = await import('./support/report.mjs');
const { startDatabase } = await import('./support/startDatabase.mjs');

const ROUNDS = 15;
const AT_ONCE = 8;
const TIMES = 32;

const database = await startDatabase();
try {
  // Before anything is measured, each proves that it does the same work.
  const { contenders, threads, close } = await openContenders({
    endpoint: database.endpoint,
    atOnce: AT_ONCE,
  });
  const rows = await measureLoad(contenders, { rounds: ROUNDS, atOnce: AT_ONCE, times: TIMES });
  await close();
  report('login', rows, {
    title:
      `Rate ÷ that of bare piscina + bcryptjs, and p99 of the event loop's delay ÷ idle; ` +
      `cost 10, ${threads} threads, ${AT_ONCE} at once; medians of ${ROUNDS} interleaved rounds`,
    notes: [
      'To reach: a rate of at least 0.95, and a delay of at most 3.',
      'One processor is left to the event loop. DynamoDB Local, on the same machine, gives way to both.',
    ],
  });
} finally {
  await database.stop();
}
