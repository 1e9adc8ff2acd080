import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { anyEntity, WAYS_TO_UPDATE } from '../support/waysToUpdate.js';

const Place = defineEntity({
  name: 'Place',
  schema: z.object({
    k: z.string(),
    pair: z.tuple([z.number(), z.object({ at: z.date() })]).optional(),
    line: z.tuple([z.string()], z.number()).optional(),
    both: z
      .intersection(z.object({ a: z.string() }), z.object({ b: z.number().max(9) }))
      .optional(),
    known: z.record(z.enum(['north', 'south']), z.number()).optional(),
    words: z.record(z.string().regex(/^[a-z]+$/), z.object({ n: z.number() })).optional(),
    years: z.record(z.number(), z.string()).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.k'] }],
});
const at = new Date('2030-01-31T00:00:00.000Z');
const item = {
  pair: [1, { at }] as const,
  line: ['a', 1, 2] as const,
  both: { a: 'a', b: 1 },
  known: { north: 1, south: 2 },
  words: { abc: { n: 1 } },
  years: { 2030: 'x' },
};

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Place]);
});
afterAll(() => test.drop());

let count = 0;
async function made(): Promise<{ k: string }> {
  const k = `k${String(++count)}`;
  await anyEntity(test.table, Place).createOne({ item: { k, ...item } });
  return { k };
}

/** A path, its value, another for it, and what its field is then. */
const PATHS: [string, unknown, unknown, object][] = [
  ['pair.0', 1, 7, { pair: [7, { at }] }],
  ['pair.1.at', at, new Date(0), { pair: [1, { at: new Date(0) }] }],
  ['line.0', 'a', 'b', { line: ['b', 1, 2] }],
  ['line.2', 2, 9, { line: ['a', 1, 9] }],
  ['both.a', 'a', 'b', { both: { a: 'b', b: 1 } }],
  ['both.b', 1, 9, { both: { a: 'a', b: 9 } }],
  ['known.south', 2, 9, { known: { north: 1, south: 9 } }],
  ['words.abc.n', 1, 9, { words: { abc: { n: 9 } } }],
  ['years.2030', 'x', 'y', { years: { 2030: 'y' } }],
];

describe.each(PATHS)('"%s"', (path, value, other, changed) => {
  const places = () => anyEntity(test.table, Place);

  it('is filtered by, and projected', async () => {
    const filter = await made();
    expect(await places().count({ filter: { ...filter, [path]: value } })).toBe(1);
    expect(await places().count({ filter: { ...filter, [path]: other } })).toBe(0);
    const { item: found } = await places().findOne({ filter, project: [path] as never });
    const [field = '', ...below] = path.split('.');
    const last = below.reduce<unknown>(
      // Only what was asked for is read: it is then the first of a list.
      (inside, name) =>
        Array.isArray(inside)
          ? (inside as unknown[])[0]
          : (inside as Record<string, unknown>)[name],
      (found as Record<string, unknown>)[field],
    );
    expect(last).toEqual(value);
  });

  it.each(WAYS_TO_UPDATE)('is set, by %s', async (_, change) => {
    const filter = await made();
    const update = { $set: { [path]: other } };
    await change({ table: test.table, entity: places(), filter, update });
    const { item: found } = await places().findOne({ filter });
    expect(found).toMatchObject({ ...item, ...changed });
  });
});

it.each(['pair.2', 'pair.x', 'both.c', 'known.east', 'known.east.n', 'words.ABC', 'years.x'])(
  '"%s", which no document can have, is refused by its path',
  async (path) => {
    const filter = await made();
    const places = anyEntity(test.table, Place);
    for (const attempt of [
      places.updateOne({ filter, update: { $set: { [path]: 1 } } }),
      places.updateOne({ filter, update: { $remove: [path] } }),
      places.findOne({ filter: { ...filter, [path]: 1 } }),
      places.findOne({ filter, project: [path] as never }),
    ]) {
      const { code, details } = await errorOf(attempt);
      expect([code, details]).toMatchObject(['InvalidInput', { path }]);
    }
    expect(errorFrom(() => places.findOneParams({ filter: { [path]: 1 } })).code).toBe(
      'InvalidInput',
    );
    expect((await places.findOne({ filter })).item).toMatchObject({ ...item, _v: 1 });
  },
);

it.each<[string, object]>([
  ['removes what a tuple must have', { $remove: ['pair.0'] }],
  ['removes one of the known keys, all of which a record has', { $remove: ['known.north'] }],
  ['gives a position a value of another type', { $set: { 'pair.0': 'x' } }],
  ['gives a side of an intersection a value that it refuses', { $set: { 'both.b': 10 } }],
])('An update that %s is refused, and changes nothing', async (_, update) => {
  const filter = await made();
  const places = anyEntity(test.table, Place);
  const { code } = await errorOf(places.updateOne({ filter, update }));
  expect(['InvalidInput', 'UpdateRefused']).toContain(code);
  expect((await places.findOne({ filter })).item).toMatchObject({ ...item, _v: 1 });
});
