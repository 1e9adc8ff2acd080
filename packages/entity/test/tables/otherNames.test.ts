import { DescribeTimeToLiveCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clearTable, type CreateTableOptions, type Table, type TableNames } from '@latchkey/entity';
import { createTestTable, type TestTable, type TestTableOptions } from '@latchkey/entity/testing';
import { Note, Ticket } from '../support/entities.js';
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

describe('what is stored', () => {
  it.each(TABLES)(
    '%s, has its keys and its time to live under the table’s names',
    async (_, names) => {
      const test = await createTestTable([Ticket, Note], names);
      const { PK = 'PK', SK = 'SK', ttl = 'ttl' } = names.attributes ?? {};
      const until = new Date('2100-01-01T00:00:00.500Z');
      const later = new Date('2100-01-02T00:00:00.500Z');
      const stored = async () =>
        (await tableItems(test.client, test.table.name)).map((item) => [item[PK]?.S, item[ttl]?.N]);

      const tickets = test.table.entity(Ticket);
      const { item } = await tickets.createOne({
        item: { holder: 'h', kind: 'day', code: 'c', seat: 's', until },
      });
      expect(new Set(await stored())).toEqual(
        new Set([
          ['ticket#h', '4102444800'],
          ['ticket._id2#c', '4102444800'],
        ]),
      );
      const filter = { holder: 'h', kind: 'day', ulid: item.ulid } as const;
      await tickets.updateOne({ filter, update: { $set: { until: later } } });
      expect((await stored()).map(([, time]) => time)).toEqual(['4102531200', '4102531200']);
      await tickets.updateOne({ filter, update: { $remove: ['until'] } });
      expect((await stored()).map(([, time]) => time)).toEqual([undefined, undefined]);
      await clearTable(test.table);

      const notes = test.table.entity(Note);
      const note = { owner: 'o', title: 't' };
      await notes.updateOne({ filter: note, update: { $set: { until } }, upsert: true });
      expect(await stored()).toEqual([['note#o', '4102444800']]);
      await notes.updateOne({ filter: note, update: { $set: { until: later } } });
      expect(await stored()).toEqual([['note#o', '4102531200']]);
      const [document] = await tableItems(test.client, test.table.name);
      expect(Object.keys(document ?? {}).sort()).toEqual(
        [
          PK,
          SK,
          ttl,
          '_e',
          '_op',
          '_v',
          'createdAt',
          'flag',
          'owner',
          'title',
          'ulid',
          'until',
          'updatedAt',
        ].sort(),
      );
      await notes.updateOne({ filter: note, update: { $remove: ['until'] } });
      expect(await stored()).toEqual([['note#o', undefined]]);
      await test.drop();
    },
  );

  it.each(TABLES)('%s, is of a table that DynamoDB has made with these names', async (_, names) => {
    const test = await tableOf(names);
    const { PK = 'PK', SK = 'SK', ttl = 'ttl' } = names.attributes ?? {};
    const { name = '_id3', PK: indexPK = '_id3PK' } = names.indexes?._id3 ?? {};
    const table = await test.table.describe();
    expect(table?.KeySchema?.map(({ AttributeName }) => AttributeName)).toEqual([PK, SK]);
    expect(table?.GlobalSecondaryIndexes).toMatchObject([
      { IndexName: name, KeySchema: [{ AttributeName: indexPK }, {}] },
    ]);
    const { TimeToLiveDescription } = await test.client.send(
      new DescribeTimeToLiveCommand({ TableName: test.table.name }),
    );
    expect(TimeToLiveDescription?.AttributeName).toBe(ttl);
    await test.drop();
  });
});

describe('a table with a clock of its own', () => {
  const clock = (): Date => new Date('2001-02-03T04:05:06Z');
  const timeToLiveOf = async (table: Table, client: DynamoDBClient) => {
    const command = new DescribeTimeToLiveCommand({ TableName: table.name });
    return (await client.send(command)).TimeToLiveDescription?.TimeToLiveStatus;
  };

  it.each<[string, TestTableOptions, CreateTableOptions, string]>([
    ['is made without TTL', { clock }, {}, 'DISABLED'],
    ['is made with TTL where that is asked for', { clock }, { timeToLive: true }, 'ENABLED'],
    ['unlike another', {}, {}, 'ENABLED'],
    ['unlike another, which can be made without, too', {}, { timeToLive: false }, 'DISABLED'],
  ])('%s', async (_, options, create, expected) => {
    const test = await createTestTable([Note], options);
    if (create.timeToLive === undefined) {
      expect(await timeToLiveOf(test.table, test.client)).toBe(expected);
    }
    await test.table.delete();
    await test.table.create(create);
    expect(await timeToLiveOf(test.table, test.client)).toBe(expected);
    await test.table.ensure(create);
    expect(await timeToLiveOf(test.table, test.client)).toBe(expected);
    await test.drop();
  });
});
