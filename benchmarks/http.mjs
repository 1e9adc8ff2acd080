// `npm run bench:http`: a guarded route on node:http, beside one that does the bare BatchGetItem which a
// guard must do, on DynamoDB Local; and beside better-auth's getSession, whose sessions are in memory.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { openServers } = await import('./http/openServers.mjs');
const { measureRates } = await import('./verify/measureRates.mjs');
const { report } = await import('./support/report.mjs');
const { startDatabase } = await import('./support/startDatabase.mjs');

const ROUNDS = 101;
const TIMES = 5;
const AT_ONCE = 8;
/** Times that many at once. */
const WARM_UP = 400;

const database = await startDatabase();
try {
  // Before anything is measured, each route proves that it knows who asks.
  const { tasks, base, close } = await openServers({
    endpoint: database.endpoint,
    atOnce: AT_ONCE,
  });
  const rates = await measureRates(tasks, { base, rounds: ROUNDS, times: TIMES, warmUp: WARM_UP });
  await close();
  const rows = rates.map(([route, { perSecond, ratio }]) => ({
    route,
    'requests per second': perSecond * AT_ONCE,
    [`÷ ${base}`]: ratio,
  }));
  report('http', rows, {
    title: `Guarded routes on node:http, ${AT_ONCE} requests at once; medians of ${ROUNDS} interleaved rounds`,
    notes: [
      'Goal: requireAccount ≥ 0.85.',
      'better-auth looks the session up in an array of its own process: what it saves is the request to ' +
        'the database. With its cookie cache, it does not look at all, and sees no sign-out either, until ' +
        'the cache expires.',
    ],
  });
} finally {
  await database.stop();
}
