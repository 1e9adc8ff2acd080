import type { TableNames } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { Guest, Sale, Shop } from '../support/shop.js';
import { tableItems } from '../support/tableItems.js';
import { atForeignKeys, everyOperation, type Transcript } from './everyOperation.js';
import { putForeignItems } from './foreignItems.js';

const OWN: TableNames = {};
const OTHER: TableNames = {
  attributes: { PK: 'pk', SK: 'sk', ttl: 'expires' },
  indexes: { _id3: { name: 'gsi1', PK: 'gsi1pk', SK: 'gsi1sk' } },
};
/** Reserved words, names that must be quoted, and one that is ours for something else. */
const HOSTILE: TableNames = {
  attributes: { PK: 'hash', SK: 'a.b-#:é', ttl: 'PK' },
  indexes: { _id3: { name: 'by-state', PK: 'range', SK: ':by' } },
};

async function tableOf(names: TableNames): Promise<TestTable> {
  return createTestTable([Shop, Sale, Guest], names);
}

const TABLES = [
  ['of this package’s names', OWN],
  ['of other names', OTHER],
  ['of hostile names', HOSTILE],
] as const;

/** Items in an order and form that can be compared. */
function asText(items: readonly Record<string, unknown>[]): string[] {
  return items.map((item) => JSON.stringify(Object.entries(item).sort())).sort();
}

const NOTHING = { item: null };
const NOT_FOUND = { code: 'NotFound', details: { entity: 'Guest' } };

/** Nobody is told what is in another program's item. */
const AT_FOREIGN_KEYS: Transcript = [
  ['createOne', { code: 'AlreadyExists', details: { entity: 'Shop' } }],
  [
    'createOne of a value that is theirs',
    { code: 'UniqueViolation', details: { entity: 'Shop', index: '_id2', paths: ['name'] } },
  ],
  ['updateOne', NOTHING],
  ['updateOne by reading', NOTHING],
  ['upsert', { code: 'AlreadyExists', details: { entity: 'Guest' } }],
  ['upsert in a transaction', { code: 'AlreadyExists', details: { entity: 'Guest' } }],
  ['update in a transaction', NOT_FOUND],
  ['check', NOT_FOUND],
  ['deleteOne', { ...NOTHING, deletedCount: 0 }],
  ['deleteOne by condition', { ...NOTHING, deletedCount: 0 }],
  ['deleteOne by reading', { ...NOTHING, deletedCount: 0 }],
  ['deleteOne with related', { ...NOTHING, deletedCount: 0 }],
  ['deleteOne in a transaction', [null]],
];

describe('every operation, in a table', () => {
  let expected: Transcript;

  beforeAll(async () => {
    const test = await tableOf(OWN);
    expected = await everyOperation(test.table);
    await test.drop();
  });

  it('comes to an end, but where it must be refused', () => {
    const refused = expected.flatMap(([operation, outcome]) =>
      outcome !== null && typeof outcome === 'object' && 'code' in outcome
        ? [[operation, outcome.code]]
        : [],
    );
    expect(refused).toEqual([
      ['createOne of an existing key', 'AlreadyExists'],
      ['createOne of a taken value', 'UniqueViolation'],
      ['updateOne that takes a value', 'UniqueViolation'],
      ['updateOne with a condition', 'ConditionFailed'],
      ['transact with a condition that fails', 'ConditionFailed'],
    ]);
    const counts = expected.filter(([operation]) => /^count|Many|clear/.test(operation));
    expect(counts.filter(([, outcome]) => outcome === 0).map(([operation]) => operation)).toEqual([
      'count of the guests of b',
      'count by a unique value',
    ]);
  });

  it.each(TABLES)('%s, gives the same, whatever the names are', async (_, names) => {
    const test = await tableOf(names);
    expect(await everyOperation(test.table)).toEqual(expected);
    expect(await tableItems(test.client, test.table.name)).toEqual([]);
    await test.drop();
  });

  it.each(TABLES)(
    '%s, beside other programs, gives the same and leaves theirs alone',
    async (_, names) => {
      const test = await tableOf(names);
      const theirs = asText(await putForeignItems(test.client, test.table.name, names));
      expect(await everyOperation(test.table)).toEqual(expected);
      expect(asText(await tableItems(test.client, test.table.name))).toEqual(theirs);
      await test.drop();
    },
  );

  it.each(TABLES)(
    '%s, at the keys of other programs, finds nothing and takes nothing',
    async (_, names) => {
      const test = await tableOf(names);
      const theirs = asText(await putForeignItems(test.client, test.table.name, names));
      expect(await atForeignKeys(test.table)).toEqual(AT_FOREIGN_KEYS);
      expect(asText(await tableItems(test.client, test.table.name))).toEqual(theirs);
      await test.drop();
    },
  );
});
