import { EntityError } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { CommandEvent } from '../../src/table/Sender.js';
import { errorOf } from '../support/errorOf.js';

/** In the order of their sort keys: issue, label, repo, star. */
const Repo = defineEntity({
  name: 'Repo',
  schema: z.object({ repoId: z.string(), title: z.string().default('t') }),
  indexes: [{ name: '_id', PK: ['.repoId'] }],
});
const inRepo = <const N extends string>(name: N) =>
  defineEntity({
    name,
    schema: z.object({ repoId: z.string(), n: z.int(), text: z.string().optional() }),
    indexes: [{ name: '_id', PK: ['.repoId'], SK: ['.n'], relatedTo: Repo }],
  });
const Issue = inRepo('Issue');
const Label = inRepo('Label');
const Star = inRepo('Star');

let test: TestTable;
let alone: TestTable;
const sent: CommandEvent[] = [];
const onCommand = (event: CommandEvent) => sent.push(event);

beforeAll(async () => {
  test = await createTestTable([Repo, Issue, Label, Star], { onCommand });
  // Nothing else is bound that could lie between a repository and its issues.
  alone = await createTestTable([Repo, Issue], { onCommand });
  await fill(test, 'r', 30);
  await fill(test, 'small', 3);
  await alone.table.entity(Repo).createOne({ item: { repoId: 'r' } });
  for (let n = 1; n <= 30; n++) {
    await alone.table.entity(Issue).createOne({ item: { repoId: 'r', n } });
  }
});
afterAll(async () => {
  await test.drop();
  await alone.drop();
});
beforeEach(() => {
  sent.length = 0;
});

async function fill({ table }: TestTable, repoId: string, size: number): Promise<void> {
  await table.entity(Repo).createOne({ item: { repoId } });
  for (const definition of [Issue, Label, Star]) {
    const entity = table.entity(definition as typeof Issue);
    for (let n = 1; n <= size; n++) await entity.createOne({ item: { repoId, n } });
  }
}

const repos = ({ table }: TestTable) =>
  table
    .entity(Repo)
    .addIndexRelation('issues', Issue)
    .addIndexRelation('labels', Label)
    .addIndexRelation('stars', Star);
const reposAlone = ({ table }: TestTable) =>
  table.entity(Repo).addIndexRelation('issues', Issue) as unknown as ReturnType<typeof repos>;

type Include = Parameters<ReturnType<typeof repos>['findOne']>[0]['include'];

/** The numbers of each relation, and how many requests it took. */
async function read(where: TestTable, include: NonNullable<Include>, repoId = 'r') {
  sent.length = 0;
  const entity = where === alone ? reposAlone(where) : repos(where);
  const { item } = await entity.findOne({ filter: { repoId }, include });
  const relations = Object.keys(include) as (keyof NonNullable<Include>)[];
  const found = item as Readonly<Record<string, { n: number }[]>> | null;
  const numbers = relations.map((name) => found?.[name] ?? []);
  return {
    numbers: numbers.map((documents) => documents.map(({ n }) => n)),
    commands: sent.map(({ command }) => command),
  };
}

const upTo = (end: number): number[] => Array.from({ length: end }, (_, at) => at + 1);
const newest = (size: number): number[] => upTo(30).reverse().slice(0, size);

describe('The newest documents of a relation', () => {
  it('come with their parent in one Query of just as many items, where nothing lies between', async () => {
    const include = { issues: { sort: 'descending', limit: 10 } } as const;
    expect(await read(alone, include)).toEqual({ numbers: [newest(10)], commands: ['Query'] });
  });

  it('come by a Query of their own where something else may lie between', async () => {
    const include = { issues: { sort: 'descending', limit: 10 } } as const;
    expect(await read(test, include)).toEqual({
      numbers: [newest(10)],
      commands: ['Query', 'Query'],
    });
  });

  it('can be fewer than the limit, and all of them without one', async () => {
    for (const where of [alone, test]) {
      const few = { issues: { sort: 'descending', limit: 50 } } as const;
      expect((await read(where, few)).numbers).toEqual([newest(30)]);
      const all = { issues: { sort: 'descending' } } as const;
      expect(await read(where, all)).toEqual({ numbers: [newest(30)], commands: ['Query'] });
    }
  });
});

it.each<[string, NonNullable<Include>, number[][], number]>([
  ['the first after the parent', { stars: { limit: 2 } }, [[1, 2]], 1],
  ['the first before the parent', { issues: { limit: 2 } }, [[1, 2]], 2],
  [
    'the next to the parent on both sides',
    { labels: { limit: 2, sort: 'descending' }, stars: { limit: 2 } },
    [newest(2), [1, 2]],
    2,
  ],
  [
    'different orders and limits',
    {
      issues: { limit: 3, sort: 'descending' },
      labels: { limit: 2 },
      stars: { limit: 1, sort: 'descending' },
    },
    [newest(3), [1, 2], newest(1)],
    4,
  ],
  [
    'all of one, and the newest of another that it is read towards',
    { labels: true, issues: { limit: 2, sort: 'descending' } },
    [upTo(30), newest(2)],
    1,
  ],
  [
    'all of one, and some of one that lies before it',
    { issues: { limit: 2 }, stars: true },
    [[1, 2], upTo(30)],
    1,
  ],
  [
    'all of two in different orders',
    { issues: { sort: 'descending' }, stars: { sort: 'ascending' } },
    [newest(30), upTo(30)],
    1,
  ],
  [
    'all of one beside limits in both orders',
    { issues: { limit: 2, sort: 'descending' }, labels: true, stars: { limit: 2 } },
    [newest(2), upTo(30), [1, 2]],
    3,
  ],
])(
  '%s: takes what is asked for, in as few Queries as do not read through more',
  async (_, include, numbers, queries) => {
    expect(await read(test, include)).toEqual({
      numbers,
      commands: Array.from({ length: queries }, () => 'Query'),
    });
  },
);

describe('A relation of more than a page', () => {
  const text = 'x'.repeat(300_000);
  beforeAll(async () => {
    const { table } = test;
    await table.entity(Repo).createOne({ item: { repoId: 'wide' } });
    const issues = table.entity(Issue);
    for (let n = 1; n <= 12; n++) await issues.createOne({ item: { repoId: 'wide', n, text } });
    await table.entity(Star).createOne({ item: { repoId: 'wide', n: 1 } });
  });

  it('is not read through once its limit is reached', async () => {
    const include = { issues: { limit: 2 }, stars: true } as const;
    const { numbers, commands } = await read(test, include, 'wide');
    expect(numbers).toEqual([[1, 2], [1]]);
    // A page of issues; then from the repository on.
    expect(commands).toEqual(['Query', 'Query']);
    const newestFirst = { issues: { limit: 2, sort: 'descending' } } as const;
    expect((await read(test, newestFirst, 'wide')).numbers).toEqual([[12, 11]]);
  });

  it('is read to its end without a limit, as far as maxPages allows', async () => {
    expect((await read(test, { issues: true }, 'wide')).numbers).toEqual([upTo(12)]);
    const find = repos(test).findOne({
      filter: { repoId: 'wide' },
      include: { issues: true },
      maxPages: 2,
    });
    expect((await errorOf(find)).code).toBe('TooManyPages');
  });
});

it('gives null without the parent, and refuses a sort and a limit that are none', async () => {
  const include = { issues: { sort: 'descending', limit: 2 }, stars: true } as const;
  const { item } = await repos(test).findOne({ filter: { repoId: 'nobody' }, include });
  expect(item).toBeNull();
  for (const issues of [{ sort: 'newest' }, { limit: 0 }, { limit: 1.5 }]) {
    const bad = repos(test).findOne({ filter: { repoId: 'r' }, include: { issues } as never });
    const error: unknown = await bad.catch((reason: unknown) => reason);
    expect(EntityError.is(error) && error.code).toBe('InvalidInput');
  }
});

it('takes only the parent itself where its key has siblings in the partition', async () => {
  const Room = defineEntity({
    name: 'Room',
    schema: z.object({ house: z.string(), name: z.string() }),
    indexes: [{ name: '_id', PK: ['.house'], SK: ['.name'] }],
  });
  const Lamp = defineEntity({
    name: 'Lamp',
    schema: z.object({ house: z.string(), n: z.int() }),
    indexes: [{ name: '_id', PK: ['.house'], SK: ['.n'], relatedTo: Room }],
  });
  const { table } = alone;
  const rooms = table.entity(Room).addIndexRelation('lamps', Lamp);
  for (const name of ['a', 'b', 'c']) await rooms.createOne({ item: { house: 'h', name } });
  for (const n of [1, 2, 3]) await table.entity(Lamp).createOne({ item: { house: 'h', n } });
  const { item } = await rooms.findOne({
    filter: { house: 'h', name: 'b' },
    include: { lamps: { sort: 'descending', limit: 2 } },
  });
  expect(item?.name).toBe('b');
  expect(item?.lamps.map(({ n }) => n)).toEqual([3, 2]);
});

it.each([false, undefined])('A relation that is included as %s is not read', async (issues) => {
  const repos = test.table
    .entity(Repo)
    .addIndexRelation('issues', Issue)
    .addIndexRelation('labels', Label);
  sent.length = 0;
  const { item } = await repos.findOne({ filter: { repoId: 'small' }, include: { issues } });
  expect(item).not.toHaveProperty('issues');
  expect(item?.title).toBe('t');
  const { item: other } = await repos.findOne({
    filter: { repoId: 'small' },
    include: { issues, labels: true },
  });
  expect(other?.labels).toHaveLength(3);
  expect(other).not.toHaveProperty('issues');
  const unknown = { nope: issues } as object;
  const attempt = repos.findOne({ filter: { repoId: 'small' }, include: unknown });
  expect((await errorOf(attempt)).code).toBe('InvalidInput');
});
