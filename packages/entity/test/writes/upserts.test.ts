import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { Fields } from '../../src/entity/EntityModel.js';
import { errorOf } from '../support/errorOf.js';
import { anyEntity, WAYS_TO_UPSERT } from '../support/waysToUpdate.js';

const schema = z.object({
  k: z.string(),
  n: z.number(),
  code: z.string().optional(),
  note: z.string().optional(),
});
const Plain = defineEntity({ name: 'Plain', schema, indexes: [{ name: '_id', PK: ['.k'] }] });
const Unique = defineEntity({
  name: 'Unique',
  schema,
  indexes: [
    { name: '_id', PK: ['.k'] },
    { name: '_id2', PK: ['.code'], unique: true },
  ],
});
const Migrated = defineEntity({
  name: 'Migrated',
  schema,
  indexes: [{ name: '_id', PK: ['.k'] }],
  migrations: [(stored) => stored],
});
const DEFINITIONS = [Plain, Unique, Migrated];
const MATRIX = WAYS_TO_UPSERT.flatMap(([name, change]) =>
  DEFINITIONS.map((definition) => [name, definition.name, definition, change] as const),
);

let test: TestTable;
const sent: string[] = [];
let count = 0;
const fresh = (): string => `k${String(++count)}`;

beforeAll(async () => {
  test = await createTestTable(DEFINITIONS, {
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());

describe.each(MATRIX)('By %s, an upsert of a %s', (_, __, definition, change) => {
  const entity = () => anyEntity(test.table, definition);
  const upsert = (filter: Fields, update: Fields = { $set: { note: 'new' } }) =>
    change({ table: test.table, entity: entity(), filter, update });

  it.each<[string, Fields, string]>([
    ['an empty list', { n: { $in: [] } }, 'n'],
    ['two values', { n: 1, $and: [{ n: 2 }] }, 'n'],
    ['a value out of its bounds', { n: { $eq: 1, $gt: 1 } }, 'n'],
    ['bounds that are apart', { n: { $gt: 2, $lt: 1 } }, 'n'],
    ['a value that is not there', { note: 'a', $and: [{ note: { $exists: false } }] }, 'note'],
    ['a contradiction inside $and', { $and: [{ n: 1 }, { code: { $in: [] } }] }, 'code'],
    ['no alternative', { $or: [] }, '$or'],
  ])('whose filter asks for %s is refused before anything is sent', async (___, more, path) => {
    sent.length = 0;
    const refused = upsert(
      { k: fresh(), ...more },
      { $set: { code: 'x' }, $setOnInsert: { n: 1 } },
    );
    const error = await errorOf(refused);
    expect([error.code, error.details]).toMatchObject(['InvalidInput', { path }]);
    expect(error.message).toContain('an upsert');
    expect(sent).toEqual([]);
  });

  it.each<[string, Fields]>([
    ['another value', { n: 5 }],
    ['another of several values', { n: { $in: [5, 6] } }],
    ['a higher value', { n: { $gt: 5 } }],
    ['a field that is not there', { note: 'old', n: 0 }],
    ['one of two alternatives, neither of which it is', { $or: [{ n: 5 }, { note: 'old' }] }],
  ])(
    'whose filter asks for %s than the document with its key has says at once that this one exists',
    async (___, more) => {
      const k = fresh();
      await entity().createOne({ item: { k, n: 0 } });
      sent.length = 0;
      const error = await errorOf(
        upsert({ k, ...more }, { $set: { code: k }, $setOnInsert: { n: 9 } }),
      );
      expect([error.code, error.details]).toMatchObject(['AlreadyExists', { item: { k, n: 0 } }]);
      expect(sent).toHaveLength(2);
      expect(await entity().findOne({ filter: { k } })).toMatchObject({ item: { k, n: 0, _v: 1 } });
    },
  );

  it('whose filter asks for what nobody has makes it, and changes it the next time', async () => {
    const filter = { k: fresh(), n: 5 };
    await upsert(filter);
    await upsert(filter, { $set: { note: 'newer' } });
    expect((await entity().findOne({ filter })).item).toMatchObject({ note: 'newer', _v: 2 });
  });

  it('changes one that another made since it was looked for, if that is as the filter asks', async () => {
    const filter = { k: fresh(), n: 5 };
    await Promise.all(
      Array.from({ length: 6 }, (____, at) => upsert(filter, { $set: { note: String(at) } })),
    );
    expect((await entity().findOne({ filter, consistent: true })).item).toMatchObject({ _v: 6 });
  });
});
