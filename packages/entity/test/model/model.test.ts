import { Table } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import fc from 'fast-check';
import { sweepUniques } from '../support/sweepUniques.js';
import { anyRacingStep, anyStep, OWNER_IDS } from './anyStep.js';
import { LIMIT_MS, PATH, report, RUNS, SEED, SIDE_BY_SIDE, TIMEOUT_MS } from './budget.js';
import { DEFINITIONS } from './definitions.js';
import { Model, type Failures } from './Model.js';
import { date } from './plain.js';
import { Real } from './Real.js';
import type { Step } from './steps.js';

const RACES = 60;

let test: TestTable;
let tables: Table[];

beforeAll(async () => {
  // Some documents have expired by this clock: until they are deleted, they are there.
  const clock = (): Date => date(4);
  test = await createTestTable(DEFINITIONS, { clock });
  // Clients of their own, as other processes would have.
  const others = [1, 2].map(() => {
    const table = new Table({ name: test.table.name, client: localClient(), clock });
    for (const definition of DEFINITIONS) table.entity(definition);
    return table;
  });
  tables = [test.table, ...others];
});
afterAll(() => test.drop());

let namespaces = 0;
/** The same fresh namespace, as each client sees it. */
function freshClients(): Real[] {
  const namespace = `run-${String(namespaces++)}`;
  const cursors = new Map<string, string>();
  return tables.map((table) => new Real(table.namespace(namespace), test.client, cursors));
}

const whole = OWNER_IDS.map((ownerId): Step => ({ do: 'stored', ownerId }));

it(
  'does what a model on plain arrays does, in random programs of three clients',
  async () => {
    const anyProgram = fc.array(fc.tuple(anyStep, fc.nat({ max: 2 })), {
      minLength: 5,
      maxLength: 16,
    });
    const check = fc.asyncProperty(anyProgram, async (program) => {
      const model = new Model();
      const clients = freshClients();
      const end = whole.map((step, who) => [step, who] as const);
      for (const [step, who] of [...program, ...end]) {
        const expected = model.run(step);
        const actual = await clients[who]?.run(step);
        if (isFailures(expected))
          expect({ step, anyOf: expected.anyOf }).toEqual(containing(step, actual));
        else expect({ step, result: actual }).toEqual({ step, result: expected });
      }
    });
    const shares = Array.from({ length: SIDE_BY_SIDE }, (_, at) =>
      fc.check(check, {
        numRuns: Math.ceil(RUNS / SIDE_BY_SIDE),
        seed: SEED + at,
        ...(PATH !== undefined && { path: PATH }),
        interruptAfterTimeLimit: LIMIT_MS,
        markInterruptAsFailure: false,
      }),
    );
    const outcomes = await Promise.all(shares);
    const programs = outcomes.reduce((sum, { numRuns }) => sum + numRuns, 0);
    report(`${String(programs)} programs, MODEL_SEED=${String(SEED)}`);
    for (const outcome of outcomes) await throwIfFailed(outcome);
    expect(programs).toBeGreaterThan(0);
    expect(await sweepUniques(test.client, test.table.name, DEFINITIONS)).toEqual([]);
  },
  TIMEOUT_MS,
);

it(
  'leaves no orphan and no missing unique item when the steps of three clients race',
  async () => {
    const batch = fc.array(anyRacingStep, { minLength: 10, maxLength: 30 });
    report(`${String(RACES)} races, MODEL_SEED=${String(SEED)}`);
    await fc.assert(
      fc.asyncProperty(batch, async (steps: Step[]) => {
        const clients = freshClients();
        const outcomes = await Promise.allSettled(
          steps.map(async (step, at) => clients[at % clients.length]?.run(step)),
        );
        expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
        const views: unknown[] = [];
        for (const client of clients)
          views.push(await Promise.all(whole.map((step) => client.run(step))));
        expect(views[1]).toEqual(views[0]);
        expect(views[2]).toEqual(views[0]);
      }),
      {
        numRuns: RACES,
        seed: SEED,
        endOnFailure: true,
        interruptAfterTimeLimit: LIMIT_MS,
        markInterruptAsFailure: false,
      },
    );
    expect(await sweepUniques(test.client, test.table.name, DEFINITIONS)).toEqual([]);
  },
  TIMEOUT_MS,
);

/** The failures that a step may end in are to hold the one that it ended in. */
function containing(step: Step, actual: unknown): unknown {
  return { step, anyOf: expect.arrayContaining([actual]) as unknown };
}

/** @throws what failed in the smallest program, and how to run that one again. */
async function throwIfFailed<T>(outcome: fc.RunDetails<T>): Promise<void> {
  if (!outcome.failed) return;
  const again = `MODEL_SEED=${String(outcome.seed)} MODEL_PATH=${outcome.counterexamplePath ?? ''}`;
  const message = (await fc.asyncDefaultReportMessage(outcome)) ?? '';
  throw new Error(`${again} repeats it.\n${message}`, { cause: outcome.errorInstance });
}

function isFailures(expected: unknown): expected is Failures {
  return typeof expected === 'object' && expected !== null && 'anyOf' in expected;
}
