// A process that says, for each line of its standard input, how late its event loop is: at p99, in
// milliseconds, while it is idle and while 8 passwords are hashed at once.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { BcryptHasher } from '@latchkey/accounts';

const SLICE_MS = 1500;
const AT_ONCE = 8;
const RESOLUTION_MS = 1; // of the timer whose delay is measured, and so the least there is

const hasher = new BcryptHasher(JSON.parse(process.argv[2]));

async function p99During(work) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  await work();
  delay.disable();
  return delay.percentile(99) / 1e6;
}

/** Eight users, each of whom logs in again as soon as the last login is done. */
async function hashAll() {
  const end = performance.now() + SLICE_MS;
  let hashes = 0;
  const user = async () => {
    while (performance.now() < end) {
      await hasher.hash('a long walk in the hills');
      hashes++;
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, user));
  return (hashes / (performance.now() - startedMs)) * 1000;
}

createInterface(process.stdin).on('line', () => void measure());

async function measure() {
  const idle = await p99During(() => sleep(SLICE_MS));
  let perSecond;
  const hashing = await p99During(async () => {
    perSecond = await hashAll();
  });
  console.log(JSON.stringify({ idle, hashing, perSecond }));
}
