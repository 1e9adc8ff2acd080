import { setTimeout as pause } from 'node:timers/promises';
import { Browser, UnexpectedAnswer } from './Browser.mjs';
import { Ledger } from './Ledger.mjs';
import { LoadServer } from './LoadServer.mjs';
import { OPERATIONS, signUp } from './operations.mjs';
import { judge } from './verdicts.mjs';

/** Share of the operations that are sign-ups, and how many people a visitor signs up at most. */
const SIGN_UPS = 0.05;
const MAX_PEOPLE = 200;
/** Before anything is measured, until code is compiled and pools are filled: a tenth of the time, and at most this. */
const MAX_WARM_UP_MS = 2_000;
const SAMPLES = 40;
const MIN_SAMPLE_MS = 1_000;

/**
 * Puts a server under mixed traffic, then checks what it has acknowledged.
 *
 * @param options - `endpoint` of DynamoDB; `seconds` of traffic; `visitors`, each of whom waits for every
 *   answer; `quickHash`, so that hashing is no limit; `onProgress`.
 * @returns `operations` with their times, `throughput` in requests a second, `delays` of the event loop,
 *   `memory` samples, `ledger`, and `verdicts`: `{ name, isMet, detail }`.
 */
export async function runLoad({ endpoint, seconds, visitors, quickHash, onProgress = () => {} }) {
  const server = await LoadServer.start(endpoint, { quickHash });
  const browser = new Browser(server.port, visitors);
  const ledger = new Ledger();
  let people = 0;
  const context = {
    server,
    browser,
    ledger,
    visitors: Array.from({ length: visitors }, () => ({ people: [] })),
    nextNumber: () => ++people,
  };
  try {
    onProgress('warm-up');
    await visit(context, Math.min(MAX_WARM_UP_MS, seconds * 100));
    browser.close();
    const before = await server.ask('quiet');

    onProgress(`${visitors} visitors, for ${seconds} s`);
    browser.reset();
    const { cpuMs } = await server.ask('begin');
    const start = performance.now();
    const sampling = sample(server, seconds * 1000);
    await visit(context, seconds * 1000);
    const elapsedMs = performance.now() - start;
    const memory = await sampling;
    const delays = await server.ask('delays');
    const operations = browser.times();

    onProgress(`checking ${ledger.size} accounts`);
    const untilMs = Date.now() + Math.max(60_000, seconds * 1000);
    const checked = await ledger.check({ ...context, atOnce: visitors, untilMs });
    browser.close();
    const after = await server.ask('quiet');

    const count = operations.reduce((sum, each) => sum + each.count, 0);
    const results = {
      seconds: elapsedMs / 1000,
      throughput: count / (elapsedMs / 1000),
      processor: (delays.cpuMs - cpuMs) / elapsedMs,
      operations,
      delays,
      memory,
      before,
      after,
      ledger: { ...checked, failures: ledger.failures },
    };
    return { ...results, verdicts: judge(results) };
  } finally {
    browser.close();
    await server.stop();
  }
}

/** Lets visitors come for a time: each with people of its own, one operation after the other. */
async function visit(context, ms) {
  const until = performance.now() + ms;
  const come = async (visitor) => {
    while (performance.now() < until) await act(context, visitor);
  };
  await Promise.all(context.visitors.map(come));
}

async function act(context, visitor) {
  const { people } = visitor;
  const { ledger } = context;
  if (people.length === 0 || (people.length < MAX_PEOPLE && Math.random() < SIGN_UPS)) {
    await attempt(ledger, undefined, async () => {
      const person = await signUp(context, context.nextNumber());
      people.push(person);
      ledger.add(person);
    });
    return;
  }
  const person = people[Math.floor(Math.random() * people.length)];
  const { run } = choose(OPERATIONS.filter(({ canRun }) => canRun(person)));
  const isCertain = await attempt(ledger, person, () => run(context, person));
  if (!isCertain) people.splice(people.indexOf(person), 1);
}

async function attempt(ledger, person, run) {
  try {
    await run();
    return true;
  } catch (error) {
    ledger.doubt(person, error);
    // Of a server that refuses everything, not all of the time is taken.
    if (error instanceof UnexpectedAnswer) await pause(100);
    return false;
  }
}

function choose(operations) {
  let at = Math.random() * operations.reduce((sum, { weight }) => sum + weight, 0);
  return operations.find(({ weight }) => (at -= weight) < 0) ?? operations[0];
}

async function sample(server, ms) {
  const samples = [];
  const everyMs = Math.max(MIN_SAMPLE_MS, ms / SAMPLES);
  const start = performance.now();
  for (let next = everyMs; next <= ms; next += everyMs) {
    await pause(Math.max(0, start + next - performance.now()));
    samples.push({
      atSeconds: (performance.now() - start) / 1000,
      ...(await server.ask('sample')),
    });
  }
  return samples;
}
