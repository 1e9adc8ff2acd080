import { Table } from '@latchkey/entity';
import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
  type InjectedFault,
} from '@latchkey/entity/testing';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { Note, Order, User } from '../support/entities.js';
import { errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

let table: Table;
let client: DynamoDBClient;
let test: TestTable;
const faults: InjectedFault[] = [];

beforeAll(async () => {
  client = localClient();
  test = await createTestTable([User, Note, Order], { client });
  table = test.table;
});
afterAll(() => test.drop());
afterEach(async () => {
  for (const fault of faults.splice(0)) fault.remove();
  expect(await sweepUniques(client, table.name, [User, Note, Order])).toEqual([]);
});

function during(fault: InjectedFault): InjectedFault {
  faults.push(fault);
  return fault;
}

let count = 0;
function fresh(word: string): string {
  return `${word}${String(++count)}`;
}

describe('an answer that is lost after the write was made', () => {
  it('lets a create without unique values succeed, with one document', async () => {
    const fault = during(injectFaults(client).on('PutItem', 'answerLost'));
    const title = fresh('note');
    const { item } = await table.entity(Note).createOne({ item: { owner: 'a', title } });
    expect(fault.attempts).toBe(2);
    expect(item).toMatchObject({ title, _v: 1 });
    expect((await table.entity(Note).findOne({ filter: { owner: 'a', title } })).item).toEqual(
      item,
    );
  });

  it('lets a create with unique values succeed, and does not report them as taken', async () => {
    const fault = during(injectFaults(client).on('TransactWriteItems', 'answerLost'));
    const userId = fresh('user');
    const { item } = await table
      .entity(User)
      .createOne({ item: { userId, email: userId, nick: userId } });
    expect(fault.attempts).toBe(2);
    expect((await table.entity(User).findOne({ filter: { nick: userId } })).item).toEqual(item);
  });

  it('lets a create succeed even if somebody changes the document before it is sent again', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    during(injectFaults(client).on('PutItem', 'answerLost'));
    const other = new Table({ name: table.name, client: localClient() }).entity(Note);
    const change = { filter, update: { $set: { text: 'theirs' } } };
    during(
      injectFaults(client).on('PutItem', {
        name: 'interleave',
        run: () => other.updateOne(change),
      }),
    );
    const { item } = await notes.createOne({ item: { ...filter, text: 'ours' } });
    expect(item).toMatchObject({ text: 'ours', _v: 1 });
    expect((await notes.findOne({ filter })).item).toMatchObject({ text: 'theirs', _v: 2 });
  });

  it('says that the outcome is unknown, and no conflict, when somebody wrote before an update is sent again', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    await notes.createOne({ item: { ...filter, text: 'first' } });
    during(injectFaults(client).on('UpdateItem', 'answerLost'));
    const other = new Table({ name: table.name, client: localClient() }).entity(Note);
    const theirs = { filter, update: { $set: { whole: 7 } } };
    during(
      injectFaults(client).on('UpdateItem', {
        name: 'interleave',
        run: () => other.updateOne(theirs),
      }),
    );
    const ours = { filter, condition: { text: 'first' }, update: { $set: { text: 'ours' } } };
    const error = await errorOf(notes.updateOne(ours));
    expect(error).toMatchObject({
      code: 'RequestFailed',
      details: { command: 'UpdateItem', retryable: false },
    });
    expect((await notes.findOne({ filter })).item).toMatchObject({ text: 'ours', whole: 7 });
  });

  it('says that the outcome is unknown, and no conflict, when somebody wrote before a document that was read is sent again', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    await notes.createOne({ item: { ...filter, lines: ['a'] } });
    const fault = during(injectFaults(client).on('PutItem', 'answerLost'));
    const other = new Table({ name: table.name, client: localClient() }).entity(Note);
    const theirs = { filter, update: { $set: { text: 'theirs' } } };
    during(
      injectFaults(client).on('PutItem', {
        name: 'interleave',
        run: () => other.updateOne(theirs),
      }),
    );
    const ours = { filter, version: 1, update: { $addToSet: { lines: ['b'] } } };
    const error = await errorOf(notes.updateOne(ours));
    expect(error).toMatchObject({
      code: 'RequestFailed',
      details: { command: 'PutItem', retryable: false },
    });
    expect(fault.attempts).toBe(2);
    const { item } = await notes.findOne({ filter, consistent: true });
    expect(item).toMatchObject({ text: 'theirs', lines: ['a', 'b'], _v: 3 });
  });

  it('does not hide that another has the key', async () => {
    const title = fresh('note');
    const notes = table.entity(Note);
    await notes.createOne({ item: { owner: 'a', title, text: 'first' } });
    during(injectFaults(client).on('PutItem', 'answerLost'));
    const error = await errorOf(notes.createOne({ item: { owner: 'a', title, text: 'second' } }));
    expect(error.code).toBe('AlreadyExists');
    expect((await notes.findOne({ filter: { owner: 'a', title } })).item?.text).toBe('first');
  });

  it('applies $inc and $append once, and raises the version once', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    await notes.createOne({ item: { ...filter, count: 1, lines: ['a'] } });
    const fault = during(injectFaults(client).on('UpdateItem', 'answerLost'));
    const { item } = await notes.updateOne({
      filter,
      update: { $inc: { count: 1 }, $append: { lines: ['b'] } },
      condition: { count: 1 },
      version: 1,
    });
    expect(fault.attempts).toBe(2);
    expect(item).toMatchObject({ count: 2, lines: ['a', 'b'], _v: 2 });
    expect((await notes.findOne({ filter, consistent: true })).item).toEqual(item);
  });

  it('changes a document that was read and written back once', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    await notes.createOne({ item: { ...filter, whole: 1 } });
    const fault = during(injectFaults(client).on('PutItem', 'answerLost'));
    const { item } = await notes.updateOne({ filter, update: { $addToSet: { lines: ['a'] } } });
    expect(fault.attempts).toBe(2);
    expect(item).toMatchObject({ lines: ['a'], _v: 2 });
    expect((await notes.findOne({ filter, consistent: true })).item).toEqual(item);
  });

  it('renames and moves once', async () => {
    const users = table.entity(User);
    const [userId, moved] = [fresh('user'), fresh('moved')];
    await users.createOne({ item: { userId, email: userId } });
    const fault = during(injectFaults(client).on('TransactWriteItems', 'answerLost'));
    const update = { $set: { userId: moved, nick: moved } };
    const { item } = await users.updateOne({ filter: { userId }, update });
    expect(fault.attempts).toBe(2);
    expect(item).toMatchObject({ userId: moved, nick: moved, email: userId, _v: 2 });
  });

  it('deletes once', async () => {
    const users = table.entity(User);
    const userId = fresh('user');
    await users.createOne({ item: { userId, email: userId } });
    during(injectFaults(client).on('TransactWriteItems', 'answerLost'));
    expect((await users.deleteOne({ filter: { userId } })).item?.userId).toBe(userId);
    expect((await users.findOne({ filter: { userId }, consistent: true })).item).toBeNull();
  });

  it('carries out a transaction of several entities once', async () => {
    const userId = fresh('user');
    const title = fresh('note');
    const notes = table.entity(Note);
    await notes.createOne({ item: { owner: 'a', title, count: 1 } });
    const fault = during(injectFaults(client).on('TransactWriteItems', 'answerLost', { times: 2 }));
    await table.transact([
      table.entity(User).createOneOperation({ item: { userId, email: userId } }),
      notes.updateOneOperation({ filter: { owner: 'a', title }, update: { $inc: { count: 1 } } }),
    ]);
    expect(fault.attempts).toBe(3);
    expect((await notes.findOne({ filter: { owner: 'a', title } })).item).toMatchObject({
      count: 2,
      _v: 2,
    });
  });
});

describe('a request that never arrives', () => {
  it('leaves nothing behind when every attempt fails, and says that it can be tried again', async () => {
    const before = await tableItems(client, table.name);
    for (const [command, failure] of [
      ['PutItem', 'timeout'],
      ['PutItem', 'throttling'],
      ['TransactWriteItems', 'timeout'],
      ['TransactWriteItems', 'throttling'],
    ] as const) {
      const fault = during(injectFaults(client).on(command, failure, { times: Infinity }));
      const userId = fresh('user');
      const error = await errorOf(
        command === 'PutItem'
          ? table.entity(Note).createOne({ item: { owner: 'a', title: userId } })
          : table.entity(User).createOne({ item: { userId, email: userId } }),
      );
      expect(error).toMatchObject({ code: 'RequestFailed', details: { command, retryable: true } });
      expect(error.cause).toBeInstanceOf(Error);
      expect(fault.attempts).toBeGreaterThan(1);
      fault.remove();
    }
    expect(await tableItems(client, table.name)).toEqual(before);
  });

  it('says of a read that it can be tried again', async () => {
    during(injectFaults(client).on('GetItem', 'throttling', { times: Infinity }));
    const error = await errorOf(table.entity(User).findOne({ filter: { userId: 'a' } }));
    expect(error).toMatchObject({
      code: 'RequestFailed',
      details: { command: 'GetItem', retryable: true },
    });
  });

  it('says of a missing permission that trying again is no use', async () => {
    const denied = { name: 'error', code: 'AccessDeniedException' } as const;
    during(injectFaults(client).on('GetItem', denied, { times: Infinity }));
    const error = await errorOf(table.entity(User).findOne({ filter: { userId: 'a' } }));
    expect(error).toMatchObject({ code: 'AccessDenied', details: { retryable: false } });
  });
});

describe('a single write that meets a transaction', () => {
  it('is sent again, for nothing was written, and says so when it never gets through', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    const put = during(injectFaults(client).on('PutItem', 'transactionConflict', { times: 2 }));
    await notes.createOne({ item: filter });
    expect(put.attempts).toBe(3);
    during(injectFaults(client).on('UpdateItem', 'transactionConflict', { times: Infinity }));
    const update = notes.updateOne({ filter, update: { $set: { text: 'x' } } });
    expect(await errorOf(update)).toMatchObject({
      code: 'RequestFailed',
      details: { command: 'UpdateItem', retryable: true },
    });
  });
});

describe('a transaction that meets others', () => {
  it('is tried again until it gets through, and never taken for a unique violation', async () => {
    const fault = during(
      injectFaults(client).on(
        'TransactWriteItems',
        { name: 'transactionCanceled', reasons: ['None', 'TransactionConflict', 'None'] },
        { times: 3 },
      ),
    );
    const userId = fresh('user');
    await table.entity(User).createOne({ item: { userId, email: userId, nick: userId } });
    expect(fault.attempts).toBe(4);
  });

  it('waits for the same transaction that is still under way', async () => {
    const fault = during(
      injectFaults(client).on('TransactWriteItems', 'transactionInProgress', { times: 2 }),
    );
    const userId = fresh('user');
    await table.entity(User).createOne({ item: { userId, email: userId } });
    expect(fault.attempts).toBe(3);
  });

  it('is the same one when it is sent again, even long after it was carried out', async () => {
    // More often than the SDK itself tries again.
    const fault = during(
      injectFaults(client).on(
        'TransactWriteItems',
        { name: 'transactionInProgress', executed: true },
        { times: 5 },
      ),
    );
    const userId = fresh('user');
    await table.entity(User).createOne({ item: { userId, email: userId } });
    expect(fault.attempts).toBe(6);
  });

  it('gives up with TransactionConflict when others are always in the way', async () => {
    const conflict = { name: 'transactionConflict', items: [0] } as const;
    const fault = during(
      injectFaults(client).on('TransactWriteItems', conflict, { times: Infinity }),
    );
    const userId = fresh('user');
    const error = await errorOf(table.entity(User).createOne({ item: { userId, email: userId } }));
    expect(error).toMatchObject({
      code: 'TransactionConflict',
      details: { attempts: fault.attempts },
    });
    expect(fault.attempts).toBeGreaterThan(2);
  });

  it('gives up with RequestFailed, to be tried again, when the table is throttled for good', async () => {
    for (const code of ['ThrottlingError', 'ProvisionedThroughputExceeded']) {
      const fault = during(
        injectFaults(client).on(
          'TransactWriteItems',
          { name: 'transactionCanceled', reasons: ['None', code] },
          { times: Infinity },
        ),
      );
      const userId = fresh('user');
      const error = await errorOf(
        table.entity(User).createOne({ item: { userId, email: userId } }),
      );
      expect(error).toMatchObject({ code: 'RequestFailed', details: { retryable: true } });
      expect(fault.attempts).toBeGreaterThan(2);
      fault.remove();
    }
  });

  it('does not try again what can never succeed', async () => {
    const fault = during(
      injectFaults(client).on(
        'TransactWriteItems',
        { name: 'transactionCanceled', reasons: ['None', 'ValidationError'] },
        { times: Infinity },
      ),
    );
    const userId = fresh('user');
    const error = await errorOf(table.entity(User).createOne({ item: { userId, email: userId } }));
    expect(error).toMatchObject({ code: 'RequestFailed', details: { retryable: false } });
    expect(fault.attempts).toBe(1);
  });
});

describe('a document that changes while it is changed', () => {
  it('is read again, and both changes are kept', async () => {
    const users = table.entity(User);
    const userId = fresh('user');
    await users.createOne({ item: { userId, email: userId } });
    const changes: string[] = [];
    const fault = during(
      injectFaults(client).on('TransactWriteItems', {
        name: 'transactionCanceled',
        reasons: ['TransactionConflict'],
      }),
    );
    const rename = users.updateOne({ filter: { userId }, update: { $set: { nick: userId } } });
    const birthday = users.updateOne({ filter: { userId }, update: { $inc: { age: 1 } } });
    for (const { item } of await Promise.all([rename, birthday])) changes.push(item?.userId ?? '');
    expect(changes).toEqual([userId, userId]);
    expect(fault.attempts).toBeGreaterThanOrEqual(2);
    const { item } = await users.findOne({ filter: { userId }, consistent: true });
    expect(item).toMatchObject({ nick: userId, age: 1, _v: 3 });
  });
});

describe('a document that is deleted and made again while it is changed', () => {
  it('is not taken for the one that was read, though it has the same version', async () => {
    const users = table.entity(User);
    const [userId, before, after] = [fresh('user'), fresh('nick'), fresh('nick')];
    await users.createOne({ item: { userId, email: userId, nick: before } });
    const other = new Table({ name: table.name, client: localClient() }).entity(User);
    const fault = during(
      injectFaults(client).on('GetItem', {
        name: 'interleave',
        run: async () => {
          await other.deleteOne({ filter: { userId } });
          await other.createOne({ item: { userId, email: `${userId}x`, age: 7 } });
        },
      }),
    );
    await users.updateOne({ filter: { userId }, update: { $set: { nick: after } } });
    expect(fault.attempts).toBe(2);
    const { item } = await users.findOne({ filter: { userId }, consistent: true });
    expect(item).toMatchObject({ email: `${userId}x`, nick: after, age: 7, _v: 2 });
  });

  it('keeps its unique values when the old one was to be deleted', async () => {
    const users = table.entity(User);
    const userId = fresh('user');
    await users.createOne({ item: { userId, email: userId } });
    const other = new Table({ name: table.name, client: localClient() }).entity(User);
    during(
      injectFaults(client).on('GetItem', {
        name: 'interleave',
        run: async () => {
          await other.deleteOne({ filter: { userId } });
          await other.createOne({ item: { userId: `${userId}x`, email: userId } });
        },
      }),
    );
    expect((await users.deleteOne({ filter: { userId } })).item).toBeNull();
    expect((await users.findOne({ filter: { email: userId } })).item?.userId).toBe(`${userId}x`);
  });
});

describe('what DynamoDB refuses for other reasons', () => {
  it('is refused before it is sent: an item over 400 KB, an update that makes it so', async () => {
    const notes = table.entity(Note);
    const filter = { owner: 'a', title: fresh('note') };
    const text = 'x'.repeat(420_000);
    await notes.createOne({ item: filter });
    for (const attempt of [
      () => notes.createOne({ item: { owner: 'a', title: fresh('note'), text } }),
      () => notes.updateOne({ filter, update: { $set: { text } } }),
      () =>
        notes.updateOne({ filter, update: { $set: { text, whole: 1 }, $pull: { lines: ['a'] } } }),
    ]) {
      const error = await errorOf(attempt());
      expect(error).toMatchObject({ code: 'UnsupportedValue', details: { path: 'text' } });
    }
  });

  it('is an EntityError, too: a table that does not exist', async () => {
    const gone = await createTestTable([]);
    const { table: missing } = gone;
    await missing.delete();
    const users = missing.entity(User);
    const item = { userId: 'a', email: 'a' };
    const notes = missing.entity(Note);
    const filter = { owner: 'a', title: 'a' };
    for (const attempt of [
      () => users.createOne({ item }),
      () => users.findOne({ filter: { userId: 'a' } }),
      () => users.findById(Buffer.from('user#a\0user').toString('base64url')),
      () => users.findMany({ filter: { email: 'a' } }),
      () => users.deleteOne({ filter: { userId: 'a' } }),
      () => notes.createOne({ item: filter }),
      () => notes.findMany({ filter: { owner: 'a' } }),
      () => notes.updateOne({ filter, update: { $set: { text: 'a' } } }),
      () => notes.deleteOne({ filter }),
      () => missing.batchGet([users.reference({ userId: 'a' })]),
    ]) {
      const error = await errorOf(attempt());
      expect(error).toMatchObject({ code: 'TableNotFound', details: { retryable: false } });
      expect(error.cause).toMatchObject({ name: 'ResourceNotFoundException' });
    }
    await gone.drop();
  });
});
