// `npm run bench:hashing`: how long the event loop is held up while 8 passwords are hashed at once, in
// processes with the variables of AWS Lambda and without, beside the same process when it is idle.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { readyToMeasure } from './support/readyToMeasure.mjs';

await readyToMeasure();

const { report } = await import('./support/report.mjs');
const { median, shuffled } = await import('./support/rounds.mjs');

const ROUNDS = 7;
// Undefined ones are not handed on.
const NOWHERE = { AWS_LAMBDA_FUNCTION_NAME: undefined, AWS_LAMBDA_MAX_CONCURRENCY: undefined };
const LAMBDA = { AWS_LAMBDA_FUNCTION_NAME: 'login' };
const PROCESSES = [
  { name: 'server', env: {} },
  { name: 'Lambda', env: LAMBDA },
  { name: 'Lambda Managed Instances', env: { ...LAMBDA, AWS_LAMBDA_MAX_CONCURRENCY: '8' } },
  { name: 'in place (threads: 0)', env: {}, options: { threads: 0 } },
];

/** Starts a process that measures itself once for every line it is sent. */
function open({ name, env, options = {} }) {
  const script = fileURLToPath(new URL('./hashing/measureLoop.mjs', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    env: { ...process.env, ...NOWHERE, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    name,
    rounds: [],
    measure: async () => {
      child.stdin.write('\n');
      return JSON.parse((await lines.next()).value);
    },
    close: async () => {
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

const processes = PROCESSES.map(open);
for (const { measure } of processes) await measure(); // compiles, and starts the threads
for (let round = 0; round < ROUNDS; round++) {
  for (const { rounds, measure } of shuffled(processes)) rounds.push(await measure());
}

const rows = processes.map(({ name, rounds }) => ({
  process: name,
  'idle p99 ms': median(rounds.map(({ idle }) => idle)),
  'hashing p99 ms': median(rounds.map(({ hashing }) => hashing)),
  ratio: median(rounds.map(({ idle, hashing }) => hashing / idle)),
  'hashes/s': median(rounds.map(({ perSecond }) => perSecond)),
}));
for (const { close } of processes) await close();

report('hashing', rows, {
  title: 'Delay of the event loop, 8 hashes at once ÷ idle; medians of interleaved rounds',
  notes: ['Goal: ratio ≤ 3, but in place, which is there for comparison.'],
});
