import { median, shuffled } from '../support/rounds.mjs';

/** Until all of it is compiled, which a server's code has been for days. */
const WARM_UP_CALLS = 3000;

/**
 * Measures how often tasks can be done in a second, interleaved in short turns, so that whatever
 * else the machine does meets all of them alike: in every round each has one turn, in random order.
 *
 * @param tasks - `{ name, run }`; `run` may be asynchronous.
 * @returns by name: the median rate, and the median of its ratio to the task named `base`.
 */
export async function measureRates(tasks, { base, rounds, times, warmUp = WARM_UP_CALLS }) {
  for (const { run } of tasks) {
    for (let at = 0; at < warmUp; at++) await run();
  }
  const rates = new Map(tasks.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, run } of shuffled(tasks)) {
      rates.get(name).push(await ratePerSecond(run, times));
    }
  }
  const ofBase = rates.get(base);
  return [...rates].map(([name, own]) => [
    name,
    {
      perSecond: Math.round(median(own)),
      ratio: median(own.map((rate, at) => rate / ofBase[at])),
    },
  ]);
}

async function ratePerSecond(run, times) {
  const beganMs = performance.now();
  for (let at = 0; at < times; at++) await run();
  return (times * 1000) / (performance.now() - beganMs);
}
