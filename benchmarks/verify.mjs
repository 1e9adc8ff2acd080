// `npm run bench:verify`: what a check of a session costs. Without the database: the token part of
// `handleRequest`, beside bare jsonwebtoken. With it: all of `handleRequest`, beside the bare
// BatchGetItem that it must do, on DynamoDB Local, by the same client.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { databaseChecks } = await import('./verify/databaseChecks.mjs');
const { tokenChecks } = await import('./verify/tokenChecks.mjs');
const { measureRates } = await import('./verify/measureRates.mjs');
const { report } = await import('./support/report.mjs');

const rows = [];
for (const open of [tokenChecks, databaseChecks]) {
  const { part, tasks, base, rounds, times, close } = await open();
  try {
    for (const [name, rate] of await measureRates(tasks, { base, rounds, times })) {
      rows.push({ part, check: name, ...rate });
    }
  } finally {
    await close?.();
  }
}

report('verify', rows, {
  title: 'Checks per second, and ÷ the first of the part; medians of interleaved rounds',
  notes: ['Goals: token, latchkey ≥ 0.8; database, latchkey ≥ 0.9.'],
});
