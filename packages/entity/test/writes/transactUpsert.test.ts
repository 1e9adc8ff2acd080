import { Account, defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { EntityError, type Entity, type Table } from '@latchkey/entity';
import { createTestTable, localClient, injectFaults } from '@latchkey/entity/testing';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Counter = defineEntity({
  name: 'Counter',
  schema: z.object({
    name: z.string(),
    count: z.number(),
    label: z.string().default('none'),
    limit: z.number().optional(),
    endsAt: z.date().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.name'] }],
  expiresAt: 'endsAt',
});

describe('an upsert in a transaction', () => {
  const client = localClient();
  let table: Table;
  let counters: Entity<typeof Counter>;
  let drop: () => Promise<void>;
  const increment = (name: string, condition: object = {}): Promise<unknown> =>
    table.transact([
      counters.updateOneOperation({
        filter: { name },
        condition,
        update: { $inc: { count: 1 }, $setOnInsert: { limit: 7 } },
        upsert: true,
      }),
    ]);
  const stored = async (name: string) =>
    (await counters.findOne({ filter: { name }, consistent: true })).item;

  beforeAll(async () => {
    const test = await createTestTable([Counter], { client });
    table = test.table;
    drop = () => test.drop();
    counters = table.entity(Counter);
  });
  afterAll(async () => {
    await drop();
    client.destroy();
  });

  it('makes the document with all that a create gives it, then changes only what it names', async () => {
    await increment('a');
    const first = await stored('a');
    expect(first).toMatchObject({ name: 'a', count: 1, label: 'none', limit: 7, _v: 1 });
    expect(await counters.findById(first?.id ?? '', { consistent: true })).toEqual({ item: first });
    await counters.updateOne({ filter: { name: 'a' }, update: { $set: { label: 'b', limit: 9 } } });
    await increment('a');
    const { ulid, createdAt } = first ?? {};
    expect(await stored('a')).toMatchObject({
      count: 2,
      label: 'b',
      limit: 9,
      ulid,
      createdAt,
      _v: 3,
    });
  });

  it('is refused together with a version, whether a document is there or not', async () => {
    await increment('versioned');
    for (const name of ['versioned', 'nobody']) {
      const input = { filter: { name }, version: 1, update: { $inc: { count: 1 } }, upsert: true };
      for (const attempt of [
        counters.updateOne(input),
        table.transact([counters.updateOneOperation(input)]),
      ]) {
        expect(await errorOf(attempt)).toMatchObject({
          code: 'InvalidInput',
          details: { path: 'version' },
        });
      }
    }
    expect((await stored('versioned'))?.count).toBe(1);
    expect(await stored('nobody')).toBeNull();
  });

  it('counts each of 40 at once, from none on', async () => {
    await Promise.all(Array.from({ length: 40 }, () => increment('crowd')));
    expect(await stored('crowd')).toMatchObject({ count: 40 });
  });

  it('is made by none of a condition’s failures, and holds the document to the condition', async () => {
    const upTo = { count: { $lt: 3 } };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 10 }, () => increment('bounded', upTo)),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = outcomes.flatMap((each): unknown[] =>
      each.status === 'rejected' ? [each.reason] : [],
    );
    for (const error of refused) {
      expect(
        EntityError.is(error) && error.code === 'ConditionFailed' && error.details.item,
      ).toMatchObject({ count: 3 });
    }
    expect(await stored('bounded')).toMatchObject({ count: 3 });
  });

  it('counts once when its answer is lost', async () => {
    const fault = injectFaults(client).on('TransactWriteItems', 'answerLost');
    await increment('lost');
    fault.remove();
    expect(await stored('lost')).toMatchObject({ count: 1 });
  });

  it('gives the new document the TTL of its expiry, and changes it with it', async () => {
    const update = (endsAt: Date) =>
      table.transact([
        counters.updateOneOperation({
          filter: { name: 'ttl' },
          update: { $set: { endsAt }, $inc: { count: 1 } },
          upsert: true,
        }),
      ]);
    for (const endsAt of [new Date('2040-01-01T00:00:00Z'), new Date('2041-01-01T00:00:00Z')]) {
      await update(endsAt);
      expect(await stored('ttl')).toMatchObject({ endsAt });
    }
    expect(await stored('ttl')).toMatchObject({ count: 2 });
  });

  it('is refused where what it would make is not valid, and changes a document that is there', async () => {
    const label = counters.updateOneOperation({
      filter: { name: 'x' },
      update: { $set: { label: 'without a count' } },
      upsert: true,
    });
    const error: unknown = await table.transact([label]).catch((reason: unknown) => reason);
    expect(EntityError.is(error) && error.code).toBe('InvalidInput');
    expect(await stored('x')).toBeNull();
    await counters.createOne({ item: { name: 'x', count: 3 } });
    await table.transact([label]);
    expect(await stored('x')).toMatchObject({ label: 'without a count', count: 3 });
  });

  it('changes nothing but what it names in a document without the fields of an insert', async () => {
    await counters.createOne({ item: { name: 'bare', count: 1 } });
    await table.transact([
      counters.updateOneOperation({
        filter: { name: 'bare' },
        update: { $inc: { count: 1 }, $setOnInsert: { endsAt: new Date('2040-01-01'), limit: 7 } },
        upsert: true,
        context: { userId: 'somebody' },
      }),
    ]);
    const item = await stored('bare');
    expect(item).toMatchObject({ count: 2, updatedBy: 'somebody' });
    expect(item).not.toHaveProperty('endsAt');
    expect(item).not.toHaveProperty('limit');
    expect(item).not.toHaveProperty('createdBy');
    const items = await tableItems(client, table.name);
    expect(items.find(({ name }) => name?.S === 'bare')).not.toHaveProperty('ttl');
  });

  it('makes a document with its unique values, once, however many make it at once', async () => {
    const accounts = table.entity(Account);
    const accountId = table.newUlid();
    const upsert = () =>
      table.transact([
        accounts.updateOneOperation({
          filter: { accountId },
          update: { $set: { username: 'grace' } },
          upsert: true,
        }),
      ]);
    await Promise.all(Array.from({ length: 8 }, upsert));
    expect((await accounts.findOne({ filter: { username: 'grace' } })).item).toMatchObject({
      accountId,
    });
  });
});
