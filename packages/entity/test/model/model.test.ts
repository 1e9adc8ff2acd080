import { Table } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import fc from 'fast-check';
import { sweepUniques } from '../support/sweepUniques.js';
import { Entry, Owner, Thing } from './definitions.js';
import { Model } from './Model.js';
import { plain, Real } from './Real.js';
import { anyStep, type Step } from './steps.js';

const SEQUENCES = 2000;
const RACES = 60;

let test: TestTable;
let others: Table[];

beforeAll(async () => {
  test = await createTestTable([Owner, Thing, Entry]);
  // Clients of their own, as other processes would have.
  others = [1, 2].map(() => {
    const table = new Table({ name: test.table.name, client: localClient() });
    for (const definition of [Owner, Thing, Entry]) table.entity(definition);
    return table;
  });
});
afterAll(() => test.drop());

let runs = 0;
/** The same fresh name space, as each client sees it. */
function freshClients(): { namespace: string; clients: Real[] } {
  const namespace = `run-${runs++}`;
  const tables = [test.table, ...others];
  return { namespace, clients: tables.map((table) => new Real(table.namespace(namespace))) };
}

/** Every document of the three entities, as the first client scans them. */
async function everything({ owners, things, entries }: Real): Promise<unknown[]> {
  const all: object[] = [];
  const whole = { consistent: true, maxPages: 10_000 };
  for await (const owner of owners.scan(whole)) all.push(owner);
  for await (const thing of things.scan(whole)) all.push(thing);
  for await (const entry of entries.scan(whole)) all.push(entry);
  return all.map((item) => JSON.stringify(plain(item))).sort();
}

it(`does what a model on plain arrays does, in ${SEQUENCES} random programs of three clients`, async () => {
  const program = fc.array(fc.tuple(anyStep, fc.nat({ max: 2 })), { minLength: 5, maxLength: 16 });
  const check = fc.asyncProperty(program, async (steps) => {
    const model = new Model();
    const { clients } = freshClients();
    for (const [step, who] of steps) {
      const expected = model.run(step);
      const actual = await clients[who]?.run(step);
      expect({ step, result: actual }).toEqual({ step, result: expected });
    }
  });
  // Side by side, for each has a name space of its own.
  const share = async (seed: number): Promise<void> => {
    await fc.assert(check, { numRuns: SEQUENCES / 8, seed });
  };
  await Promise.all(Array.from({ length: 8 }, (_, at) => share(4711 + at)));
  expect(runs).toBeGreaterThanOrEqual(SEQUENCES);
  expect(await sweepUniques(test.client, test.table.name, [Owner, Thing, Entry])).toEqual([]);
}, 300_000);

it('leaves no orphan and no missing unique item when the steps of three clients race', async () => {
  const batch = fc.array(anyStep, { minLength: 10, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(batch, async (steps: Step[]) => {
      const { clients } = freshClients();
      const outcomes = await Promise.allSettled(
        steps.map(async (step, at) => clients[at % clients.length]?.run(step)),
      );
      expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    }),
    { numRuns: RACES, seed: 42, endOnFailure: true },
  );
  expect(await sweepUniques(test.client, test.table.name, [Owner, Thing, Entry])).toEqual([]);
}, 300_000);

it('shows every client the same documents at the end', async () => {
  const { clients } = freshClients();
  const steps = fc.sample(anyStep, { numRuns: 40, seed: 7 });
  for (const [at, step] of steps.entries()) await clients[at % clients.length]?.run(step);
  const views: unknown[][] = [];
  for (const client of clients) views.push(await everything(client));
  expect(views[1]).toEqual(views[0]);
  expect(views[2]).toEqual(views[0]);
});
