import { FLOWS } from './flows.mjs';

/**
 * Measures every flow at every scale.
 *
 * @returns a row for each flow, with a cell for each number of accounts and sessions.
 * @throws Error for a flow that needs more than its budget, or not the same at every scale.
 */
export async function measure(crowd, { accounts, sessions, times = 1, onProgress = () => {} }) {
  await crowd.open();
  const rows = FLOWS.map(({ name, budget }) => ({ flow: name, budget, cells: [] }));
  for (const size of accounts) {
    await crowd.growTo(size);
    for (const own of sessions) {
      onProgress(size, own);
      for (const [at, flow] of FLOWS.entries()) {
        const costs = [];
        for (let time = 0; time < times; time++) costs.push(await crowd.costOf(flow, own));
        const ms = median(costs.map((cost) => cost.ms));
        const cell = { accounts: size, sessions: own, ...costs[0], ms };
        rows[at].cells.push(cell);
        assertSame(flow, rows[at].cells);
      }
    }
  }
  return rows;
}

function assertSame({ name, budget, isFull = () => true }, cells) {
  const cell = cells.at(-1);
  const { requests, trips } = cell;
  if (requests > budget.requests || trips > budget.trips) {
    throw new Error(
      `${name}: ${requests}/${trips} is more than ${budget.requests}/${budget.trips}`,
    );
  }
  for (const kind of ['requests', 'trips', 'writeUnits', 'readUnits']) {
    const isUnits = kind.endsWith('Units');
    const before = cells.find((each) => !isUnits || isFull(each)) ?? cell;
    if (cell[kind] === before[kind] || (isUnits && !isFull(cell))) continue;
    const where = `${cell.accounts} accounts and ${cell.sessions} sessions`;
    throw new Error(`${name}: ${cell[kind]} ${kind} with ${where}, and ${before[kind]} before`);
  }
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
