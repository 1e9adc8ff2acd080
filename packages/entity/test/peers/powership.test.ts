// What Powership was found to do (PEERS.md, "Where they fail").
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

const Person = defineEntity({
  name: 'Person',
  schema: z.object({
    org: z.string().min(1),
    code: z.string().min(1),
    username: z.string().min(1).optional(),
    contact: z.object({ city: z.string(), mail: z.string() }).optional(),
  }),
  indexes: [
    { name: '_id', PK: ['.org'], SK: ['.code', '.ulid'] },
    { name: '_id2', PK: ['.username'], unique: true },
    { name: '_id3', PK: ['.contact.city'], SK: ['.code'] },
    { name: '_id4', PK: ['.contact.mail'], unique: true },
  ],
});
const Person2 = defineEntity({
  name: 'Person2',
  schema: z.object({ org: z.string(), code: z.string() }),
  indexes: [{ name: '_id', PK: ['.org'], SK: ['.code'] }],
});

let test: TestTable;
let client: DynamoDBClient;
beforeAll(async () => {
  client = localClient();
  test = await createTestTable([Person, Person2], { client });
});
afterAll(() => test.drop());
afterEach(async () => {
  expect(await sweepUniques(client, test.table.name, [Person, Person2])).toEqual([]);
});

it('values that hold the delimiter, the escape, or what an escape makes of them never meet', async () => {
  const people = test.table.entity(Person);
  const names = [
    'a#b',
    'a$#b',
    'a\\#b',
    'a$23b',
    'a#',
    '#a',
    'a##b',
    'a%23b',
    'a$b',
    'a\\',
    'a⊰b',
    'a⊱b',
    '⊰',
    '$nx',
    '@a#b',
  ];
  for (const name of names) {
    await people.createOne({ item: { org: name, code: name, username: name } });
  }
  for (const name of names) {
    const { items } = await people.findMany({ filter: { org: name } });
    expect(items).toMatchObject([{ org: name, code: name, username: name }]);
    const { item } = await people.findOne({ filter: { username: name } });
    expect(item?.org).toBe(name);
    expect((await people.findById(item?.id ?? '')).item).toEqual(item);
  }
  const stored = (await tableItems(client, test.table.name)).filter(({ _e }) => _e);
  expect(new Set(stored.map(({ PK }) => PK?.S)).size).toBe(stored.length);
});

it('a `⊰` in a username is text: it changes neither entity nor index', async () => {
  const username = 'ada⊰person2⊰_id2⊰x';
  const people = test.table.entity(Person);
  const { item } = await people.createOne({ item: { org: 'rune', code: 'c', username } });
  const other = test.table.entity(Person2);
  expect((await people.findOne({ filter: { username } })).item).toEqual(item);
  expect((await people.findOne({ filter: { username: 'ada' } })).item).toBeNull();
  expect((await other.findById(item.id)).item).toBeNull();
  expect((await other.scan()).items).toEqual([]);
  const stored = await tableItems(client, test.table.name);
  const own = stored.find(({ PK }) => PK?.S === 'person#rune');
  expect(own?._e?.S).toBe('Person');
});

it('a part of a sort key matches whole values only: `a1` is not `a10`', async () => {
  const people = test.table.entity(Person);
  for (const code of ['a1', 'a10', 'a1#', 'a', 'a1⊰0']) {
    await people.createOne({ item: { org: 'partial', code } });
  }
  const find = async (code: string) =>
    (await people.findMany({ filter: { org: 'partial', code } })).items.map((each) => each.code);
  for (const code of ['a1', 'a10', 'a']) expect(await find(code)).toEqual([code]);
  expect(await people.deleteMany({ filter: { org: 'partial', code: 'a1' } })).toEqual({
    deletedCount: 1,
  });
  expect(await find('a10')).toEqual(['a10']);
});

it('a changed username is found by its new index at once, and not by the old one', async () => {
  const people = test.table.entity(Person);
  const { item } = await people.createOne({ item: { org: 'rename', code: 'c', username: 'old' } });
  const filter = { org: 'rename', code: 'c', ulid: item.ulid };
  await people.updateOne({ filter, update: { $set: { username: 'new' } } });
  expect((await people.findOne({ filter: { username: 'old' } })).item).toBeNull();
  expect((await people.findOne({ filter: { username: 'new' } })).item?.org).toBe('rename');
  await people.createOne({ item: { org: 'rename2', code: 'c', username: 'old' } });
  await people.updateOne({ filter, update: { $remove: ['username'] } });
  expect((await people.findOne({ filter: { username: 'new' } })).item).toBeNull();
});

it('$set on a nested field of an index takes the index along, by its path or by its parent', async () => {
  const people = test.table.entity(Person);
  const contact = { city: 'Rome', mail: 'm1' };
  const { item } = await people.createOne({ item: { org: 'nested', code: 'c', contact } });
  const filter = { org: 'nested', code: 'c', ulid: item.ulid };
  const found = async (where: { 'contact.city': string } | { 'contact.mail': string }) =>
    (await people.findMany({ filter: where })).items.length;
  await people.updateOne({
    filter,
    update: { $set: { 'contact.city': 'Oslo', 'contact.mail': 'm2' } },
  });
  expect(await found({ 'contact.city': 'Rome' })).toBe(0);
  expect(await found({ 'contact.city': 'Oslo' })).toBe(1);
  expect(await found({ 'contact.mail': 'm1' })).toBe(0);
  expect(await found({ 'contact.mail': 'm2' })).toBe(1);
  await people.updateOne({ filter, update: { $set: { contact: { city: 'Bern', mail: 'm3' } } } });
  expect(await found({ 'contact.city': 'Oslo' })).toBe(0);
  expect(await found({ 'contact.city': 'Bern' })).toBe(1);
  expect(await found({ 'contact.mail': 'm3' })).toBe(1);
  await people.updateOne({ filter, update: { $remove: ['contact'] } });
  expect(await found({ 'contact.city': 'Bern' })).toBe(0);
  expect(await found({ 'contact.mail': 'm3' })).toBe(0);
});

it('of several sign-ups at once one gets the username', async () => {
  const people = test.table.entity(Person);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      people.createOne({ item: { org: `org${n}`, code: 'c', username: 'wanted' } }),
    ),
  );
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  const error = await errorOf(
    people.createOne({ item: { org: 'late', code: 'c', username: 'wanted' } }),
  );
  expect(error).toMatchObject({ code: 'UniqueViolation', details: { index: '_id2' } });
});
