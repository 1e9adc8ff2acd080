import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Post = defineEntity({
  name: 'Post',
  schema: z.object({
    key: z.string(),
    tags: z.set(z.string()).default(() => new Set<string>()),
    needed: z.set(z.int()),
    filled: z.set(z.string()).default(new Set(['first'])),
    moments: z.set(z.date()).optional(),
    place: z.object({ labels: z.set(z.string()), maybe: z.set(z.string()).optional() }).optional(),
    byName: z.record(z.string(), z.set(z.string())).optional(),
    sets: z.array(z.set(z.string())).optional(),
    open: z.unknown().optional(),
  }),
  indexes: [{ name: '_id', PK: ['.key'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Post]);
});
afterAll(() => test.drop());

const posts = () => test.table.entity(Post);
const empty = new Set<never>();
const needed = new Set([1]);
const stored = async (key: string) =>
  (await tableItems(test.client, test.table.name)).find(({ PK }) => PK?.S === `post#${key}`);
const read = async (key: string) => (await posts().findOne({ filter: { key } })).item;

describe('an empty set', () => {
  it('is created by default, or by what is given, and is stored as no attribute', async () => {
    const item = { key: 'made', needed: empty, place: { labels: empty }, filled: empty };
    const created = await posts().createOne({ item });
    const expected = { tags: empty, needed: empty, filled: empty, place: { labels: empty } };
    expect(created.item).toMatchObject(expected);
    expect(await read('made')).toEqual(created.item);
    const raw = await stored('made');
    for (const name of ['tags', 'needed', 'filled']) expect(raw).not.toHaveProperty(name);
    expect(raw?.place).toEqual({ M: {} });
  });

  it('is what a set is when its last element was pulled, at the top, nested or by a whole write', async () => {
    const item = { key: 'pulled', needed, tags: new Set(['a']), place: { labels: new Set(['x']) } };
    await posts().createOne({ item });
    const filter = { key: 'pulled' };
    const { item: first } = await posts().updateOne({ filter, update: { $pull: { tags: ['a'] } } });
    expect(first).toMatchObject({ tags: empty, filled: new Set(['first']) });
    await posts().updateOne({ filter, update: { $pull: { filled: ['first'] } } });
    await posts().updateOne({ filter, update: { $pull: { 'place.labels': ['x'] } } });
    await posts().updateOne({ filter, update: { $pull: { needed: [1] }, $set: { open: 1 } } });
    expect(await read('pulled')).toMatchObject({
      tags: empty,
      filled: empty,
      needed: empty,
      place: { labels: empty },
    });
    const update = { $addToSet: { tags: ['b'], filled: ['c'], 'place.labels': ['d'] } };
    await posts().updateOne({ filter, update });
    expect(await read('pulled')).toMatchObject({
      tags: new Set(['b']),
      filled: new Set(['c']),
      place: { labels: new Set(['d']) },
    });
  });

  it('is what a set is that is set to it, alone and in a whole object', async () => {
    const filter = { key: 'set' };
    await posts().createOne({ item: { ...filter, needed, moments: new Set([new Date(0)]) } });
    const { item } = await posts().updateOne({
      filter,
      update: { $set: { needed: empty, filled: empty, moments: empty } },
    });
    expect(item).toMatchObject({ needed: empty, filled: empty, tags: empty });
    expect(item).not.toHaveProperty('moments');
    await posts().updateOne({ filter, update: { $set: { place: { labels: empty } } } });
    expect((await read('set'))?.place).toEqual({ labels: empty });
    await posts().updateOne({ filter, update: { $setIfNull: { needed: new Set([2]) } } });
    expect((await read('set'))?.needed).toEqual(new Set([2]));
    await posts().updateOne({ filter, update: { $remove: ['filled'] } });
    expect((await read('set'))?.filled).toEqual(new Set(['first']));
    const error = await errorOf(posts().updateOne({ filter, update: { $set: { open: empty } } }));
    expect(error).toMatchObject({ code: 'UnsupportedValue', details: { path: 'open' } });
  });

  it('is absent where the schema does not require the set, in the result of the write, too', async () => {
    const item = {
      key: 'optional',
      needed,
      moments: empty,
      place: { labels: empty, maybe: empty },
    };
    const created = await posts().createOne({ item });
    expect(created.item).not.toHaveProperty('moments');
    expect(created.item.place).toEqual({ labels: empty });
    expect(await read('optional')).toEqual(created.item);
  });

  it('is refused where it would be lost: in a list, under a name of its own, in an open field', async () => {
    const lost: readonly [object, string][] = [
      [{ byName: { a: empty } }, 'byName.a'],
      [{ sets: [empty] }, 'sets.0'],
      [{ open: empty }, 'open'],
      [{ open: { a: empty } }, 'open.a'],
    ];
    for (const [more, path] of lost) {
      const error = await errorOf(posts().createOne({ item: { key: 'refused', needed, ...more } }));
      expect(error).toMatchObject({ code: 'UnsupportedValue', details: { path } });
    }
    expect(await stored('refused')).toBeUndefined();
  });

  it('survives a document that is read and written back', async () => {
    await posts().createOne({ item: { key: 'replaced', needed: empty, filled: empty } });
    const update = { $set: { place: { labels: empty } }, $pull: { needed: [7] } };
    const { item } = await posts().updateOne({ filter: { key: 'replaced' }, update });
    expect(item).toMatchObject({ needed: empty, filled: empty, tags: empty });
    expect(await read('replaced')).toEqual(item);
  });
});
