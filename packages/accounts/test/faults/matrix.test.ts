import { FAULT_NAMES, seededRandom, type Fault } from '@latchkey/entity/testing';
import { AccountError } from '../../src/errors/AccountError.js';
import { createFaultTable, FaultWorld, type FaultTable } from './FaultWorld.js';
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
  { name: 'transactionCanceled', reasons: ['None', 'ThrottlingError'] } as const,
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
afterAll(() => tables.drop());

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

async function runCase(operation: Operation, at: number, strike?: Strike): Promise<number> {
  const { faults } = tables;
  faults.reset();
  const world = new FaultWorld(tables, `w${String(++worlds)}`);
  const state = await operation.prepare(world);
  faults.reset();
  if (strike?.lasts) faults.from(at, strike.fault);
  else if (strike) faults.at(at, strike.fault);
  let runs = 1;
  const outcome = await outcomeOf(operation, world, state);
  await world.accounts.settled();
  const requests = faults.requests.length;
  faults.reset();
  expect(await world.sweep()).toEqual([]);
  if (outcome !== 'done') {
    if (!strike) throw new Error(`fails without faults: ${outcome}`);
    // One error for every outage: what became of it, the caller cannot know, and may ask again.
    if (!['ServiceUnavailable', 'TooBusy'].includes(outcome)) {
      expect([outcome, ...(operation.done ?? [])]).toContain(outcome);
      throw new Error(`reported as ${outcome}`);
    }
    runs++;
    expect(['done', ...(operation.done ?? [])]).toContain(await outcomeOf(operation, world, state));
    expect(await world.sweep()).toEqual([]);
  }
  if (operation.once) {
    expect(await outcomeOf(operation, world, state)).not.toBe('done');
    expect(await world.sweep()).toEqual([]);
  }
  await operation.verify?.(world, state, runs);
  expect(await world.sweep()).toEqual([]);
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

it('Every public method of Accounts is in the matrix, or is named with the reason why not', () => {
  const { accounts } = new FaultWorld(tables, 'methods');
  const methods = methodsOf(accounts);
  for (const [group, value] of Object.entries(accounts)) {
    // Entities are covered by the matrix of the entity package.
    if (typeof value !== 'object' || value === null || group.endsWith('Entity')) continue;
    methods.push(...methodsOf(value as object).map((method) => `${group}.${method}`));
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
