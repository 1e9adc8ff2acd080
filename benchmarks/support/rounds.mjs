const WARM_UP_MS = 150;

/**
 * Measures tasks against each other, interleaved: in every round each task runs for one slice, in
 * random order, so that whatever else the machine does meets all of them alike.
 *
 * @param tasks - `{ name, run }`; `run` may be asynchronous.
 * @returns the median over the rounds of each task's CPU time ÷ that of the task named `base`.
 */
export async function measure(tasks, { base, rounds, sliceMs }) {
  const planned = [];
  for (const task of tasks)
    planned.push({ ...task, times: await timesPerSlice(task.run, sliceMs) });

  const costs = new Map(tasks.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run, times } of shuffled(planned)) {
      costs.get(name).push((await cpuMs(run, times)) / times);
    }
  }
  const baseCosts = costs.get(base);
  return Object.fromEntries(
    [...costs].map(([name, own]) => [name, median(own.map((cost, at) => cost / baseCosts[at]))]),
  );
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function shuffled(values) {
  const copy = [...values];
  for (let at = copy.length - 1; at > 0; at--) {
    const other = Math.floor(Math.random() * (at + 1));
    [copy[at], copy[other]] = [copy[other], copy[at]];
  }
  return copy;
}

/** Warms a task up until it is compiled, and says how often it runs in one slice. */
async function timesPerSlice(run, sliceMs) {
  let times = 0;
  const end = performance.now() + WARM_UP_MS;
  while (performance.now() < end) {
    await run();
    times++;
  }
  const costMs = (await cpuMs(run, times)) / times;
  return Math.max(1, Math.round(sliceMs / costMs));
}

async function cpuMs(run, times) {
  const before = process.cpuUsage();
  for (let at = 0; at < times; at++) await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
