import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { EntityError } from '../../src/errors/EntityError.js';
import { Note } from '../support/entities.js';
import { tableItems } from '../support/tableItems.js';
import { Dice } from './fuzz/Dice.js';
import { ENTITY_CALLS } from './fuzz/entityCalls.js';
import { CALLERS_OWN } from './fuzz/hostileValues.js';
import { methodsOf } from './fuzz/methodsOf.js';
import { mutateArguments } from './fuzz/mutateArguments.js';
import { outcomeOf } from './fuzz/outcomeOf.js';

/** `npm run fuzz` sets both. */
const SEED = Number(process.env.FUZZ_SEED ?? 1);
const MINUTES = Number(process.env.FUZZ_MINUTES ?? 0);
/** Calls of each method in `npm test`. */
const CALLS = 4;

/** Methods that take code, definitions or nothing. */
const NOT_FUZZED = [
  'Entity.addHooks',
  'Entity.addIndexRelation',
  'Table.create',
  'Table.delete',
  'Table.describe',
  'Table.ensure',
  'Table.entity',
  'Table.now',
];

let test: TestTable;
let count = 0;
beforeAll(async () => {
  test = await createTestTable([Note]);
});
afterAll(() => test.drop());

const objects = (): Record<string, object> => ({
  Entity: test.table.entity(Note),
  Table: test.table,
});

async function fuzz(name: string, seed: number, calls: number): Promise<string[]> {
  const dice = new Dice(seed);
  const [group = '', method = ''] = name.split('.');
  const holder = objects()[group] as Record<string, (...args: readonly unknown[]) => unknown>;
  const faults: string[] = [];
  for (let call = 0; call < calls; call++) {
    const hostile = mutateArguments(ENTITY_CALLS[name]?.(test, ++count) ?? [], dice);
    const before = await tableItems(test.client, test.table.name);
    const outcome = await outcomeOf(() => holder[method]?.(...hostile.args));
    const at = `${name} with ${hostile.name}`;
    if (outcome.kind === 'hung') faults.push(`${at} does not end`);
    if (outcome.kind !== 'thrown') continue;
    const { error } = outcome;
    // What a getter of the caller's throws is passed on as it is.
    if (!EntityError.is(error) && !(error instanceof Error && error.message === CALLERS_OWN)) {
      const stack = error instanceof Error ? (error.stack ?? '') : '';
      const [line = ''] = stack.split('\n').filter((each) => /packages\/\w+\/src/.test(each));
      faults.push(`${at} throws ${String(error).slice(0, 150)} ${line.trim()}`);
    }
    const after = await tableItems(test.client, test.table.name);
    if (JSON.stringify(after) !== JSON.stringify(before)) faults.push(`${at} refuses and writes`);
  }
  return faults;
}

const NAMES = Object.keys(ENTITY_CALLS);

describe('hostile input', () => {
  it('is tried on every method of Entity and Table', () => {
    const methods = Object.entries(objects()).flatMap(([group, object]) =>
      methodsOf(group, object),
    );
    expect([...NAMES, ...NOT_FUZZED].sort()).toEqual(methods.sort());
  });

  it.each(NAMES)(
    'ends %s with a typed error or a success, and writes nothing else',
    async (name) => {
      expect(await fuzz(name, SEED, CALLS)).toEqual([]);
    },
  );

  if (MINUTES > 0) {
    it(
      `ends every method so, for ${String(MINUTES)} minutes`,
      async () => {
        const faults = new Set<string>();
        const end = Date.now() + MINUTES * 60_000;
        for (let seed = SEED; Date.now() < end; seed++) {
          for (const name of NAMES)
            for (const fault of await fuzz(name, seed, 2)) faults.add(fault);
        }
        expect([...faults]).toEqual([]);
      },
      MINUTES * 60_000 + 120_000,
    );
  }
});
