import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { EntityError, type Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
} from '@latchkey/entity/testing';
import { User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

let table: Table;
let other: Table;
const client = localClient();
let test: TestTable;

beforeAll(async () => {
  test = await createTestTable([User], { client });
  table = test.table;
  // A second instance, as another process would have it.
  other = table.namespace('x');
});
afterAll(() => test.drop());

let count = 0;
/** A name that no other test of this file uses. */
function fresh(word: string): string {
  return `${word}${String(++count)}`;
}

async function expectNoOrphans(): Promise<void> {
  expect(await sweepUniques(client, table.name, [User])).toEqual([]);
}

/** The one that a test of this file has made on purpose. */
async function expectOneOrphan(): Promise<void> {
  expect(await sweepUniques(client, table.name, [User])).toHaveLength(1);
}

function codes(results: readonly PromiseSettledResult<unknown>[]): string[] {
  return results.map((result) => {
    if (result.status === 'fulfilled') return 'done';
    return EntityError.is(result.reason) ? result.reason.code : String(result.reason);
  });
}

function count1(words: readonly string[], word: string): number {
  return words.filter((candidate) => candidate === word).length;
}

async function createUser(email = fresh('mail'), nick?: string, on = table) {
  const userId = fresh('user');
  const { item } = await on
    .entity(User)
    .createOne({ item: { userId, email, ...(nick !== undefined && { nick }) } });
  return item;
}

describe('a unique index', () => {
  it('lets one of 30 parallel creates win, and tells the others which index was in the way', async () => {
    const email = fresh('mail');
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => createUser(email)));
    const outcome = codes(results);
    expect(count1(outcome, 'done')).toBe(1);
    expect(count1(outcome, 'UniqueViolation')).toBe(29);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({
      details: { entity: 'User', index: '_id2', paths: ['email'] },
    });
    expect(String(refused?.reason)).not.toContain(email);
    await expectNoOrphans();
  });

  it('lets one win when the parallel creates differ in the case that the schema evens out', async () => {
    const email = fresh('mail');
    const spellings = [email, email.toUpperCase(), `M${email.slice(1)}`];
    const results = await Promise.allSettled(
      Array.from({ length: 15 }, (_, at) => createUser(spellings[at % 3] ?? email)),
    );
    expect(count1(codes(results), 'done')).toBe(1);
    await expectNoOrphans();
  });

  it('names the second unique index when that one is in the way, and keeps the first one free', async () => {
    const nick = fresh('nick');
    await createUser(fresh('mail'), nick);
    const email = fresh('mail');
    expect(await errorOf(createUser(email, nick))).toMatchObject({
      code: 'UniqueViolation',
      details: { index: '_id3', paths: ['nick'] },
    });
    await expectNoOrphans();
    expect((await createUser(email)).email).toBe(email);
  });

  it('takes an existing key for AlreadyExists, even if the unique value is its own', async () => {
    const { userId, email } = await createUser();
    const users = table.entity(User);
    expect((await errorOf(users.createOne({ item: { userId, email } }))).code).toBe(
      'AlreadyExists',
    );
    const error = await errorOf(users.createOne({ item: { userId, email: fresh('mail') } }));
    expect(error.code).toBe('AlreadyExists');
    await expectNoOrphans();
  });

  it('leaves out documents without the field, any number of them', async () => {
    const created = await Promise.all([createUser(), createUser(), createUser()]);
    expect(created.map(({ nick }) => nick)).toEqual([undefined, undefined, undefined]);
    await expectNoOrphans();
  });

  it('frees the old value and takes the new one with a rename', async () => {
    const [from, to] = [fresh('nick'), fresh('nick')];
    const { userId } = await createUser(fresh('mail'), from);
    const users = table.entity(User);
    const { item } = await users.updateOne({ filter: { userId }, update: { $set: { nick: to } } });
    expect(item).toMatchObject({ nick: to, _v: 2 });
    expect((await users.findOne({ filter: { nick: from } })).item).toBeNull();
    expect((await users.findOne({ filter: { nick: to } })).item?.userId).toBe(userId);
    await expectNoOrphans();
    await createUser(fresh('mail'), from);
    expect((await errorOf(createUser(fresh('mail'), to))).code).toBe('UniqueViolation');
    await expectNoOrphans();
  });

  it('keeps its item, and stays taken, when a rename sets the same value in another spelling', async () => {
    const user = await createUser();
    const users = table.entity(User);
    await users.updateOne({
      filter: { userId: user.userId },
      update: { $set: { email: user.email.toUpperCase() } },
    });
    expect((await errorOf(createUser(user.email))).code).toBe('UniqueViolation');
    await expectNoOrphans();
  });

  it('frees the value of a field that is removed, and takes that of one that is added', async () => {
    const nick = fresh('nick');
    const { userId } = await createUser(fresh('mail'), nick);
    const users = table.entity(User);
    await users.updateOne({ filter: { userId }, update: { $remove: ['nick'] } });
    await expectNoOrphans();
    const second = await createUser(fresh('mail'), nick);
    expect(
      (await errorOf(users.updateOne({ filter: { userId }, update: { $set: { nick } } }))).code,
    ).toBe('UniqueViolation');
    await users.deleteOne({ filter: { userId: second.userId } });
    await users.updateOne({ filter: { userId }, update: { $setIfNull: { nick } } });
    expect((await users.findOne({ filter: { nick } })).item?.userId).toBe(userId);
    await expectNoOrphans();
  });

  it('lets one of two parallel renames to one name win', async () => {
    const users = table.entity(User);
    for (let round = 0; round < 10; round++) {
      const pair = await Promise.all([
        createUser(fresh('mail'), fresh('nick')),
        createUser(fresh('mail'), fresh('nick')),
      ]);
      const nick = fresh('nick');
      const results = await Promise.allSettled(
        pair.map(({ userId }) =>
          users.updateOne({ filter: { userId }, update: { $set: { nick } } }),
        ),
      );
      expect(codes(results).sort()).toEqual(['UniqueViolation', 'done']);
    }
    await expectNoOrphans();
  });

  it('takes two parallel renames of one document one after the other', async () => {
    const users = table.entity(User);
    for (let round = 0; round < 10; round++) {
      const { userId } = await createUser(fresh('mail'), fresh('nick'));
      const names = [fresh('nick'), fresh('nick'), fresh('nick'), fresh('nick')];
      const results = await Promise.allSettled(
        names.map((nick) => users.updateOne({ filter: { userId }, update: { $set: { nick } } })),
      );
      expect(codes(results)).toEqual(['done', 'done', 'done', 'done']);
      const { item } = await users.findOne({ filter: { userId }, consistent: true });
      expect(item?._v).toBe(5);
    }
    await expectNoOrphans();
  });

  it('has one owner at most when a rename races with a sign-up under the old name', async () => {
    const users = table.entity(User);
    for (let round = 0; round < 10; round++) {
      const [from, to] = [fresh('nick'), fresh('nick')];
      const { userId } = await createUser(fresh('mail'), from);
      const [renamed] = await Promise.allSettled([
        users.updateOne({ filter: { userId }, update: { $set: { nick: to } } }),
        createUser(fresh('mail'), from),
        createUser(fresh('mail'), to),
      ]);
      const holder = (await users.findOne({ filter: { nick: to } })).item;
      expect(holder?.userId === userId).toBe(renamed.status === 'fulfilled');
    }
    await expectNoOrphans();
  });

  it('is free again once its document is deleted, also in a race of deletes and creates', async () => {
    const users = table.entity(User);
    const nick = fresh('nick');
    for (let round = 0; round < 10; round++) {
      const { userId } = await createUser(fresh('mail'), nick);
      await Promise.allSettled([
        users.deleteOne({ filter: { userId } }),
        users.deleteOne({ filter: { nick } }),
        users.updateOne({ filter: { userId }, update: { $set: { email: fresh('mail') } } }),
        createUser(fresh('mail'), nick),
      ]);
      const { item } = await users.findOne({ filter: { nick } });
      if (item) await users.deleteOne({ filter: { userId: item.userId } });
      expect((await users.findOne({ filter: { nick } })).item).toBeNull();
    }
    await expectNoOrphans();
  });

  it('swaps two names through a third, and refuses to swap them in one transaction', async () => {
    const users = table.entity(User);
    const [a, b] = [
      await createUser(fresh('mail'), fresh('nick')),
      await createUser(fresh('mail'), fresh('nick')),
    ];
    const rename = (userId: string, nick: string | undefined) =>
      users.updateOneOperation({ filter: { userId }, update: { $set: { nick: nick ?? '' } } });
    const error = await errorOf(
      table.transact([rename(a.userId, b.nick), rename(b.userId, a.nick)]),
    );
    expect(error.code).toBe('InvalidTransaction');
    await expectNoOrphans();
  });

  it('moves along with a document whose key changes, and the old key is free', async () => {
    const users = table.entity(User);
    const [nick, userId] = [fresh('nick'), fresh('moved')];
    const old = await createUser(fresh('mail'), nick);
    const { item } = await users.updateOne({
      filter: { userId: old.userId },
      update: { $set: { userId } },
    });
    expect(item).toMatchObject({ userId, nick, email: old.email, ulid: old.ulid, _v: 2 });
    expect((await users.findOne({ filter: { userId: old.userId } })).item).toBeNull();
    expect((await users.findOne({ filter: { nick } })).item?.userId).toBe(userId);
    expect((await users.findKey({ filter: { email: old.email } })).key).toEqual({ userId });
    await expectNoOrphans();
  });

  it('keeps everything as it was when a document is moved onto an existing key', async () => {
    const users = table.entity(User);
    const [a, b] = [await createUser(), await createUser()];
    const error = await errorOf(
      users.updateOne({ filter: { userId: a.userId }, update: { $set: { userId: b.userId } } }),
    );
    expect(error.code).toBe('AlreadyExists');
    expect((await users.findOne({ filter: { userId: a.userId } })).item?.email).toBe(a.email);
    await expectNoOrphans();
  });

  it('belongs to its namespace: the same value lives in two of them', async () => {
    const email = fresh('mail');
    await createUser(email);
    await createUser(email, undefined, other);
    expect((await errorOf(createUser(email, undefined, other))).code).toBe('UniqueViolation');
    await expectNoOrphans();
  });

  it('is written in the transaction of its document, and names it', async () => {
    const { userId, email } = await createUser();
    const items = await tableItems(client, table.name);
    expect(items).toContainEqual({
      PK: { S: `user._id2#${email}` },
      SK: { S: 'unique' },
      ownerPK: { S: `user#${userId}` },
      ownerSK: { S: 'user' },
    });
  });

  it('never finds a document that has given the value up, even if an item were left behind', async () => {
    const { userId } = await createUser();
    const email = fresh('mail');
    await client.send(
      new PutItemCommand({
        TableName: table.name,
        Item: {
          PK: { S: `user._id2#${email}` },
          SK: { S: 'unique' },
          ownerPK: { S: `user#${userId}` },
          ownerSK: { S: 'user' },
        },
      }),
    );
    expect(await sweepUniques(client, table.name, [User])).toHaveLength(1);
    const users = table.entity(User);
    expect((await users.findOne({ filter: { email } })).item).toBeNull();
    expect((await users.findMany({ filter: { email } })).items).toEqual([]);
    expect((await users.deleteOne({ filter: { email } })).item).toBeNull();
    expect((await users.findOne({ filter: { userId } })).item).not.toBeNull();
  });

  it('is never taken from its owner by a document that only believes to hold it', async () => {
    const users = table.entity(User);
    const [renamed, deleted, thief] = [await createUser(), await createUser(), await createUser()];
    const keyOf = (email: string) => ({ PK: { S: `user._id2#${email}` }, SK: { S: 'unique' } });
    // What no operation of this package does: the items are given to another document.
    for (const { email } of [renamed, deleted]) {
      const owner = { ownerPK: { S: `user#${thief.userId}` }, ownerSK: { S: 'user' } };
      const Item = { ...keyOf(email), ...owner };
      await client.send(new PutItemCommand({ TableName: table.name, Item }));
    }
    const update = { $set: { email: fresh('mail') } };
    await users.updateOne({ filter: { userId: renamed.userId }, update });
    await users.deleteOne({ filter: { userId: deleted.userId } });
    const items = await tableItems(client, table.name);
    for (const { email } of [renamed, deleted]) {
      const unique = items.find(({ PK }) => PK?.S === `user._id2#${email}`);
      expect(unique?.ownerPK).toEqual({ S: `user#${thief.userId}` });
      await client.send(new DeleteItemCommand({ TableName: table.name, Key: keyOf(email) }));
    }
    await expectOneOrphan();
  });

  it('may be gone before its document, as after TTL: the document can still be changed and deleted', async () => {
    const users = table.entity(User);
    const [changed, deleted] = [await createUser(), await createUser()];
    for (const { email } of [changed, deleted]) {
      const Key = { PK: { S: `user._id2#${email}` }, SK: { S: 'unique' } };
      await client.send(new DeleteItemCommand({ TableName: table.name, Key }));
    }
    const update = { $set: { email: fresh('mail') } };
    await users.updateOne({ filter: { userId: changed.userId }, update });
    await users.deleteOne({ filter: { userId: deleted.userId } });
    await expectOneOrphan();
  });

  it('survives answers that are lost while documents are renamed and deleted', async () => {
    const own = await createTestTable([User]);
    const users = own.table.entity(User);
    const item = { userId: 'a', email: 'a', nick: 'a' };
    const fault = injectFaults(own.client).on('TransactWriteItems', 'answerLost', { times: 3 });
    await users.createOne({ item });
    await users.updateOne({ filter: { userId: 'a' }, update: { $set: { nick: 'b' } } });
    await users.deleteOne({ filter: { nick: 'b' } });
    expect(fault.attempts).toBeGreaterThan(3);
    expect(await tableItems(own.client, own.table.name)).toEqual([]);
    await own.drop();
  });
});
