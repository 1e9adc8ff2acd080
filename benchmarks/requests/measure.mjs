import { Crowd } from './Crowd.mjs';
import { FLOWS } from './flows.mjs';

/**
 * Measures every flow at every scale.
 *
 * @returns a row for each flow, with a cell for each number of accounts and sessions: what it costs, and the
 *   fewest milliseconds of `times`.
 * @throws Error for a flow that needs more than its budget, or not the same at every scale.
 */
export async function measure({ accounts, sessions, times = 1, onProgress = () => {} }) {
  const rows = FLOWS.map(({ name, budget }) => ({ flow: name, budget, cells: [] }));
  for (const size of accounts) {
    onProgress(`${size} accounts`);
    const people = FLOWS.length * times;
    const crowd = await Crowd.open({ accounts: size, sessions, people });
    try {
      for (const own of sessions) {
        onProgress(`${size} accounts, ${own} sessions`);
        for (const [at, flow] of FLOWS.entries()) {
          const costs = [];
          for (let time = 0; time < times; time++) costs.push(await crowd.costOf(flow, own));
          const { cells } = rows[at];
          for (const cost of costs)
            assertSame(flow, cells, { accounts: size, sessions: own, ...cost });
          // What else the machine does only ever adds to the time.
          const ms = Math.min(...costs.map((cost) => cost.ms));
          cells.push({ accounts: size, sessions: own, ...costs[0], ms });
        }
      }
    } finally {
      crowd.close();
    }
  }
  return rows;
}

function assertSame({ name, budget, isFull = () => true }, cells, cell) {
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
