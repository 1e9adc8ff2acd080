import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { median, shuffled } from '../support/rounds.mjs';

const RESOLUTION_MS = 1;
const IDLE_MS = 1000;

/**
 * Measures how fast each contender works when so many calls are always under way, and how late the
 * event loop is meanwhile. In every round each contender has one turn, and the idle loop has one.
 *
 * @param contenders - `{ name, run, warmUps? }`; the first is the base.
 * @returns a row for each: its rate ÷ the base's, its p99 of the loop's delay ÷ the idle one's.
 */
export async function measureLoad(contenders, { rounds, atOnce, times }) {
  const idle = { name: 'idle', load: () => sleep(IDLE_MS) };
  const turns = [
    idle,
    ...contenders.map(({ name, run, warmUps }) => ({
      name,
      load: () => keepBusy(run, atOnce, times),
      warmUps,
    })),
  ];
  // Unmeasured at first: threads start, code is compiled.
  for (const { load, warmUps = 1 } of turns) {
    for (let at = 0; at < warmUps; at++) await load();
  }

  const results = new Map(turns.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, load } of shuffled(turns)) results.get(name).push(await measureOne(load));
  }
  const base = results.get(contenders[0].name);
  const idles = results.get(idle.name);
  return contenders.map(({ name }) => {
    const own = results.get(name);
    return {
      contender: name,
      rate: median(own.map(({ ms }, at) => base[at].ms / ms)),
      'loop p99': median(own.map(({ p99 }, at) => p99 / idles[at].p99)),
    };
  });
}

async function keepBusy(run, atOnce, times) {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left--;
      await run();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

async function measureOne(load) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const start = performance.now();
  await load();
  const ms = performance.now() - start;
  delay.disable();
  return { ms, p99: delay.percentile(99) };
}
