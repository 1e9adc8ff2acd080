import { Account, AccountToken, defineEntity, Session } from '@latchkey/schema';
import { expectTypeOf } from 'expect-type';
import * as z from 'zod';
import { Note, Order, User } from '../../test/support/entities.js';
import type { AnyEntityError } from '../errors/EntityError.js';
import { explain } from '../operations/explain.js';
import type { Table } from '../table/Table.js';

declare const table: Table;
const accounts = table.entity(Account);
const tokens = table.entity(AccountToken);
const notes = table.entity(Note);

/** Never called: only its types are looked at. */
export async function documents(): Promise<void> {
  const { item } = await accounts.createOne({ item: { accountId: 'a' } });
  expectTypeOf(item.username).toEqualTypeOf<string | undefined>();
  expectTypeOf(item._v).toEqualTypeOf<number>();
  expectTypeOf(item.createdAt).toEqualTypeOf<Date>();

  const found = await tokens.findOne({ filter: { value: 'x' } });
  // @ts-expect-error: a secret is not there unless it is asked for.
  expectTypeOf(found.item?.value).toEqualTypeOf<string>();
  const open = await tokens.findOne({ filter: { value: 'x' }, secrets: true });
  expectTypeOf(open.item?.value).toEqualTypeOf<string | undefined>();
  const many = await tokens.findMany({ filter: { accountId: 'a' }, secrets: true, limit: 3 });
  expectTypeOf(many.items[0]?.value).toEqualTypeOf<string | undefined>();
  expectTypeOf(found.item).extract<null>().toEqualTypeOf<null>();
}

export async function inputs(): Promise<void> {
  // @ts-expect-error: a required field is missing.
  await accounts.createOne({ item: {} });
  // @ts-expect-error: there is no such field.
  await accounts.createOne({ item: { accountId: 'a', nothing: 5 } });
  // @ts-expect-error: system fields are not given.
  await accounts.createOne({ item: { accountId: 'a', createdAt: new Date() } });
  // @ts-expect-error: a filter names fields.
  await accounts.findOne({ filter: { nothing: 5 } });
  // @ts-expect-error: a filter's value is of the field's type.
  await accounts.findOne({ filter: { accountId: 5 } });
  // @ts-expect-error: there is no such operator.
  await accounts.findOne({ filter: { accountId: { $near: 'a' } } });
  await accounts.findOne({ filter: { accountId: 'a', createdAt: { $gt: new Date() } } });
  await accounts.findOne({
    filter: { accountId: 'a', $or: [{ username: 'a' }, { $not: { deactivated: true } }] },
  });
  await accounts.findOne({
    filter: { accountId: 'a', 'profile.name': 'x', permissions: { $contains: 'x' } },
  });
  await accounts.findById('id', { consistent: true });
  accounts.reference({ accountId: 'a' });
  // @ts-expect-error: a reference is the whole key.
  table.entity(Session).reference({ accountId: 'a' });
}

export async function indexes(): Promise<void> {
  const orders = table.entity(Order);
  const filter = { userId: 'a' };
  await orders.findMany({ filter, index: '_id2' });
  // @ts-expect-error: there is no such index.
  await orders.findMany({ filter, index: '_id9' });
  // @ts-expect-error: one document is changed by whatever finds it.
  await orders.updateOne({ filter, index: '_id', update: {} });
  await orders.deleteMany({ filter, index: '_id' });
  expectTypeOf(explain(orders, { filter }).index).toEqualTypeOf<string | null>();
  await orders.findMany({ filter: { userId: 'a', number: { $notIn: [1, 2] } } });
  // @ts-expect-error: a list of values is of the field's type.
  await orders.findMany({ filter: { userId: 'a', number: { $notIn: ['1'] } } });
  const { item } = await notes.findOne({
    filter: { owner: 'a', title: 'b' },
    project: ['text', ['place', 'city']],
  });
  expectTypeOf(item?.text).toEqualTypeOf<string | undefined>();
  expectTypeOf(item?.place?.city).toEqualTypeOf<string | undefined>();
  // @ts-expect-error: it was not asked for.
  expectTypeOf(item?.place?.visits).toEqualTypeOf<number | undefined>();
  const users = table.entity(User).addIndexRelation('orders', Order);
  const family = { orders: { sort: 'descending', limit: 2 } } as const;
  const { item: user } = await users.findOne({ filter, include: family });
  expectTypeOf(user?.orders[0]?.number).toEqualTypeOf<number | undefined>();
}

export async function updates(): Promise<void> {
  const filter = { owner: 'a', title: 'b' };
  await notes.updateOne({
    filter,
    update: {
      $set: {
        text: 'a',
        'place.city': 'x',
        'extra.any': 5,
        'lines.0': 'a',
        'place.deep.at': new Date(),
      },
      $setIfNull: { seenAt: new Date() },
      $setOnInsert: { whole: 1 },
      $inc: { count: 1, big: 1n, 'place.visits': 1 },
      $append: { lines: ['a'] },
      $prepend: { moments: [new Date()] },
      $pull: { tags: ['a'] },
      $addToSet: { tags: ['a'], 'place.labels': ['a'] },
      $remove: ['until', 'place.city'],
    },
    condition: { count: { $lt: 5 } },
    version: 1,
    upsert: true,
  });
  // @ts-expect-error: the value is of the field's type.
  await notes.updateOne({ filter, update: { $set: { text: 5 } } });
  // @ts-expect-error: there is no such field.
  await notes.updateOne({ filter, update: { $set: { nothing: 5 } } });
  // @ts-expect-error: nor such a nested one.
  await notes.updateOne({ filter, update: { $set: { 'place.nothing': 5 } } });
  // @ts-expect-error: text cannot be counted up.
  await notes.updateOne({ filter, update: { $inc: { text: 1 } } });
  // @ts-expect-error: nothing can be appended to a set.
  await notes.updateOne({ filter, update: { $append: { tags: ['a'] } } });
  // @ts-expect-error: elements are of the list's type.
  await notes.updateOne({ filter, update: { $append: { lines: [5] } } });
  // @ts-expect-error: a system field cannot be set.
  await notes.updateOne({ filter, update: { $set: { createdAt: new Date() } } });
  // @ts-expect-error: there is no such operator.
  await notes.updateOne({ filter, update: { $rename: { text: 'a' } } });
}

export async function relations(): Promise<void> {
  const users = table.entity(User).addIndexRelation('orders', Order);
  const { item } = await users.findOne({
    filter: { userId: 'a' },
    include: { orders: { limit: 1 } },
  });
  expectTypeOf(item?.orders[0]?.number).toEqualTypeOf<number | undefined>();
  const plain = await users.findOne({ filter: { userId: 'a' } });
  // @ts-expect-error: what is not included is not there.
  expectTypeOf(plain.item?.orders).toBeArray();
  // @ts-expect-error: there is no such relation.
  await users.findOne({ filter: { userId: 'a' }, include: { nothing: true } });
}

export async function several(): Promise<void> {
  const [account, token] = await table.batchGet([
    accounts.reference({ accountId: 'a' }),
    tokens.reference(
      { accountId: 'a', kind: 'custom', createdFor: 'x', ulid: 'u' },
      { secrets: true },
    ),
  ]);
  expectTypeOf(account?.username).toEqualTypeOf<string | undefined>();
  expectTypeOf(token?.value).toEqualTypeOf<string | undefined>();
  const [created, updated] = await table.transact([
    accounts.createOneOperation({ item: { accountId: 'a' } }),
    notes.updateOneOperation({
      filter: { owner: 'a', title: 'b' },
      update: { $inc: { count: 1 } },
    }),
  ]);
  expectTypeOf(created.permissions).toEqualTypeOf<string[]>();
  expectTypeOf(updated).extract<null>().toEqualTypeOf<null>();
}

export function errors(error: AnyEntityError): void {
  if (error.code === 'UniqueViolation') {
    expectTypeOf(error.details.paths).toEqualTypeOf<readonly string[]>();
  }
}

const post = z.object({
  size: z.number(),
  tags: z.array(z.string()),
  get replies() {
    return z.array(post);
  },
});
const Thread = defineEntity({
  name: 'Thread',
  schema: z.object({
    key: z.string(),
    root: post,
    years: z.record(z.number(), z.object({ n: z.number() })),
    words: z.record(z.string(), z.object({ n: z.number() })).optional(),
  }),
  indexes: [{ name: '_id', PK: ['.key'] }],
});

/** Paths longer than are typed are taken whatever follows, and others by their type. */
export async function recursion(): Promise<void> {
  const threads = table.entity(Thread);
  const filter = { key: 'a' };
  await threads.updateOne({
    filter,
    update: {
      $append: { 'root.replies.0.replies.0.replies.0.replies.0.tags': ['x'], 'root.tags': ['x'] },
      $inc: { 'root.replies.0.replies.0.replies.0.replies.0.size': 1, 'root.size': 1 },
      $pull: { 'root.replies.0.replies.0.replies.0.replies.0.tags': ['x'] },
    },
  });
  // @ts-expect-error: it is a list of texts
  await threads.updateOne({ filter, update: { $append: { 'root.replies.0.tags': [1] } } });
  // @ts-expect-error: it is no list
  await threads.updateOne({ filter, update: { $append: { 'root.size': [1] } } });
  // @ts-expect-error: it is no number
  await threads.updateOne({ filter, update: { $inc: { 'root.replies.0.tags': 1 } } });
}

/** The entries of a record are there, by whatever name. */
export async function entries(): Promise<void> {
  const threads = table.entity(Thread);
  const project = [['years', 2030], 'words.abc.n'] as const;
  const { item } = await threads.findOne({ filter: { key: 'a' }, project });
  expectTypeOf(item?.years[2030]).toEqualTypeOf<{ n: number } | undefined>();
  expectTypeOf(item?.words?.abc).toEqualTypeOf<{ n: number } | undefined>();
}
