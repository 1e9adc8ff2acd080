// `npm run bench:requests`: the DynamoDB requests of every flow, and how many of them wait for another,
// for accounts with few and many sessions in small and large tables. Counted behind the SDK's
// retries, on DynamoDB Local.
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { startDynamoDBLocal } = await import('@latchkey/entity/testing');
const { FLOWS } = await import('./requests/flows.mjs');
const { Crowd } = await import('./requests/Crowd.mjs');
const { report } = await import('./support/report.mjs');

const ACCOUNTS = [1, 1000, 20_000];
const SESSIONS = [1, 10, 1000];

const local = await startDynamoDBLocal();
const crowd = new Crowd(local.endpoint);
try {
  await crowd.open();
  const rows = FLOWS.map(({ name, budget }) => ({ flow: name, budget: shown(budget) }));
  const costs = new Map();
  for (const accounts of ACCOUNTS) {
    await crowd.growTo(accounts);
    for (const sessions of SESSIONS) {
      for (const [at, flow] of FLOWS.entries()) {
        const cost = await crowd.costOf(flow, sessions);
        if (cost.requests > flow.budget.requests || cost.trips > flow.budget.trips) {
          throw new Error(`${flow.name}: ${shown(cost)} is more than ${shown(flow.budget)}`);
        }
        const before = costs.get(flow) ?? shown(cost);
        if (before !== shown(cost)) {
          throw new Error(`${flow.name}: ${shown(cost)} here, and ${before} before`);
        }
        costs.set(flow, before);
        rows[at][`${accounts}/${sessions}`] = shown(cost);
      }
    }
  }
  report('requests', rows, {
    title:
      'DynamoDB requests / sequential round trips per flow; columns: accounts in the table / sessions ' +
      'of the account',
  });
} finally {
  await crowd.close();
  await local.stop();
}

function shown({ requests, trips }) {
  return `${requests}/${trips}`;
}
