import { EntityError, explain, Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import type { CommandEvent } from '../../src/table/Sender.js';
import type { AnyEntity } from '../support/waysToUpdate.js';
import { matches } from './matches.js';
import { Random } from './Random.js';
import { randomEntity, type RandomEntity } from './randomEntity.js';
import { randomFilter } from './randomFilter.js';

/** How many entities are made up; each gets some documents and filters. */
const RUNS = Number(process.env.PLANNER_RUNS ?? 12);
const DOCUMENTS = 7;
const FILTERS = 8;
const MAX_PAGES = 20;

type Fields = Record<string, unknown>;

/** Any entity, without the types of its fields. */
interface Documents {
  createOne(input: { item: Fields; context: Fields }): Promise<{ item: Fields }>;
  findOne(input: Fields): Promise<{ item: Fields | null }>;
  findMany(input: Fields): PromiseLike<{ items: Fields[] }>;
  paginate(input: Fields): Promise<{
    edges: { node: Fields }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  }>;
  count(input: Fields): Promise<number>;
  updateMany(input: Fields): Promise<{ modifiedCount: number }>;
  deleteMany(input: Fields): Promise<{ deletedCount: number }>;
}

const Indexed = defineEntity({
  name: 'Indexed',
  schema: z.object({ a: z.string() }),
  indexes: [
    { name: '_id', PK: ['.a'] },
    { name: '_id2', PK: ['.a'] },
    { name: '_id3', PK: ['.a'] },
    { name: '_id4', PK: ['.a'] },
  ],
});

let test: TestTable;
const sent: CommandEvent[] = [];
beforeAll(async () => {
  test = await createTestTable([Indexed]);
});
afterAll(() => test.drop());

let runs = 0;
/** The entity in a namespace of its own: definitions of one name do not meet. */
function bound({ definition }: RandomEntity): Documents {
  const { client, table } = test;
  const own = new Table({ name: table.name, client, onCommand: (event) => sent.push(event) });
  return own.namespace(`run-${runs++}`).entity(definition) as unknown as Documents;
}

/** Makes documents; those whose keys are impossible, or whose unique values are taken, are not made. */
async function make(docs: Documents, random: Random, { drawDocument }: RandomEntity) {
  const made: Fields[] = [];
  for (let k = 0; k < DOCUMENTS; k++) {
    const userId = random.pick([undefined, 'ada', 'bob']);
    try {
      made.push((await docs.createOne({ item: drawDocument(k), context: { userId } })).item);
    } catch (error) {
      if (!EntityError.is(error)) throw error;
      expect(['InvalidKey', 'UniqueViolation']).toContain(error.code);
    }
  }
  return made;
}

/** What a find gives; undefined where it is refused because no index fits. */
async function found(docs: Documents, input: Fields): Promise<unknown[] | undefined> {
  try {
    return (await docs.findMany(input)).items.map(({ k }) => k);
  } catch (error) {
    if (EntityError.is(error) && error.code === 'NoIndexFits') return undefined;
    throw error;
  }
}

async function allPages(docs: Documents, input: Fields): Promise<unknown[]> {
  const all: unknown[] = [];
  let after: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { edges, pageInfo } = await docs.paginate({ ...input, first: 2, after });
    all.push(...edges.map(({ node }) => node.k));
    if (!pageInfo.hasNextPage) return all;
    after = pageInfo.endCursor;
  }
  throw new Error('the pages do not end');
}

const sorted = (ks: readonly unknown[]): unknown[] =>
  [...ks].sort((a, b) => (a as number) - (b as number));

it('gives what a filter of plain arrays gives, by every call and every index that answers', async () => {
  const answered = new Map<string, number>();
  const property = fc.asyncProperty(fc.gen(), async (draw) => {
    const random = new Random(draw);
    const entity = randomEntity(random);
    const docs = bound(entity);
    const documents = await make(docs, random, entity);
    const stored = (path: string, value: unknown): unknown =>
      entity.fields.find((field) => field.path === path)?.stored(value) ?? value;
    const told = { indexes: entity.definition.indexes, documents };
    let last: Fields | undefined;
    for (let at = 0; at < FILTERS; at++) {
      const filter = randomFilter(random, entity, documents);
      const expected = sorted(
        documents.filter((each) => matches(filter, each, stored)).map(({ k }) => k),
      );
      sent.length = 0;
      const explained = explain(docs as unknown as AnyEntity, { filter });
      expect(sent).toEqual([]);
      const ks = await found(docs, { filter });
      expect({ filter, ...told, refused: ks === undefined }).toEqual({
        filter,
        ...told,
        refused: explained.answer === 'NoIndexFits',
      });
      for (const { name } of entity.definition.indexes) {
        const byName = await found(docs, { filter, index: name });
        if (!byName) continue;
        expect({ filter, name, ...told, ks: sorted(byName) }).toEqual({
          filter,
          name,
          ...told,
          ks: expected,
        });
        answered.set(name, (answered.get(name) ?? 0) + 1);
      }
      if (!ks) continue;
      if (explained.requests === 'none') expect(expected).toEqual([]);
      last = filter;
      const { item } = await docs.findOne({ filter });
      const results = {
        ks: sorted(ks),
        first: item?.k,
        count: await docs.count({ filter }),
        backwards: await found(docs, { filter, sort: 'descending' }),
        some: await found(docs, { filter, limit: 2, project: ['k'] }),
        pages: await allPages(docs, { filter }),
      };
      expect({ filter, ...told, ...results }).toEqual({
        filter,
        ...told,
        ks: expected,
        first: ks[0],
        count: expected.length,
        backwards: [...ks].reverse(),
        some: ks.slice(0, 2),
        pages: ks,
      });
    }
    if (!last) return;
    const filter = last;
    const matching = documents.filter((each) => matches(filter, each, stored));
    const update = { $set: { deep: { is: true } } };
    // What an index holds must not follow from the change.
    const { indexes } = entity.definition;
    const isSafe = !JSON.stringify([filter, indexes]).includes('deep');
    if (isSafe) {
      expect((await docs.updateMany({ filter, update })).modifiedCount).toBe(matching.length);
    }
    expect((await docs.deleteMany({ filter })).deletedCount).toBe(matching.length);
    const left = [
      ...((await found(docs, { filter: { p: 'a' } })) ?? []),
      ...((await found(docs, { filter: { p: 'b' } })) ?? []),
    ];
    const kept = documents.filter((each) => !matching.includes(each)).map(({ k }) => k);
    expect({ filter, ...told, left: sorted(left) }).toEqual({
      filter,
      ...told,
      left: sorted(kept),
    });
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true });
  // Not by the table's own key alone.
  expect(answered.size).toBeGreaterThan(1);
}, 300_000);
