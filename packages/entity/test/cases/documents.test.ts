import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { backfill, isTableEmpty, Table } from '@latchkey/entity';
import { defineEntity } from '@latchkey/schema';
import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { anyEntity } from '../support/waysToUpdate.js';

const Note = defineEntity({
  name: 'Note',
  schema: z.object({ k: z.string(), n: z.int().default(0), text: z.string().optional() }),
  indexes: [{ name: '_id', PK: ['.k'], SK: ['.n'] }],
});
const memberSchema = z.object({
  k: z.string(),
  email: z.string(),
  city: z.string().optional(),
  note: z.string().optional(),
});
const _id = { name: '_id', PK: ['.k'] } as const;
/** The definition of yesterday, and that of today: of a value that is now unique, and a new index. */
const Yesterday = defineEntity({ name: 'Member', schema: memberSchema, indexes: [_id] });
const Member = defineEntity({
  name: 'Member',
  schema: memberSchema,
  indexes: [
    _id,
    { name: '_id2', PK: ['.email'], unique: true },
    { name: '_id3', PK: ['.city'], SK: ['.k'] },
  ],
});
const Repo = defineEntity({
  name: 'Repo',
  schema: z.object({ repoId: z.string() }),
  indexes: [{ name: '_id', PK: ['.repoId'] }],
});
const Issue = defineEntity({
  name: 'Issue',
  schema: z.object({ repoId: z.string(), openedAt: z.date(), text: z.string().default('t') }),
  indexes: [{ name: '_id', PK: ['.repoId'], SK: ['.openedAt', '.ulid'], relatedTo: Repo }],
  aliases: { openedAt: 'o' },
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Note, Member, Repo, Issue]);
});
afterAll(() => test.drop());

const fresh = (() => {
  let count = 0;
  return (): string => `k${String(++count)}`;
})();

// Case 17: test/concurrency/deletes.test.ts has a delete by each kind of filter.
describe('20 deletes of one document at once', () => {
  it.each<[string, (k: string) => Promise<boolean>]>([
    [
      'by its whole key',
      async (k) => (await notes().deleteOne({ filter: { k, n: 0 } })).item !== null,
    ],
    [
      'in a transaction each',
      async (k) => {
        const operation = notes().deleteOneOperation({ filter: { k, n: 0 } });
        const [item] = await test.table.transact([operation]);
        return item !== null;
      },
    ],
    [
      'in a namespace',
      async (k) => {
        const tenant = anyEntity(test.table.namespace('tenant'), Note);
        return (await tenant.deleteOne({ filter: { k, n: 0 } })).deletedCount === 1;
      },
    ],
    ['of many', async (k) => (await notes().deleteMany({ filter: { k } })).deletedCount === 1],
    [
      'with what is related to it',
      async (k) =>
        (await test.table.entity(Repo).deleteOne({ filter: { repoId: k }, withRelated: true }))
          .deletedCount === 1,
    ],
  ])('give it to one, %s', async (_, remove) => {
    for (let round = 0; round < 3; round++) {
      const k = fresh();
      await notes().createOne({ item: { k } });
      await test.table.namespace('tenant').entity(Note).createOne({ item: { k } });
      await test.table.entity(Repo).createOne({ item: { repoId: k } });
      const gone = async (): Promise<boolean> => {
        try {
          return await remove(k);
        } catch (error) {
          // The transaction of another was first.
          expect((error as { code?: string }).code).toMatch(/NotFound|VersionConflict|Transaction/);
          return false;
        }
      };
      const outcomes = await Promise.all(Array.from({ length: 20 }, gone));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
    }
  });
});
const notes = () => anyEntity(test.table, Note);

// Case 19: test/schemaChanges/beforeUnique.test.ts and backfill.test.ts have the rest.
it('Documents from before a unique value and an index are deleted, back-filled and told of', async () => {
  const own = await createTestTable([Member]);
  const old = anyEntity(new Table({ name: own.table.name, client: own.client }), Yesterday);
  const members = anyEntity(own.table, Member);
  for (const k of ['a', 'b', 'c', 'd']) {
    const email = k < 'c' ? 'same' : k;
    await old.createOne({ item: { k, email, city: 'Rome' } });
  }
  // What has no unique item yet can be deleted, by each way.
  expect(await members.deleteOne({ filter: { k: 'd' } })).toMatchObject({ deletedCount: 1 });
  await old.createOne({ item: { k: 'd', email: 'd', city: 'Rome' } });
  await own.table.transact([members.deleteOneOperation({ filter: { k: 'd' } })]);
  expect((await members.findMany({ filter: { city: 'Rome' } })).items).toEqual([]);
  expect((await members.findOne({ filter: { email: 'c' } })).item).toBeNull();

  const result = await backfill(own.table);
  expect(result.collisions).toHaveLength(1);
  expect(JSON.stringify(result)).not.toContain('same');
  expect((await members.findOne({ filter: { email: 'c' } })).item).toMatchObject({ k: 'c' });
  const { items } = await members.findMany({ filter: { city: 'Rome' } });
  const found = items.map(({ k }) => k as string);
  expect(found).toContain('c');
  const holder = String((await members.findOne({ filter: { email: 'same' } })).item?.k);
  expect(['a', 'b']).toContain(holder);
  const other = holder === 'a' ? 'b' : 'a';
  const error = await errorOf(members.createOne({ item: { k: 'e', email: 'c' } }));
  expect(error.code).toBe('UniqueViolation');
  // The other gets a value of its own, and both can be deleted.
  await members.updateOne({ filter: { k: other }, update: { $set: { email: 'other' } } });
  expect(await sweepUniques(own.client, own.table.name, [Member])).toEqual([]);
  for (const k of ['a', 'b', 'c']) await members.deleteOne({ filter: { k } });
  expect(await isTableEmpty(own.table)).toBe(true);
  await own.drop();
});

// Case 26: test/writes/takenOver.test.ts has the rest.
it('Documents are taken over with their ulid and createdAt, an id follows from the key', async () => {
  const issues = test.table.entity(Issue);
  const repoId = fresh();
  await test.table.entity(Repo).createOne({ item: { repoId } });
  const openedAt = new Date('2020-05-05');
  const taken = { ulid: '01arz3ndektsv4rrffq69g5fav', createdAt: new Date('2016-07-30') };
  const { item } = await issues.createOne({ item: { repoId, openedAt }, ...taken });
  expect(item).toMatchObject({ ulid: taken.ulid.toUpperCase(), createdAt: taken.createdAt });
  expect((await issues.findById(item.id)).item).toEqual(item);
  const again = issues.createOne({ item: { repoId, openedAt }, ...taken });
  expect((await errorOf(again)).code).toBe('AlreadyExists');
  for (const wrong of [
    { ulid: 'x' },
    { ulid: '8ZZZZZZZZZZZZZZZZZZZZZZZZZ' },
    { createdAt: new Date(NaN) },
    { createdAt: 'yesterday' },
  ]) {
    const error = await errorOf(
      issues.createOne({ item: { repoId, openedAt }, ...(wrong as object) }),
    );
    expect(error).toMatchObject({ code: 'InvalidInput', details: { path: Object.keys(wrong)[0] } });
  }
  const { edges } = await issues.paginate({ filter: { repoId } });
  expect(edges).toHaveLength(1);
});

// Case 27: test/planner/include.test.ts has the rest.
it('A repository comes with its newest issues, in short names and in a namespace, too', async () => {
  for (const table of [test.table, test.table.namespace('tenant')]) {
    const repos = table.entity(Repo).addIndexRelation('issues', Issue);
    const repoId = fresh();
    const related = {
      issues: [3, 1, 2].map((day) => ({ openedAt: new Date(Date.UTC(2030, 0, day)) })),
    };
    await repos.createOne({ item: { repoId }, related });
    const read = async (sort: 'ascending' | 'descending', limit: number) =>
      (
        await repos.findOne({ filter: { repoId }, include: { issues: { sort, limit } } })
      ).item?.issues.map(({ openedAt }) => openedAt.getUTCDate());
    expect(await read('descending', 2)).toEqual([3, 2]);
    expect(await read('ascending', 2)).toEqual([1, 2]);
    expect(await read('descending', 100)).toEqual([3, 2, 1]);
  }
});

// Case 30.
it('Tables with a clock of their own have no TTL, whoever of two makes them', async () => {
  const Lease = defineEntity({
    name: 'Lease',
    schema: z.object({ k: z.string(), until: z.date() }),
    indexes: [_id],
    expiresAt: 'until',
  });
  const clock = () => new Date('2001-01-01');
  const own = await createTestTable([Lease], { clock });
  const name = own.table.name;
  const second = new Table({ name, client: own.client, clock });
  await second.ensure();
  const until = new Date('2001-01-02');
  await own.table.entity(Lease).createOne({ item: { k: 'a', until } });
  expect((await second.entity(Lease).findOne({ filter: { k: 'a' } })).item?.until).toEqual(until);
  const { TimeToLiveDescription } = await own.client.send(
    new DescribeTimeToLiveCommand({ TableName: name }),
  );
  expect(TimeToLiveDescription?.TimeToLiveStatus).toBe('DISABLED');
  await own.drop();
});
