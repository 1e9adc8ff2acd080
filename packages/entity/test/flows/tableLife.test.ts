import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Table, type CommandEvent } from '@latchkey/entity';
import { createTestTable, localClient, uniqueTableName } from '@latchkey/entity/testing';
import { Account, AccountToken, defineEntity, Session } from '@latchkey/schema';
import { ulid } from 'ulid';
import * as z from 'zod';
import { Note, Order, User } from '../support/entities.js';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { sweepUniques } from '../support/sweepUniques.js';
import { tableItems } from '../support/tableItems.js';

const client = localClient();
afterAll(() => client.destroy());

async function withTable(
  run: (table: Table, sent: CommandEvent[]) => Promise<void>,
): Promise<void> {
  const sent: CommandEvent[] = [];
  const test = await createTestTable([User, Note, Order], {
    onCommand: (event) => sent.push(event),
  });
  const { table } = test;
  sent.length = 0;
  try {
    await run(table, sent);
    expect(await sweepUniques(client, table.name, [User, Note, Order])).toEqual([]);
  } finally {
    await test.drop();
  }
}

describe('Table', () => {
  it('is made on demand, with TTL and an index for what is not unique; ensure makes it once', async () => {
    const table = new Table({ name: uniqueTableName(), client });
    table.entity(Order);
    table.entity(User);
    expect(await table.describe()).toBeNull();
    await Promise.all(Array.from({ length: 5 }, () => table.ensure()));
    await table.ensure();
    const description = await table.describe();
    expect(description).toMatchObject({
      TableStatus: 'ACTIVE',
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: '_id2',
          KeySchema: [
            { AttributeName: '_id2PK', KeyType: 'HASH' },
            { AttributeName: '_id2SK', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    });
    const ttl = await client.send(new DescribeTimeToLiveCommand({ TableName: table.name }));
    expect(ttl.TimeToLiveDescription).toEqual({
      TimeToLiveStatus: 'ENABLED',
      AttributeName: 'ttl',
    });
    const error = await errorOf(table.create());
    expect(error).toMatchObject({ code: 'RequestFailed', details: { command: 'CreateTable' } });
    await table.delete();
    await table.delete();
    expect(await table.describe()).toBeNull();
  });

  it('needs no index for the account entities', async () => {
    const test = await createTestTable([Account, AccountToken, Session]);
    expect(await test.table.describe()).not.toHaveProperty('GlobalSecondaryIndexes');
    await test.drop();
  });

  it('works with a document client, and with several instances at once', async () => {
    await withTable(async (table) => {
      const documents = DynamoDBDocumentClient.from(client);
      const other = new Table({ name: table.name, client: documents });
      const item = { userId: 'a', email: 'a' };
      await other.entity(User).createOne({ item });
      expect((await table.entity(User).findOne({ filter: { email: 'a' } })).item?.userId).toBe('a');
      expect(
        (await errorOf(table.entity(User).createOne({ item: { ...item, userId: 'b' } }))).code,
      ).toBe('UniqueViolation');
      await other
        .entity(User)
        .updateOne({ filter: { userId: 'a' }, update: { $set: { nick: 'x' } } });
      expect((await other.entity(User).findMany({ filter: { nick: 'x' } })).items).toHaveLength(1);
    });
  });

  it('refuses names that no table or namespace can have', () => {
    for (const name of ['', 'ab', 'a b', 'a#b', 'é'.repeat(5), 'x'.repeat(256)]) {
      expect(errorFrom(() => new Table({ name, client })).code).toBe('InvalidTable');
    }
    const table = new Table({ name: 'table', client });
    expect(errorFrom(() => table.namespace('')).code).toBe('InvalidTable');
    expect(errorFrom(() => table.namespace('\ud800')).code).toBe('InvalidTable');
  });

  it('refuses two definitions of one name, in any case, and parents that do not fit', () => {
    const table = new Table({ name: 'table', client });
    const make = (name: string) =>
      defineEntity({
        name,
        schema: z.object({ userId: z.string() }),
        indexes: [{ name: '_id', PK: ['.userId'] }],
      });
    table.entity(User);
    table.entity(User);
    expect(errorFrom(() => table.entity(make('User'))).code).toBe('InvalidTable');
    expect(errorFrom(() => table.entity(make('USER'))).code).toBe('InvalidTable');
    const child = defineEntity({
      name: 'Child',
      schema: z.object({ userId: z.number() }),
      indexes: [{ name: '_id', PK: ['.userId'], SK: ['.ulid'], relatedTo: 'User' }],
    });
    expect(() => table.entity(child)).toThrow('partition key');
    const grandchild = defineEntity({
      name: 'Item',
      schema: z.object({ userId: z.string() }),
      indexes: [{ name: '_id', PK: ['.userId'], SK: ['.ulid'], relatedTo: 'Order' }],
    });
    table.entity(Order);
    expect(errorFrom(() => table.entity(grandchild)).code).toBe('InvalidTable');
  });

  it('tells its observer of every request, with attempts and errors', async () => {
    await withTable(async (table, sent) => {
      const notes = table.entity(Note);
      await notes.createOne({ item: { owner: 'a', title: 'a' } });
      await errorOf(notes.createOne({ item: { owner: 'a', title: 'a' } }));
      expect(sent).toMatchObject([
        { command: 'PutItem', attempts: 1 },
        { command: 'PutItem', attempts: 1, errorName: 'ConditionalCheckFailedException' },
      ]);
      expect(sent[0]).not.toHaveProperty('errorName');
      for (const { durationMs } of sent) expect(durationMs).toBeGreaterThanOrEqual(0);
    });
  });

  it('gives ulids in order, at the time of its clock', () => {
    const table = new Table({
      name: 'table',
      client,
      clock: () => new Date('2026-01-01T00:00:00Z'),
    });
    const ulids = Array.from({ length: 100 }, () => table.newUlid());
    expect([...ulids].sort()).toEqual(ulids);
    expect(new Set(ulids).size).toBe(100);
    expect(new Set(ulids.map((id) => id.slice(0, 10))).size).toBe(1);
  });
});

describe('namespaces', () => {
  it('never meet: the same keys and unique values live in each of them', async () => {
    await withTable(async (table) => {
      const names = ['a', 'a#b', '@a', 'a b'];
      const spaces = [
        table,
        ...names.map((name) => table.namespace(name)),
        table.namespace('a').namespace('b'),
      ];
      const users = spaces.map((space) => space.entity(User));
      for (const [at, entity] of users.entries()) {
        await entity.createOne({ item: { userId: 'same', email: 'same', nick: 'same', age: at } });
        await spaces[at]?.entity(Order).createOne({ item: { userId: 'same', number: at } });
      }
      for (const [at, entity] of users.entries()) {
        expect((await entity.findOne({ filter: { email: 'same' } })).item?.age).toBe(at);
        const orders = await spaces[at]
          ?.entity(Order)
          .findMany({ filter: { state: 'open', placedAt: { $exists: true } } });
        const own = await spaces[at]?.entity(Order).findMany({ filter: { userId: 'same' } });
        expect(own?.items.map(({ number }) => number)).toEqual([at]);
        // No placedAt: not in that index.
        expect(orders?.items).toEqual([]);
      }
      await users[1]?.deleteOne({ filter: { userId: 'same' } });
      expect((await users[1]?.findOne({ filter: { nick: 'same' } }))?.item).toBeNull();
      for (const at of [0, 2, 3, 4, 5]) {
        expect((await users[at]?.findOne({ filter: { nick: 'same' } }))?.item?.age).toBe(at);
      }
      const family = table.namespace('a b').entity(User).addIndexRelation('orders', Order);
      const { item } = await family.findOne({
        filter: { userId: 'same' },
        include: { orders: true },
      });
      expect(item?.orders.map(({ number }) => number)).toEqual([4]);
    });
  });
});

describe('table.transact', () => {
  it('writes several entities at once and gives what each operation gives', async () => {
    await withTable(async (table, sent) => {
      const [users, notes, orders] = [table.entity(User), table.entity(Note), table.entity(Order)];
      const filter = { owner: 'a', title: 'a' };
      await notes.createOne({ item: { ...filter, count: 1 } });
      await orders.createOne({ item: { userId: 'a', number: 1 } });
      sent.length = 0;
      const [user, note, order] = await table.transact([
        users.createOneOperation({ item: { userId: 'a', email: 'a' } }),
        notes.updateOneOperation({ filter, update: { $inc: { count: 1 } } }),
        orders.deleteOneOperation({ filter: { userId: 'a', number: 1 } }),
      ]);
      expect(user).toMatchObject({ userId: 'a', _v: 1 });
      expect(note).toBeNull();
      expect(order).toMatchObject({ number: 1 });
      expect(sent.map(({ command }) => command).sort()).toEqual(['GetItem', 'TransactWriteItems']);
      expect((await notes.findOne({ filter })).item).toMatchObject({ count: 2, _v: 2 });
      expect((await orders.findMany({ filter: { userId: 'a' } })).items).toEqual([]);
    });
  });

  it('writes nothing when one operation fails, and names that one', async () => {
    await withTable(async (table) => {
      const [users, notes, orders] = [table.entity(User), table.entity(Note), table.entity(Order)];
      await users.createOne({ item: { userId: 'a', email: 'a' } });
      await notes.createOne({ item: { owner: 'a', title: 'a' } });
      const before = await tableItems(client, table.name);
      const fine = () => users.createOneOperation({ item: { userId: 'b', email: 'b' } });
      const filter = { owner: 'a', title: 'a' };
      const cases = [
        [
          users.createOneOperation({ item: { userId: 'c', email: 'a' } }),
          'UniqueViolation',
          'User',
        ],
        [users.createOneOperation({ item: { userId: 'a', email: 'c' } }), 'AlreadyExists', 'User'],
        [notes.createOneOperation({ item: filter }), 'AlreadyExists', 'Note'],
        [
          notes.updateOneOperation({
            filter,
            update: { $set: { text: 'a' } },
            condition: { count: 5 },
          }),
          'ConditionFailed',
          'Note',
        ],
        [
          notes.updateOneOperation({ filter, update: { $set: { text: 'a' } }, version: 5 }),
          'VersionConflict',
          'Note',
        ],
        [
          notes.updateOneOperation({
            filter: { owner: 'x', title: 'x' },
            update: { $set: { text: 'a' } },
          }),
          'NotFound',
          'Note',
        ],
        [
          users.updateOneOperation({ filter: { userId: 'x' }, update: { $set: { nick: 'a' } } }),
          'NotFound',
          'User',
        ],
        [
          notes.deleteOneOperation({ filter, condition: { text: { $exists: true } } }),
          'ConditionFailed',
          'Note',
        ],
        [
          users.updateOneOperation({
            filter: { userId: 'a' },
            update: { $set: { age: 'x' as never } },
          }),
          'InvalidInput',
          'User',
        ],
        [
          orders.createOneOperation({ item: { userId: 'a', number: Number.NaN } }),
          'InvalidInput',
          'Order',
        ],
      ] as const;
      for (const [operation, code, entity] of cases) {
        for (const operations of [
          [fine(), operation],
          [operation, fine()],
        ]) {
          const error = await errorOf(table.transact(operations));
          expect(error).toMatchObject({ code, details: { entity } });
        }
      }
      expect(await tableItems(client, table.name)).toEqual(before);
    });
  });

  it('sets a nested field whose object is not there', async () => {
    await withTable(async (table) => {
      const notes = table.entity(Note);
      const filter = { owner: 'a', title: 'a' };
      await notes.createOne({ item: filter });
      await table.transact([
        notes.updateOneOperation({ filter, update: { $set: { 'place.city': 'x' } } }),
      ]);
      expect((await notes.findOne({ filter })).item?.place).toEqual({ city: 'x' });
    });
  });

  it('refuses more than 100 items, two writes to one item, and nothing at all', async () => {
    await withTable(async (table, sent) => {
      const users = table.entity(User);
      const make = (at: number) =>
        users.createOneOperation({ item: { userId: `u${String(at)}`, email: `e${String(at)}` } });
      const many = Array.from({ length: 51 }, (_, at) => make(at));
      for (const operations of [[], many, [make(1), make(1)]]) {
        expect((await errorOf(table.transact(operations))).code).toBe('InvalidTransaction');
      }
      expect(sent).toEqual([]);
      await table.transact(many.slice(1));
      expect(await tableItems(client, table.name)).toHaveLength(100);
    });
  });

  it('has nothing to do when what it would delete is not there', async () => {
    await withTable(async (table, sent) => {
      const operation = table.entity(User).deleteOneOperation({ filter: { userId: 'nobody' } });
      expect(await table.transact([operation])).toEqual([null]);
      expect(sent.map(({ command }) => command)).toEqual(['GetItem']);
    });
  });

  it.each([
    ['of a key that nothing has', { owner: 'o', title: 'nobody' }, 'NotFound'],
    ['of a key that no document can have', { owner: 'o', title: '' }, 'NotFound'],
    ['that its filter does not mean', { owner: 'o', title: 'there', count: 2 }, 'NotFound'],
    ['that does not meet it', { owner: 'o', title: 'there' }, 'ConditionFailed'],
  ])(
    'writes nothing where a delete on a condition is of a document %s',
    async (_, filter, code) => {
      await withTable(async (table) => {
        const [notes, users] = [table.entity(Note), table.entity(User)];
        await notes.createOne({ item: { owner: 'o', title: 'there', count: 1 } });
        const create = users.createOneOperation({ item: { userId: 'u', email: 'e' } });
        const condition = { text: 'none' };
        const error = await errorOf(
          table.transact([create, notes.deleteOneOperation({ filter, condition })]),
        );
        expect([error.code, error.operation]).toEqual([code, 1]);
        expect(await tableItems(client, table.name)).toHaveLength(1);
      });
    },
  );

  it.each([
    ['of a key that nothing has', { owner: 'o', title: 'nobody' }],
    ['that its filter does not mean', { owner: 'o', title: 'there', count: 2 }],
  ])(
    'writes the rest where a delete without a condition is of a document %s',
    async (_, filter) => {
      await withTable(async (table) => {
        const [notes, users] = [table.entity(Note), table.entity(User)];
        await notes.createOne({ item: { owner: 'o', title: 'there', count: 1 } });
        const create = users.createOneOperation({ item: { userId: 'u', email: 'e' } });
        const deletions = [{ filter }, { filter: { ...filter, owner: 'p' }, condition: {} }];
        const [made, ...deleted] = await table.transact([
          create,
          ...deletions.map((input) => notes.deleteOneOperation(input)),
        ]);
        expect([made, deleted]).toMatchObject([{ userId: 'u' }, [null, null]]);
        expect(await notes.findOne({ filter: { owner: 'o', title: 'there' } })).toMatchObject({
          item: { count: 1 },
        });
      });
    },
  );
});

describe('table.batchGet', () => {
  it('reads more than 100 documents of several entities in their order, with null for what is not there', async () => {
    await withTable(async (table, sent) => {
      const [notes, users] = [table.entity(Note), table.entity(User)];
      const titles = Array.from({ length: 120 }, (_, at) => `n${String(at)}`);
      await Promise.all(titles.map((title) => notes.createOne({ item: { owner: 'a', title } })));
      await users.createOne({ item: { userId: 'u', email: 'u' } });
      sent.length = 0;
      const references = [
        ...titles.map((title) => notes.reference({ owner: 'a', title })),
        notes.reference({ owner: 'a', title: 'nothing' }),
        notes.reference({ owner: 'a', title: 'n5' }),
      ];
      const found = await table.batchGet([...references, users.reference({ userId: 'u' })]);
      expect(sent.map(({ command }) => command)).toEqual(['BatchGetItem', 'BatchGetItem']);
      expect(found.slice(0, 120).map((note) => (note as { title: string }).title)).toEqual(titles);
      expect(found[120]).toBeNull();
      expect(found[121]).toMatchObject({ title: 'n5' });
      expect(found[122]).toMatchObject({ userId: 'u' });
      expect(await table.batchGet([])).toEqual([]);
    });
  });

  it('asks again for what DynamoDB leaves unprocessed, and gives up in the end', async () => {
    const own = localClient();
    const test = await createTestTable([Note], { client: own });
    const { table } = test;
    const notes = table.entity(Note);
    const titles = ['a', 'b', 'c'];
    for (const title of titles) await notes.createOne({ item: { owner: 'a', title } });
    let left = 2;
    let attempts = 0;
    own.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== 'BatchGetItemCommand') return next(args);
        attempts++;
        const { RequestItems } = args.input as {
          RequestItems: Record<string, { Keys: unknown[] }>;
        };
        const [name, request] = Object.entries(RequestItems)[0] ?? ['', { Keys: [] }];
        if (left-- <= 0) return next(args);
        // The first key is read, the others are left for later.
        const some = { [name]: { ...request, Keys: request.Keys.slice(0, 1) } };
        const answer = await next({
          ...args,
          input: { ...args.input, RequestItems: some },
        });
        const rest = { [name]: { ...request, Keys: request.Keys.slice(1) } };
        if (request.Keys.length > 1) Object.assign(answer.output, { UnprocessedKeys: rest });
        return answer;
      },
      { step: 'initialize', name: 'unprocessed' },
    );
    const references = titles.map((title) => notes.reference({ owner: 'a', title }));
    const found = await table.batchGet(references);
    expect(found.map((note) => note?.title)).toEqual(titles);
    expect(attempts).toBe(3);
    own.middlewareStack.remove('unprocessed');
    own.middlewareStack.add(
      (next, context) => async (args) => {
        const answer = await next(args);
        if (context.commandName !== 'BatchGetItemCommand') return answer;
        const { RequestItems } = args.input as { RequestItems: object };
        Object.assign(answer.output, { UnprocessedKeys: RequestItems });
        return answer;
      },
      { step: 'initialize', name: 'never' },
    );
    expect(await errorOf(table.batchGet(references))).toMatchObject({
      code: 'BatchIncomplete',
      details: { undone: titles.map((_, at) => at) },
    });
    await test.drop();
  });

  it('refuses a key that is not one', async () => {
    const table = new Table({ name: 'table', client });
    const accounts = table.entity(Account);
    expect(errorFrom(() => accounts.reference({ accountId: 5 } as never)).code).toBe(
      'InvalidInput',
    );
    expect(errorFrom(() => accounts.reference({} as never)).code).toBe('InvalidKey');
    expect(
      errorFrom(() => accounts.reference({ accountId: ulid(), nothing: 5 } as never)).code,
    ).toBe('InvalidInput');
    await Promise.resolve();
  });
});
