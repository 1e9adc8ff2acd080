import { backfill, clearTable, EntityError, explain, Table } from '../../src/index.js';
import {
  backfillOptions,
  clearTableOptions,
  entityOptions,
  explainOptions,
  includeOptions,
  newTableOptions,
  tableOptions,
} from '../../src/options/options.js';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { silentTable } from '../support/silentTable.js';
import { Guest, Shop } from '../support/shop.js';

type Options = Readonly<Record<string, unknown>>;
type Method = (...given: unknown[]) => unknown;

/** Arguments that come before the options of an operation. */
const LEADING: Readonly<Record<string, readonly unknown[]>> = {
  findById: ['id'],
  reference: [{ shopId: 'a', seat: '1' }],
  batchGet: [[]],
};

const { table, sent, client } = silentTable();
const guests = table.entity(Guest);

/** Operations that are functions of this package, as methods of what they work with. */
const tableFunctions: Readonly<Record<string, Method>> = {
  backfill: (options) => backfill(table, options as object),
  clearTable: (options) => clearTable(table, options as object),
};
const guestFunctions: Readonly<Record<string, Method>> = {
  explain: (input) => explain(guests, input as Parameters<typeof guests.findMany>[0]),
};

afterAll(() => {
  client.destroy();
});

/** Calls an operation as a program without types does, and waits for what it would do. */
async function call(owner: object, operation: string, options: unknown): Promise<unknown> {
  const method = (owner as Readonly<Record<string, Method>>)[operation];
  const result = method?.apply(owner, [...(LEADING[operation] ?? []), options]);
  const isOperation = typeof result === 'object' && result !== null && 'prepare' in result;
  return await (isOperation ? (result as { prepare: () => unknown }).prepare() : result);
}

const operations = [
  ...Object.entries(entityOptions).map(([name, known]) => ({ owner: guests, name, known })),
  ...Object.entries(tableOptions).map(([name, known]) => ({ owner: table, name, known })),
  { owner: tableFunctions, name: 'backfill', known: backfillOptions },
  { owner: tableFunctions, name: 'clearTable', known: clearTableOptions },
  { owner: guestFunctions, name: 'explain', known: explainOptions },
].map(({ owner, name, known }) => ({ owner, name, options: Object.keys(known) }));

const misspelt = (name: string): string[] => [
  name.slice(0, -1),
  `${name.charAt(0)}${name}`,
  name.toUpperCase(),
];

describe.each(operations)('the operation $name', ({ owner, name, options }) => {
  test('refuses an option that does not exist, before anything is sent', async () => {
    for (const unknown of ['zzzzzzzz', 'constructor', 'toString', '__proto__']) {
      const error = await errorOf(call(owner, name, JSON.parse(`{"${unknown}":1}`)));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: unknown } });
      expect(error.message).toContain(`${name}: "${unknown}" is not an option`);
    }
    expect(sent).toEqual([]);
  });

  test('says which option a misspelt one was meant to be', async () => {
    for (const option of options) {
      for (const given of misspelt(option)) {
        const error = await errorOf(call(owner, name, { [given]: undefined }));
        expect(error).toMatchObject({ code: 'InvalidInput', details: { path: given } });
        expect(error.message).toMatch(new RegExp(`"${given}" is not an option.*\\b${option}\\b`));
        if (given.length > 2) expect(error.message).toContain(`Did you mean "${option}"?`);
      }
    }
    expect(sent).toEqual([]);
  });

  test('does not refuse the options that it has', async () => {
    for (const option of options) {
      const outcome = await call(owner, name, { [option]: undefined }).catch(String);
      expect(String(outcome)).not.toContain('is not an option');
    }
    sent.length = 0;
  });

  test('refuses something else than an object of options', async () => {
    for (const given of [null, 5, 'filter']) {
      // Where options can be left out, null is none.
      if (given === null && ['findById', 'reference'].includes(name)) continue;
      const error = await errorOf(call(owner, name, given));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: '' } });
      expect(error.message).toContain(`${name}: must be an object`);
    }
  });
});

describe.each(['limit', 'maxPages'])('the option %s', (option) => {
  const taking = operations.filter(
    ({ name, options, owner }) =>
      owner === guests && options.includes(option) && !name.endsWith('Params'),
  );

  test.each(taking)('of $name must be a whole number above 0', async ({ owner, name }) => {
    const input = { filter: { shopId: 'a' }, update: { $set: { text: 'x' } } };
    const { [name]: known = {} } = entityOptions as Readonly<Record<string, object>>;
    const fitting = Object.entries(input).filter(([each]) => each in known);
    for (const value of [0, -1, 1.5, NaN, '5']) {
      const given = { ...Object.fromEntries(fitting), [option]: value };
      const error = await errorOf(call(owner, name, given));
      expect(error).toMatchObject({ code: 'InvalidInput', details: { path: option } });
    }
    expect(sent).toEqual([]);
  });
});

test('a misspelt condition writes nothing, in a transaction neither', async () => {
  const input = { filter: { shopId: 'a', seat: '1' }, update: { $set: { text: 'x' } } };
  const misspeltInput = { ...input, condtion: { text: 'y' } };
  expect((await errorOf(guests.updateOne(misspeltInput))).message).toBe(
    'Guest.updateOne: "condtion" is not an option. Did you mean "condition"?',
  );
  const error = await errorOf(
    table.transact([guests.updateOneOperation(input), guests.updateOneOperation(misspeltInput)]),
  );
  expect(error).toMatchObject({ code: 'InvalidInput', operation: 1 });
  expect(sent).toEqual([]);
});

test('an option of another operation is refused', async () => {
  const filter = { shopId: 'a', seat: '1' };
  const others: [string, Options][] = [
    ['findMany', { filter, include: {} }],
    ['deleteOneOperation', { filter, withRelated: true }],
    ['updateMany', { filter, update: {}, upsert: true }],
    ['count', { filter, limit: 5 }],
  ];
  for (const [operation, options] of others) {
    expect(await errorOf(call(guests, operation, options))).toMatchObject({ code: 'InvalidInput' });
  }
  expect(sent).toEqual([]);
});

describe('the options of a relation', () => {
  const shops = table.entity(Shop).addIndexRelation('guests', Guest);
  const including = (option: unknown) =>
    errorOf(call(shops, 'findOne', { filter: { shopId: 'a' }, include: { guests: option } }));

  test('are refused when they do not exist', async () => {
    for (const option of Object.keys(includeOptions)) {
      for (const given of misspelt(option)) {
        const { message, details } = await including({ [given]: 5 });
        expect(details).toMatchObject({ path: `include.guests.${given}` });
        expect(message).toContain(`Did you mean "${option}"?`);
      }
    }
    expect(sent).toEqual([]);
  });

  test('are true, false or an object', async () => {
    for (const given of [null, 5, 'all']) {
      expect((await including(given)).details).toMatchObject({ path: 'include.guests' });
    }
    expect(sent).toEqual([]);
  });
});

test('a table refuses an option that does not exist', () => {
  for (const option of Object.keys(newTableOptions)) {
    for (const given of misspelt(option)) {
      const make = () => new Table({ name: 'a-table', client, [given]: undefined });
      const error = errorFrom(make);
      expect(error.code).toBe('InvalidTable');
      expect(error.message).toContain(`Did you mean "${option}"?`);
    }
  }
  expect(EntityError.is(errorFrom(() => new Table(null as never)))).toBe(true);
});
