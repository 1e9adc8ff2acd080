import { Account, defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { EntityError, type Entity, type Table } from '@latchkey/entity';
import { createTestTable, localClient } from '@latchkey/entity/testing';
import { loseAnswers } from '../support/faults.js';

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
    const fault = loseAnswers(client, 'TransactWriteItems', 1);
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

  it('is refused where the document would have to be read, and for what the schema forbids', async () => {
    const accounts = table.entity(Account);
    const accountId = table.newUlid();
    for (const operation of [
      accounts.updateOneOperation({
        filter: { accountId },
        update: { $set: { deactivated: true } },
        upsert: true,
      }),
      counters.updateOneOperation({
        filter: { name: 'x' },
        update: { $set: { label: 'without a count' } },
        upsert: true,
      }),
    ]) {
      const error: unknown = await table.transact([operation]).catch((reason: unknown) => reason);
      expect(EntityError.is(error) && error.code).toBe('InvalidInput');
    }
    expect(await stored('x')).toBeNull();
  });
});
