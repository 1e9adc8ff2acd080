import {
  createTestTable,
  localClient,
  type TestTable,
  injectFaults,
} from '@latchkey/entity/testing';
import type { DynamoDBClient, WriteRequest } from '@aws-sdk/client-dynamodb';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { Guest, Sale, Shop } from '../support/shop.js';
import { sweepUniques } from '../support/sweepUniques.js';

let test: TestTable;
let client: DynamoDBClient;
const sent: string[] = [];
const cleanUp: (() => void)[] = [];

beforeAll(async () => {
  client = localClient();
  test = await createTestTable([Shop, Sale, Guest], {
    client,
    onCommand: ({ command }) => sent.push(command),
  });
});
afterAll(() => test.drop());
beforeEach(() => {
  sent.length = 0;
});
afterEach(async () => {
  for (const remove of cleanUp.splice(0)) remove();
  expect(await sweepUniques(client, test.table.name, [Shop, Sale, Guest])).toEqual([]);
});

const codeOf = async (action: Promise<unknown>) => (await errorOf(action)).code;

async function makeSales(shopId: string, count: number): Promise<void> {
  const sales = test.table.entity(Sale);
  await Promise.all(
    Array.from({ length: count }, (_, number) =>
      sales.createOne({ item: { shopId, number, receipt: `${shopId}-${number}` } }),
    ),
  );
}

describe('updateMany and deleteMany', () => {
  it('change every document that matches, and count them', async () => {
    const sales = test.table.entity(Sale);
    await makeSales('many', 20);
    const filter = { shopId: 'many', number: { $gte: 5 } };
    const updated = await sales.updateMany({
      filter,
      condition: { number: { $lt: 18 } },
      update: { $set: { note: 'seen' }, $inc: { weight: 1 } },
    });
    expect(updated).toEqual({ modifiedCount: 13 });
    expect(await sales.count({ filter: { shopId: 'many', note: 'seen', weight: 1 } })).toBe(13);
    expect(await sales.updateMany({ filter, limit: 2, update: { $set: { note: 'x' } } })).toEqual({
      modifiedCount: 2,
    });
    expect(await sales.deleteMany({ filter: { shopId: 'many', note: 'seen' } })).toEqual({
      deletedCount: 11,
    });
    expect(await sales.deleteMany({ filter: { shopId: 'many' } })).toEqual({ deletedCount: 9 });
    expect(await sales.deleteMany({ filter: { shopId: 'many' } })).toEqual({ deletedCount: 0 });
    expect((await sales.findOne({ filter: { receipt: 'many-1' } })).item).toBeNull();
    expect(await codeOf(sales.deleteMany({ filter: { number: 1 } }))).toBe('NoIndexFits');
  });

  it('leave alone a document that stopped to match after it was found', async () => {
    const { table } = test;
    const guests = table.entity(Guest);
    const sales = table.entity(Sale);
    await makeSales('race', 3);
    for (const seat of ['a', 'b']) {
      await guests.createOne({ item: { shopId: 'race', seat, text: 'go' } });
    }
    const first = injectFaults(client).on('Query', {
      name: 'interleave',
      run: () =>
        sales.updateOne({
          filter: { shopId: 'race', number: 1 },
          update: { $set: { state: 'paid' } },
        }),
    });
    expect(await sales.deleteMany({ filter: { shopId: 'race', state: 'open' } })).toEqual({
      deletedCount: 2,
    });
    first.remove();
    expect((await sales.findMany({ filter: { shopId: 'race' } })).items).toMatchObject([
      { number: 1, state: 'paid' },
    ]);
    for (const run of [
      () => guests.deleteMany({ filter: { shopId: 'race', text: 'go' } }),
      () =>
        guests.updateMany({
          filter: { shopId: 'race', text: 'go' },
          update: { $set: { text: 'x' } },
        }),
    ]) {
      await guests.updateOne({
        filter: { shopId: 'race', seat: 'a' },
        update: { $set: { text: 'go' } },
      });
      const fault = injectFaults(client).on('Query', {
        name: 'interleave',
        run: () =>
          guests.updateOne({
            filter: { shopId: 'race', seat: 'a' },
            update: { $set: { text: 'stay' } },
          }),
      });
      await run();
      fault.remove();
      expect((await guests.findOne({ filter: { shopId: 'race', seat: 'a' } })).item?.text).toBe(
        'stay',
      );
    }
  });

  it('change a document once, even if the change moves it on in the index that is read', async () => {
    const sales = test.table.entity(Sale);
    const text = 'x'.repeat(300_000);
    for (let number = 0; number < 10; number++) {
      await sales.createOne({ item: { shopId: 'moving', number, state: 'moving', text } });
    }
    const byIndex = { filter: { state: 'moving' }, update: { $inc: { weight: 100 } } };
    expect(await sales.updateMany(byIndex)).toEqual({ modifiedCount: 10 });
    expect(await sales.count({ filter: { state: 'moving', weight: 100 } })).toBe(10);
    const byKey = { filter: { shopId: 'moving' }, update: { $inc: { number: 100 } } };
    expect(await sales.updateMany(byKey)).toEqual({ modifiedCount: 10 });
    expect(await sales.count({ filter: { shopId: 'moving', number: { $lt: 110 } } })).toBe(10);
  });

  it('finds with a filter as the schema normalises it', async () => {
    const sales = test.table.entity(Sale);
    await makeSales('norm', 1);
    const filter = { shopId: 'norm', $or: [{ state: 'open' }, { number: 7 }], $not: { note: 'n' } };
    expect(await sales.updateMany({ filter, update: { $set: { note: 'n' } } })).toEqual({
      modifiedCount: 1,
    });
    expect(await sales.deleteMany({ filter })).toEqual({ deletedCount: 0 });
  });
});

describe('batchWrite', () => {
  /** Answers as if DynamoDB had left the puts of these seats undone. */
  function leaveUndone(isLeft: (seat: string) => boolean): void {
    const name = 'unprocessed';
    client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'BatchWriteItemCommand') return next(args);
        const input = args.input as { RequestItems: Record<string, WriteRequest[]> };
        const given = input.RequestItems[test.table.name] ?? [];
        const left = given.filter((each) => isLeft(each.PutRequest?.Item?.seat?.S ?? ''));
        const done = given.filter((each) => !left.includes(each));
        const answer =
          done.length > 0
            ? await next({ ...args, input: { RequestItems: { [test.table.name]: done } } })
            : { output: { $metadata: {} }, response: {} };
        Object.assign(answer.output as object, {
          UnprocessedItems: left.length > 0 ? { [test.table.name]: [...left].reverse() } : {},
        });
        return answer;
      },
      { step: 'initialize', name },
    );
    cleanUp.push(() => client.middlewareStack.remove(name));
  }
  const puts = (shopId: string, count: number) =>
    Array.from({ length: count }, (_, n) =>
      test.table.entity(Guest).putRequest({ item: { shopId, seat: `s${n}` } }),
    );

  it('writes and deletes more than 25, in as few requests as can be', async () => {
    const { table } = test;
    const guests = table.entity(Guest);
    await table.batchWrite(puts('batch', 60));
    expect(sent).toEqual(Array(3).fill('BatchWriteItem'));
    expect(await guests.count({ filter: { shopId: 'batch' } })).toBe(60);
    const deletes = Array.from({ length: 59 }, (_, n) =>
      guests.deleteRequest({ shopId: 'batch', seat: `s${n}` }),
    );
    await table.batchWrite(deletes);
    expect((await guests.findMany({ filter: { shopId: 'batch' } })).items).toMatchObject([
      { seat: 's59' },
    ]);
    await table.batchWrite([]);
  });

  it('sends again what is left undone', async () => {
    let times = 0;
    leaveUndone((seat) => seat === 's3' && times++ < 2);
    await test.table.batchWrite(puts('again', 5));
    expect(sent).toHaveLength(3);
    expect(await test.table.entity(Guest).count({ filter: { shopId: 'again' } })).toBe(5);
  });

  it('names the positions of what was never done, after all the rest was', async () => {
    leaveUndone((seat) => ['s2', 's7', 's30', 's59'].includes(seat));
    const error = await errorOf(test.table.batchWrite(puts('left', 60)));
    expect(error).toMatchObject({ code: 'BatchIncomplete', details: { undone: [2, 7, 30, 59] } });
    expect(await test.table.entity(Guest).count({ filter: { shopId: 'left' } })).toBe(56);
  });

  it('names them, too, when a request in the middle fails', async () => {
    let request = 0;
    client.middlewareStack.add(
      (next, context) => (args) => {
        if (context.commandName === 'BatchWriteItemCommand' && ++request === 2) {
          throw Object.assign(new Error('denied'), { name: 'AccessDenied', $metadata: {} });
        }
        return next(args);
      },
      { step: 'finalizeRequest', name: 'denied' },
    );
    cleanUp.push(() => client.middlewareStack.remove('denied'));
    const error = await errorOf(test.table.batchWrite(puts('middle', 60)));
    const undone = Array.from({ length: 25 }, (_, n) => n + 25);
    expect(error).toMatchObject({ code: 'BatchIncomplete', details: { undone } });
    expect(error.cause).toMatchObject({ code: 'AccessDenied' });
    expect(await test.table.entity(Guest).count({ filter: { shopId: 'middle' } })).toBe(35);
    request = 1;
    expect(await codeOf(test.table.batchWrite(puts('middle', 2)))).toBe('AccessDenied');
  });

  it('refuses unique values, two writes to one item, and what the schema refuses', async () => {
    const { table } = test;
    const guests = table.entity(Guest);
    const sales = table.entity(Sale);
    const item = { shopId: 'r', seat: 's' };
    expect(errorFrom(() => sales.putRequest({ item: { shopId: 'r', number: 1 } })).code).toBe(
      'InvalidInput',
    );
    expect(errorFrom(() => sales.deleteRequest({ shopId: 'r', number: 1 })).code).toBe(
      'InvalidInput',
    );
    const twice = [guests.putRequest({ item }), guests.deleteRequest(item)];
    expect(await codeOf(table.batchWrite(twice))).toBe('InvalidTransaction');
    const wrong = guests.putRequest({ item: { ...item, seat: '' } });
    expect(await codeOf(table.batchWrite([guests.putRequest({ item }), wrong]))).toBe(
      'InvalidInput',
    );
    expect(sent).toEqual([]);
  });
});

describe('transactGet', () => {
  it('reads several entities in one request, the same twice, with null for what is not there', async () => {
    const { table } = test;
    await makeSales('get', 1);
    await table.entity(Guest).createOne({ item: { shopId: 'get', seat: 's' } });
    sent.length = 0;
    const sale = table.entity(Sale).reference({ shopId: 'get', number: 0 });
    const [first, nobody, guest, again] = await table.transactGet([
      sale,
      table.entity(Sale).reference({ shopId: 'get', number: 99 }),
      table.entity(Guest).reference({ shopId: 'get', seat: 's' }),
      sale,
    ]);
    expect(sent).toEqual(['TransactGetItems']);
    expect(first?.receipt).toBe('get-0');
    expect(nobody).toBeNull();
    expect(guest?.seat).toBe('s');
    expect(again).toEqual(first);
    const hundred = Array.from({ length: 101 }, () => sale);
    expect(await codeOf(table.transactGet(hundred))).toBe('InvalidTransaction');
    expect(await codeOf(table.transactGet([]))).toBe('InvalidTransaction');
  });
});

describe('an error of transact', () => {
  it('names the operation, whether its write failed or it could not even be planned', async () => {
    const { table } = test;
    const sales = table.entity(Sale);
    await makeSales('op', 2);
    const good = table.entity(Guest).createOneOperation({ item: { shopId: 'op', seat: 's' } });
    const nowhere = { filter: { shopId: 'op', number: 9 } };
    const here = { filter: { shopId: 'op', number: 1 } };
    const cases = [
      ['NotFound', sales.updateOneOperation({ ...nowhere, update: { $set: { note: 'n' } } })],
      ['NotFound', sales.updateOneOperation({ ...nowhere, update: { $set: { receipt: 'n' } } })],
      ['NotFound', sales.checkOperation(nowhere)],
      ['ConditionFailed', sales.checkOperation({ ...here, condition: { state: 'paid' } })],
      ['ConditionFailed', sales.checkOperation({ filter: { ...here.filter, state: 'paid' } })],
      ['ConditionFailed', sales.deleteOneOperation({ ...here, condition: { state: 'paid' } })],
      [
        'VersionConflict',
        sales.updateOneOperation({ ...here, version: 7, update: { $set: { note: 'n' } } }),
      ],
      [
        'VersionConflict',
        sales.updateOneOperation({ ...here, version: 7, update: { $set: { receipt: 'n' } } }),
      ],
      [
        'UniqueViolation',
        sales.createOneOperation({ item: { shopId: 'op', number: 5, receipt: 'op-0' } }),
      ],
      ['AlreadyExists', sales.createOneOperation({ item: { shopId: 'op', number: 1 } })],
      ['InvalidInput', sales.createOneOperation({ item: { shopId: 'op', number: 'x' as never } })],
    ] as const;
    for (const [code, operation] of cases) {
      const error = await errorOf(table.transact([good, operation]));
      expect([error.code, error.operation]).toEqual([code, 1]);
    }
    expect(await table.entity(Guest).count({ filter: { shopId: 'op' } })).toBe(0);
    await table.transact([good, sales.checkOperation({ ...here, condition: { state: 'open' } })]);
    expect(await table.entity(Guest).count({ filter: { shopId: 'op' } })).toBe(1);
    const partial = sales.checkOperation({ filter: { shopId: 'op' } });
    expect(await codeOf(table.transact([partial]))).toBe('InvalidInput');
  });
});
