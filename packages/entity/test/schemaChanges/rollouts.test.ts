import { backfill, Table } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { tableItems } from '../support/tableItems.js';

const indexes = [
  { name: '_id', PK: ['.k'] },
  { name: '_id2', PK: ['.u'], unique: true },
] as const;
const fields = {
  k: z.string(),
  u: z.string().optional(),
  n: z.number(),
  lines: z.array(z.string()).optional(),
};
/** Three definitions of one entity, each with one migration more: each doubles `n`. */
const versions = [0, 1, 2].map((count) =>
  defineEntity({
    name: 'Form',
    schema: z.object(fields),
    indexes,
    migrations: Array.from(
      { length: count },
      () => (stored: Readonly<Record<string, unknown>>) => ({
        ...stored,
        n: Number(stored.n) * 2,
      }),
    ),
  }),
);

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable();
});
afterAll(() => test.drop());

function inProgram(version: number) {
  const definition = versions[version];
  if (!definition) throw new Error('no such version');
  const table = new Table({ name: test.table.name, client: localClient() });
  return { table, entity: table.entity(definition) };
}

type Forms = ReturnType<typeof inProgram>['entity'];

/** Every way in which a program writes a document that is there. */
const writes: [string, (forms: Forms, table: Table, k: string) => Promise<unknown>][] = [
  [
    'one expression',
    (forms, _, k) => forms.updateOne({ filter: { k }, update: { $inc: { n: 1 } } }),
  ],
  [
    'reading and writing',
    (forms, _, k) => forms.updateOne({ filter: { k }, update: { $inc: { n: 1 }, $set: { u: k } } }),
  ],
  [
    'a change of the key',
    (forms, _, k) =>
      forms.updateOne({ filter: { k }, update: { $inc: { n: 1 }, $set: { k: `${k}!` } } }),
  ],
  [
    'an expression in a transaction',
    (forms, table, k) =>
      table.transact([forms.updateOneOperation({ filter: { k }, update: { $inc: { n: 1 } } })]),
  ],
  [
    'reading and writing in a transaction',
    (forms, table, k) =>
      table.transact([
        forms.updateOneOperation({ filter: { k }, update: { $inc: { n: 1 }, $set: { u: k } } }),
      ]),
  ],
  [
    'an upsert',
    (forms, _, k) => forms.updateOne({ filter: { k }, update: { $inc: { n: 1 } }, upsert: true }),
  ],
  [
    'an upsert in a transaction',
    (forms, table, k) =>
      table.transact([
        forms.updateOneOperation({ filter: { k }, update: { $inc: { n: 1 } }, upsert: true }),
      ]),
  ],
  ['updateMany', (forms, _, k) => forms.updateMany({ filter: { k }, update: { $inc: { n: 1 } } })],
  [
    'a back-fill',
    async (forms, table, k) => {
      await forms.updateOne({ filter: { k }, update: { $inc: { n: 1 } } });
      await backfill(table);
    },
  ],
];

describe.each([
  [0, 1],
  [0, 2],
  [1, 2],
])('a program with %d migrations, where one with %d has written', (older, newer) => {
  it.each(writes)('leaves the form of a document as it is: %s', async (way, write) => {
    const k = `${older}${newer}${way.replaceAll(' ', '')}`;
    const next = inProgram(newer);
    await next.entity.createOne({ item: { k, n: 10 } });
    const last = inProgram(older);
    await write(last.entity, last.table, k);
    const items = await tableItems(test.client, test.table.name);
    const item = items.find((each) => each._e && each.k?.S?.startsWith(k));
    expect([item?.n, item?._s]).toEqual([{ N: '11' }, { N: String(newer) }]);
    expect((await next.entity.findOne({ filter: { k: item?.k?.S ?? '' } })).item?.n).toBe(11);
  });
});
