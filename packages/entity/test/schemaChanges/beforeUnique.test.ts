import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
} from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Club = defineEntity({
  name: 'Club',
  schema: z.object({ club: z.string() }),
  indexes: [{ name: '_id', PK: ['.club'] }],
});
const schema = z.object({
  club: z.string(),
  name: z.string(),
  code: z.string(),
  note: z.string().optional(),
  lines: z.array(z.string()).max(2).optional(),
  until: z.date().optional(),
});
const _id = { name: '_id', PK: ['.club'], SK: ['.name'], relatedTo: Club } as const;
const expiresAt = 'until';
/** The definition of yesterday, and that of today, by which a code is unique. */
const OldMember = defineEntity({ name: 'Member', schema, indexes: [_id], expiresAt });
const Member = defineEntity({
  name: 'Member',
  schema,
  indexes: [_id, { name: '_id2', PK: ['.code'], unique: true }],
  expiresAt,
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Club, Member]);
});
afterAll(() => test.drop());

const members = () => test.table.entity(Member);
const until = new Date('2040-01-01');
let count = 0;

/** A document from before, whose code nobody holds, or another document does. */
interface Before {
  readonly club: string;
  readonly filter: { readonly club: string; readonly name: 'old' };
  readonly code: string;
  /** The club of the document that holds the code. */
  readonly holder: string | undefined;
}

async function before(isHeld: boolean): Promise<Before> {
  const club = `club${++count}`;
  const code = `code${count}`;
  const yesterday = new Table({ name: test.table.name, client: test.client });
  await yesterday.entity(Club).createOne({ item: { club } });
  await yesterday.entity(OldMember).createOne({ item: { club, name: 'old', code } });
  const holder = isHeld ? `holder${count}` : undefined;
  if (holder) await members().createOne({ item: { club: holder, name: 'new', code } });
  return { club, code, holder, filter: { club, name: 'old' } };
}

async function ownerOf(code: string): Promise<string | undefined> {
  const Key = { PK: { S: `member._id2#${code}` }, SK: { S: 'unique' } };
  const command = new GetItemCommand({ TableName: test.table.name, Key, ConsistentRead: true });
  return (await test.client.send(command)).Item?.ownerPK?.S?.replace('club#', '');
}
const find = async (filter: Before['filter']) =>
  (await members().findOne({ filter, consistent: true })).item;
async function uniqueItems(club: string): Promise<number> {
  const items = await tableItems(test.client, test.table.name);
  return items.filter(({ ownerPK }) => ownerPK?.S === `club#${club}`).length;
}

/** Whatever deletes the document. */
const DELETES: readonly [string, (of: Before) => Promise<unknown>][] = [
  ['deleteOne by its key', ({ filter }) => members().deleteOne({ filter })],
  [
    'deleteOne with a condition',
    ({ filter, code }) => members().deleteOne({ filter, condition: { code } }),
  ],
  [
    'deleteOne by a filter',
    ({ filter, code }) => members().deleteOne({ filter: { ...filter, code } }),
  ],
  ['deleteMany', ({ club }) => members().deleteMany({ filter: { club } })],
  [
    'deleteOne of its parent with all related documents',
    ({ club }) => test.table.entity(Club).deleteOne({ filter: { club }, withRelated: true }),
  ],
  [
    'a transaction',
    ({ filter }) => test.table.transact([members().deleteOneOperation({ filter })]),
  ],
];

/** Whatever changes the document, and what it is afterwards. */
const UPDATES: readonly [string, (of: Before) => Promise<unknown>, object][] = [
  [
    'an update that is one expression',
    ({ filter }) => members().updateOne({ filter, update: { $set: { note: 'x' } } }),
    { note: 'x' },
  ],
  [
    'an update that reads',
    ({ filter }) => members().updateOne({ filter, update: { $append: { lines: ['x'] } } }),
    { lines: ['x'] },
  ],
  [
    'an update that sets the value as it is',
    ({ filter, code }) => members().updateOne({ filter, update: { $set: { code, note: 'x' } } }),
    { note: 'x' },
  ],
  [
    'an update of when it expires',
    ({ filter }) => members().updateOne({ filter, update: { $set: { until } } }),
    { until },
  ],
  [
    'an upsert',
    ({ filter }) =>
      members().updateOne({ filter, update: { $set: { note: 'x', until } }, upsert: true }),
    { note: 'x', until },
  ],
  [
    'updateMany',
    ({ club }) => members().updateMany({ filter: { club }, update: { $set: { until } } }),
    { until },
  ],
  [
    'a transaction',
    ({ filter }) =>
      test.table.transact([members().updateOneOperation({ filter, update: { $set: { until } } })]),
    { until },
  ],
  [
    'a transaction of an upsert',
    ({ filter }) =>
      test.table.transact([
        members().updateOneOperation({ filter, update: { $set: { until } }, upsert: true }),
      ]),
    { until },
  ],
];

describe.each([
  ['that nobody holds', false],
  ['that another document holds', true],
])('a document from before a unique index, with a value %s', (_, isHeld) => {
  it.each(DELETES)('is deleted by %s, and another keeps its value', async (_, remove) => {
    const old = await before(isHeld);
    await remove(old);
    expect(await find(old.filter)).toBeNull();
    expect(await ownerOf(old.code)).toBe(old.holder);
    expect(await uniqueItems(old.club)).toBe(0);
    const found = await members().findOne({ filter: { code: old.code } });
    expect(found.item?.club).toBe(old.holder);
  });

  it.each(UPDATES)('is changed by %s, and another keeps its value', async (_, change, after) => {
    const old = await before(isHeld);
    await change(old);
    expect(await find(old.filter)).toMatchObject({ ...after, code: old.code, _v: 2 });
    if (isHeld) expect(await ownerOf(old.code)).toBe(old.holder);
    const holder = { club: old.holder ?? '', name: 'new' };
    if (isHeld) expect((await members().findOne({ filter: holder })).item?._v).toBe(1);
  });

  it('gets another value, which is then its own, and keeps the old one from nobody', async () => {
    const old = await before(isHeld);
    const code = `free-${old.code}`;
    await members().updateOne({ filter: old.filter, update: { $set: { code } } });
    expect([await ownerOf(code), await ownerOf(old.code)]).toEqual([old.club, old.holder]);
    const error = await errorOf(
      members().createOne({ item: { club: old.club, name: 'second', code } }),
    );
    expect(error.code).toBe('UniqueViolation');
    await members().deleteOne({ filter: old.filter });
    expect(await ownerOf(code)).toBeUndefined();
  });

  it('does not get a value that is taken', async () => {
    const [old, other] = [await before(isHeld), await before(true)];
    const update = { $set: { code: other.code } };
    const change = { filter: old.filter, update };
    for (const attempt of [
      members().updateOne(change),
      test.table.transact([members().updateOneOperation(change)]),
    ]) {
      expect((await errorOf(attempt)).code).toBe('UniqueViolation');
    }
    expect(await find(old.filter)).toMatchObject({ code: old.code, _v: 1 });
    expect(await ownerOf(other.code)).toBe(other.holder);
  });

  it('moves to another key, by itself and in a transaction', async () => {
    for (const inTransaction of [false, true]) {
      const old = await before(isHeld);
      const change = { filter: old.filter, update: { $set: { name: 'moved' } } };
      await (inTransaction
        ? test.table.transact([members().updateOneOperation(change)])
        : members().updateOne(change));
      expect(await find(old.filter)).toBeNull();
      const { item } = await members().findOne({ filter: { club: old.club, name: 'moved' } });
      expect(item?.code).toBe(old.code);
      // A document that moves takes a free value with it.
      expect(await ownerOf(old.code)).toBe(old.holder ?? old.club);
    }
  });

  it('is neither changed nor deleted when its condition does not hold', async () => {
    const old = await before(isHeld);
    const condition = { note: 'none' };
    const { filter } = old;
    for (const attempt of [
      members().deleteOne({ filter, condition }),
      test.table.transact([members().deleteOneOperation({ filter, condition })]),
      members().updateOne({ filter, condition, update: { $set: { until } } }),
    ]) {
      expect((await errorOf(attempt)).code).toBe('ConditionFailed');
    }
    expect(await find(filter)).toMatchObject({ _v: 1 });
  });
});

it('Two documents from before with one value are deleted together, and by a transaction each', async () => {
  const [first, second] = [await before(false), await before(false)];
  const yesterday = new Table({ name: test.table.name, client: test.client }).entity(OldMember);
  for (const name of ['b', 'c', 'd']) {
    await yesterday.createOne({ item: { club: first.club, name, code: first.code } });
  }
  await members().updateOne({ filter: second.filter, update: { $set: { code: second.code } } });
  const { deletedCount } = await test.table
    .entity(Club)
    .deleteOne({ filter: { club: first.club }, withRelated: true });
  expect(deletedCount).toBe(5);
  expect(await ownerOf(first.code)).toBeUndefined();
});

it('A value that comes free and becomes the document’s own meanwhile goes with it', async () => {
  const old = await before(true);
  const client = localClient();
  const mine = new Table({ name: test.table.name, client }).entity(Member);
  // Between the read and the write, the holder gives the value up, and the document takes it.
  const fault = injectFaults(client).on('GetItem', {
    name: 'interleave',
    run: async () => {
      await members().deleteOne({ filter: { club: old.holder ?? '', name: 'new' } });
      const other = `other-${old.code}`;
      await members().updateOne({ filter: old.filter, update: { $set: { code: other } } });
      await members().updateOne({ filter: old.filter, update: { $set: { code: old.code } } });
    },
  });
  await mine.deleteOne({ filter: old.filter });
  expect(fault.attempts).toBe(2);
  expect(await find(old.filter)).toBeNull();
  expect(await ownerOf(old.code)).toBeUndefined();
  client.destroy();
});

it('A document that has its value is still refused to lose it to a stale write', async () => {
  const club = `club${++count}`;
  const filter = { club, name: 'old' } as const;
  await members().createOne({ item: { ...filter, code: `own${count}` } });
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, at) =>
      at % 2 === 0
        ? members().updateOne({ filter, update: { $set: { code: `own${count}-${at}` } } })
        : members().deleteOne({ filter }),
    ),
  );
  expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
  expect(await find(filter)).toBeNull();
  expect(await uniqueItems(club)).toBe(0);
});

describe('a document from before a unique value was computed', () => {
  const base = z.object({
    key: z.string(),
    title: z.string(),
    lines: z.array(z.string()).max(3).optional(),
  });
  const id = { name: '_id', PK: ['.key'] } as const;
  const OldPage = defineEntity({ name: 'Page', schema: base, indexes: [id] });
  const Page = defineEntity({
    name: 'Page',
    schema: base.extend({ slug: z.string().optional() }),
    indexes: [id, { name: '_id2', PK: ['.slug'], unique: true }],
    computed: { slug: { from: ['title'], compute: ({ title }) => title.toLowerCase() } },
  });
  const pages = () => test.table.entity(Page);
  const holderOf = async (slug: string) => (await pages().findOne({ filter: { slug } })).item?.key;
  const make = async (key: string, title: string) => {
    const yesterday = new Table({ name: test.table.name, client: test.client });
    await yesterday.entity(OldPage).createOne({ item: { key, title } });
  };
  const change = { $set: { lines: ['x'] } };

  it('takes it by the next write that reads, if nobody has it', async () => {
    await make('free', 'Free');
    expect(await holderOf('free')).toBeUndefined();
    await pages().updateOne({ filter: { key: 'free', title: 'Free' }, update: change });
    expect(await holderOf('free')).toBe('free');
    await pages().deleteOne({ filter: { key: 'free' } });
    await pages().createOne({ item: { key: 'next', title: 'FREE' } });
  });

  it('is changed, moved and deleted without it, if another has it', async () => {
    await pages().createOne({ item: { key: 'first', title: 'Taken' } });
    for (const key of ['a', 'b', 'c']) await make(key, 'TAKEN');
    await pages().updateOne({ filter: { key: 'a', title: 'TAKEN' }, update: change });
    await test.table.transact([
      pages().updateOneOperation({ filter: { key: 'b', title: 'TAKEN' }, update: change }),
    ]);
    await pages().updateOne({ filter: { key: 'b' }, update: { $set: { key: 'moved' } } });
    await pages().deleteOne({ filter: { key: 'c' } });
    expect(await holderOf('taken')).toBe('first');
    const error = await errorOf(
      pages().updateOne({
        filter: { key: 'free2' },
        update: { $set: { title: 'taken' } },
        upsert: true,
      }),
    );
    expect(error.code).toBe('UniqueViolation');
    for (const key of ['a', 'moved']) await pages().deleteOne({ filter: { key } });
    expect(await holderOf('taken')).toBe('first');
  });

  it('does not get the value of another by a change', async () => {
    await make('other', 'Other');
    const update = { $set: { title: 'Taken' } };
    const error = await errorOf(pages().updateOne({ filter: { key: 'other' }, update }));
    expect(error.code).toBe('UniqueViolation');
  });
});
