import { Crowd } from './Crowd.mjs';
import { FLOWS } from './flows.mjs';

/**
 * Measures every flow at every scale.
 *
 * @param size - `accounts` in the table and `sessions` of the account, several of each; `times`, of each flow;
 *   `listing`, the option of that name: without it, the flows that list are left out.
 * @returns a row for each flow, with a cell for each number of accounts and sessions: what it costs, and the
 *   fewest milliseconds of `times`.
 * @throws Error for a flow that does not cost what `FLOW_COSTS` says, or not the same at every scale.
 */
export async function measure({
  accounts,
  sessions,
  times = 1,
  listing = true,
  onProgress = () => {},
}) {
  const flows = FLOWS.filter(({ lists }) => listing || !lists).map((flow) => ({
    ...flow,
    budget: budgetOf(flow, listing),
  }));
  const rows = flows.map(({ name, budget }) => ({ flow: name, budget, cells: [] }));
  for (const size of accounts) {
    onProgress(`${size} accounts`);
    const people = flows.length * times;
    const crowd = await Crowd.open({ accounts: size, sessions, people, listing });
    try {
      for (const own of sessions) {
        onProgress(`${size} accounts, ${own} sessions`);
        for (const [at, flow] of flows.entries()) {
          const costs = [];
          for (let time = 0; time < times; time++) costs.push(await crowd.costOf(flow, own));
          const { cells } = rows[at];
          for (const cost of costs) assertSame(flow, { accounts: size, sessions: own, ...cost });
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

function budgetOf({ budget: { listingUnits, writeUnits, ...budget } }, listing) {
  return { ...budget, writeUnits: writeUnits + (listing ? listingUnits : 0) };
}

function assertSame({ name, budget, isFull = () => true }, cell) {
  for (const kind of ['requests', 'trips', 'writeUnits', 'readUnits']) {
    if (cell[kind] === budget[kind] || (kind.endsWith('Units') && !isFull(cell))) continue;
    const where = `${cell.accounts} accounts and ${cell.sessions} sessions`;
    throw new Error(`${name}: ${cell[kind]} ${kind} with ${where}, not ${budget[kind]}`);
  }
}
