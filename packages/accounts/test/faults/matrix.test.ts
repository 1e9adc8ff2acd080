import { FAULT_NAMES, seededRandom, type Fault } from '@latchkey/entity/testing';
import * as importing from '@latchkey/accounts/import';
import * as restoring from '@latchkey/accounts/restore';
import { AccountError } from '../../src/errors/AccountError.js';
import { createFaultTable, FaultWorld, type FaultTable, type WorldState } from './FaultWorld.js';
import { NOT_IN_MATRIX, OPERATIONS, type Operation } from './operations.js';

/** The part of the cases that run: `npm run test:faults` sets 1, for all of them. */
const { FAULTS_RATE = '0.005', FAULTS_SEED = '1' } = process.env;
const RATE = Number(FAULTS_RATE);
const SEED = Number(FAULTS_SEED);

/** How a fault strikes: the first attempt alone, or every attempt of every request from there on. */
interface Strike {
  readonly fault: Fault;
  readonly lasts: boolean;
}
const STRIKES: readonly Strike[] = [
  ...FAULT_NAMES.filter(
    (name) => !/^(error|interleave|transactionCanceled|crash|slow|stale)/.test(name),
  ),
  { name: 'slowAnswer', delayMs: 1 } as const,
  { name: 'internalServerError', executed: true } as const,
  { name: 'transactionInProgress', executed: true } as const,
  // The first item: a transaction may have no other, and DynamoDB cancels none without a reason.
  { name: 'transactionCanceled', reasons: ['ThrottlingError'] } as const,
]
  .map((fault): Strike => ({ fault, lasts: false }))
  .concat(
    (['crashBefore', 'crashAfter', 'answerLost', 'timeout', 'throttling'] as const).map(
      (fault) => ({
        fault,
        lasts: true,
      }),
    ),
  );

let tables: FaultTable;
let worlds = 0;
beforeAll(async () => {
  tables = await createFaultTable();
});
afterAll(async () => {
  // The figure that `npm run test:faults` is run for.
  if (process.env.FAULTS_RATE !== undefined)
    process.stderr.write(`${String(cases)} combinations\n`);
  await tables.drop();
});

type Outcome = 'done' | AccountError['code'];

/** Runs an operation; anything but an AccountError, or its absence where it is due, is a fault of ours. */
async function outcomeOf(operation: Operation, world: FaultWorld, state: never): Promise<Outcome> {
  try {
    await operation.run(world, state);
    await world.accounts.settled();
  } catch (error) {
    if (!AccountError.is(error)) throw error;
    return error.code === operation.refusal ? 'done' : error.code;
  }
  if (operation.refusal) throw new Error(`expected ${operation.refusal}`);
  return 'done';
}

/** The calls of a case until now. */
interface Calls {
  readonly made: number;
  /** The last of them had the outcome that the operation has without faults. */
  readonly isAnswered: boolean;
}

/**
 * Holds a case to what the operation does to sessions and counts: no session lives that should not, none has ended
 * that should not have, and nothing was counted fewer times than it was tried.
 */
function assertChange(
  { sessions: { ends = 0, begins = 0 } = {}, counts = {} }: Operation,
  before: WorldState,
  after: WorldState,
  { made, isAnswered }: Calls,
): void {
  const ended = before.sessions.filter((id) => !after.sessions.includes(id)).length;
  const begun = after.sessions.filter((id) => !before.sessions.includes(id)).length;
  const most = { ends, begins: made * begins };
  const least = isAnswered ? { ends, begins } : { ends: 0, begins: 0 };
  expectWithin('sessions that have ended', ended, least.ends, most.ends);
  expectWithin('sessions that have begun', begun, least.begins, most.begins);
  // Of a call without an answer, one attempt may have been counted, which its success would have forgotten.
  const unanswered = made - (isAnswered ? 1 : 0);
  for (const name of new Set([
    ...Object.keys(counts),
    ...before.counts.keys(),
    ...after.counts.keys(),
  ])) {
    const own = counts[name] ?? 0;
    const added = (after.counts.get(name) ?? 0) - (before.counts.get(name) ?? 0);
    const atLeast = isAnswered ? own : Math.min(own, 0);
    expectWithin(`counted by ${name}`, added, atLeast, own + unanswered * Math.max(1, own));
  }
}

function expectWithin(about: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  throw new Error(`${about}: ${String(count)}, and not ${String(least)} to ${String(most)}`);
}

let cases = 0;

/** Runs a case, and gives how many requests its first call made. */
async function runCase(operation: Operation, at: number, strike?: Strike): Promise<number> {
  const { faults } = tables;
  faults.reset();
  const world = new FaultWorld(tables, `w${String(++worlds)}`);
  const state = await operation.prepare(world);
  const before = await world.state();
  faults.reset();
  if (strike?.lasts) faults.from(at, strike.fault);
  else if (strike) faults.at(at, strike.fault);
  world.hasher.verified = [];
  let runs = 1;
  const outcome = await outcomeOf(operation, world, state);
  const requests = new Set(faults.requests.map(({ request }) => request)).size;
  faults.reset();
  expect(await world.sweep()).toEqual([]);
  const isAnswered = outcome === 'done';
  assertChange(operation, before, await world.state(), { made: runs, isAnswered });
  if (!isAnswered) {
    if (!strike) throw new Error(`fails without faults: ${outcome}`);
    // One error for every outage: what became of it, the caller cannot know, and may ask again.
    if (!['ServiceUnavailable', 'TooBusy'].includes(outcome)) {
      expect([outcome, ...(operation.done ?? [])]).toContain(outcome);
      throw new Error(`reported as ${outcome}`);
    }
    runs++;
    const again = await outcomeOf(operation, world, state);
    expect(['done', ...(operation.done ?? [])]).toContain(again);
    expect(await world.sweep()).toEqual([]);
    assertChange(operation, before, await world.state(), {
      made: runs,
      isAnswered: again === 'done',
    });
  }
  const guesses = world.hasher.verified.length;
  if (operation.refusal === 'LoginFailed') {
    const { counts } = await world.state();
    const counted = [...counts].filter(([name]) => name.startsWith('AccountAttempts'));
    const sum = counted.reduce((total, [, count]) => total + count, 0);
    expectWithin('counted guesses', sum, guesses, runs);
  }
  if (operation.once) {
    expect(await outcomeOf(operation, world, state)).not.toBe('done');
    expect(await world.sweep()).toEqual([]);
  }
  await operation.verify?.(world, state, runs);
  expect(await world.sweep()).toEqual([]);
  await world.clear();
  cases++;
  return requests;
}

describe('Every operation that writes keeps its promises with each fault at each of its requests', () => {
  it.each(OPERATIONS.map((operation) => [nameOf(operation), operation] as const))(
    '%s',
    async (name, operation) => {
      const random = seededRandom(SEED + OPERATIONS.indexOf(operation));
      const count = await runCase(operation, 1);
      for (let at = 1; at <= count; at++) {
        for (const strike of STRIKES) {
          if (random() >= RATE) continue;
          await runCase(operation, at, strike).catch((error: unknown) => {
            const { message } = error as Error;
            const place = `${name}, request ${String(at)}, ${JSON.stringify(strike)}`;
            throw new Error(`${place}, FAULTS_SEED=${String(SEED)}: ${message}`, { cause: error });
          });
        }
      }
    },
    600_000,
  );
});

function nameOf({ method, variant = '' }: Operation): string {
  return `${method} ${variant}`.trim();
}

it('Every public method of Accounts, and function that takes them, is in the matrix, or is named with the reason why not', () => {
  const { accounts } = new FaultWorld(tables, 'methods');
  const methods = methodsOf(accounts);
  for (const [group, value] of Object.entries(accounts)) {
    // Entities are covered by the matrix of the entity package.
    if (typeof value !== 'object' || value === null || group.endsWith('Entity')) continue;
    methods.push(...methodsOf(value as object).map((method) => `${group}.${method}`));
  }
  for (const [entry, exports] of Object.entries({ import: importing, restore: restoring })) {
    const functions = Object.entries(exports).filter(([, value]) => isPlainFunction(value));
    methods.push(...functions.map(([name]) => `${entry}.${name}`));
  }
  const known = [...OPERATIONS.map(({ method }) => method), ...Object.keys(NOT_IN_MATRIX)];
  expect(methods.filter((method) => !known.includes(method))).toEqual([]);
  expect(known.filter((method) => !methods.includes(method))).toEqual([]);
});

function methodsOf(value: object): string[] {
  const prototype = Object.getPrototypeOf(value) as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).filter(
    (name) =>
      name !== 'constructor' &&
      typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === 'function',
  );
}

function isPlainFunction(value: unknown): boolean {
  return typeof value === 'function' && !/^class\b/.test(String(value));
}
