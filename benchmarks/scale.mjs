// `npm run scale`: requests, capacity units and latency of every flow, for 1 to 100 000 accounts in the table
// and 1 to 1 000 sessions of the account, on dynoxide. Fails if requests or units depend on either.
// `--write` keeps the results in docs/scale.json, and makes docs/scale.md and docs/scale.svg of them. `--sample` is
// what `npm test` runs, on what it has built: two small tables, each flow once.
import { writeFileSync } from 'node:fs';
import { readyToMeasure } from './support/readyToMeasure.mjs';

const isSample = process.argv.includes('--sample');
if (!isSample) await readyToMeasure();

const { measure } = await import('./requests/measure.mjs');
const { RESULTS, writePages } = await import('./scale/pages.mjs');
const { report } = await import('./support/report.mjs');

const size = isSample
  ? { accounts: [100, 1000], sessions: [1, 100], times: 1 }
  : { accounts: [1, 1000, 100_000], sessions: [1, 100, 1000], times: 5 };

const rows = await measure({
  ...size,
  onProgress: (text) => console.error(`${text}…`),
});
// The same for applications without `listing`, whose units `latchkey cost` reckons with.
await measure({ accounts: [100], sessions: [1], listing: false });
report(
  'scale',
  rows.map(({ flow, cells }) => ({
    flow,
    'requests/trips': `${cells[0].requests}/${cells[0].trips}`,
    'write units': String(cells[0].writeUnits),
    'read units': String(cells.at(-1).readUnits),
    ...Object.fromEntries(
      cells.map(({ accounts, sessions, ms }) => [`${accounts}/${sessions}`, ms.toFixed(1)]),
    ),
  })),
  { title: 'Each flow, and its fewest milliseconds by accounts in the table / sessions' },
);
if (process.argv.includes('--write')) {
  const results = rows.map(({ flow, budget, cells }) => ({
    flow,
    budget: { requests: budget.requests, trips: budget.trips },
    cells: cells.map(({ ms, ...cell }) => ({ ...cell, ms: Math.round(ms * 10) / 10 })),
  }));
  writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
  await writePages();
}
