// `npm run bench:requests`: the DynamoDB requests of every flow, how many of them wait for another, and
// their capacity units and dollars, for accounts with few and many sessions in small and large tables.
// Counted behind the SDK's retries. Units are as dynoxide reports them: DynamoDB Local reports those of
// transactions wrongly.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { dollarsPerMillion } = await import('./requests/dollars.mjs');
const { measure } = await import('./requests/measure.mjs');
const { report } = await import('./support/report.mjs');

const rows = await measure({ accounts: [1, 1000, 20_000], sessions: [1, 10, 1000] });
report(
  'requests',
  rows.map(({ flow, budget, cells: [{ requests, trips, writeUnits, readUnits }] }) => ({
    flow,
    budget: `${budget.requests}/${budget.trips}`,
    'requests/trips': `${requests}/${trips}`,
    'write units': String(writeUnits),
    'read units': String(readUnits),
    'dollars a million': dollarsPerMillion({ writeUnits, readUnits }).toFixed(2),
  })),
  {
    title: 'DynamoDB requests / sequential round trips of each flow, the same at every scale',
    notes: ['On-demand prices of us-east-1.'],
  },
);
