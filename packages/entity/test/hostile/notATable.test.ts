import { createRequire } from 'node:module';
import {
  backfill,
  clearTable,
  explain,
  isTableEmpty,
  readImage,
  type Entity,
  type Table,
} from '../../src/index.js';
import { errorOf } from '../support/errorOf.js';
import { silentTable } from '../support/silentTable.js';
import { Guest } from '../support/shop.js';

const { table, sent, client } = silentTable();
const guests = table.entity(Guest);
const filter = { shopId: 'a' };

afterAll(() => {
  client.destroy();
});

const OTHERS: readonly unknown[] = [
  undefined,
  null,
  'accounts',
  {},
  { name: 'accounts' },
  Object.assign(() => undefined, { tableName: 'accounts' }),
];

const FUNCTIONS: readonly [string, 'table' | 'entity', (given: never) => unknown][] = [
  ['backfill', 'table', (given: Table) => backfill(given)],
  ['clearTable', 'table', (given: Table) => clearTable(given)],
  ['isTableEmpty', 'table', (given: Table) => isTableEmpty(given)],
  ['readImage', 'table', (given: Table) => readImage(given, { PK: { S: 'a' } })],
  ['readImage of no image', 'table', (given: Table) => readImage(given, undefined)],
  ['explain', 'entity', (given: typeof guests) => explain(given, { filter })],
];

it.each(FUNCTIONS)('%s refuses anything that is not the %s it takes', async (name, path, call) => {
  for (const given of [...OTHERS, path === 'table' ? guests : table]) {
    const error = await errorOf(Promise.resolve().then(() => call(given as never)));
    const [operation] = name.split(' ');
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path } });
    expect(error.message).toBe(
      `${operation}: "${path}" must be an object of the class ${path === 'table' ? 'Table' : 'Entity'}.`,
    );
  }
  expect(sent).toEqual([]);
});

it('A table and an entity show nothing of what the functions work with', () => {
  for (const owner of [table, guests]) {
    for (const symbol of Object.getOwnPropertySymbols(owner)) {
      expect(Object.getOwnPropertyDescriptor(owner, symbol)).toMatchObject({
        enumerable: false,
        writable: false,
        configurable: false,
      });
    }
  }
});

it('A function of the CommonJS build takes a table of another copy of the package', async () => {
  const built = createRequire(__filename)(
    '../../dist/index.cjs',
  ) as typeof import('../../src/index.js');
  expect(built.explain).not.toBe(explain);
  const entity = guests as unknown as Entity<typeof Guest>;
  expect(built.explain(entity, { filter })).toEqual(explain(guests, { filter }));
  expect(built.readImage(table, { PK: { S: 'a' }, SK: { S: 'b' } })).toBeNull();
  await expect(built.clearTable(table, { keep: 1 } as never)).rejects.toThrow();
  sent.length = 0;
});
