import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';

const post = z.object({
  title: z.string().default('untitled'),
  at: z.date(),
  get parent() {
    return post.optional();
  },
  get replies() {
    return z.array(post).default([]);
  },
});
const Post = defineEntity({
  name: 'Post',
  schema: z.object({ key: z.string(), ...post.shape }),
  indexes: [{ name: '_id', PK: ['.key'] }],
});

interface Node {
  at: Date;
  size: bigint;
  below: Node[];
  byName?: Record<string, Node> | undefined;
}
const node: z.ZodType<Node, Node> = z.object({
  at: z.date(),
  size: z.bigint(),
  below: z.array(z.lazy(() => node)),
  byName: z
    .record(
      z.string(),
      z.lazy(() => node),
    )
    .optional(),
});
const Tree = defineEntity({
  name: 'Tree',
  schema: z.object({ key: z.string(), root: node, data: z.json().optional() }),
  indexes: [{ name: '_id', PK: ['.key'] }],
});

let test: TestTable;
beforeAll(async () => {
  test = await createTestTable([Post, Tree]);
});
afterAll(() => test.drop());

const day = (number: number) => new Date(Date.UTC(2030, 0, number));

describe('A document whose schema holds itself', () => {
  it('gives its dates back as dates at every level', async () => {
    const posts = test.table.entity(Post);
    const { item } = await posts.createOne({
      item: {
        key: 'a',
        at: day(1),
        parent: { at: day(2), parent: { at: day(3) } },
        replies: [{ at: day(4), replies: [{ at: day(5), title: 'deep', parent: { at: day(6) } }] }],
      },
    });
    const found = (await posts.findOne({ filter: { key: 'a' } })).item;
    expect(found).toEqual(item);
    expect(found?.parent?.parent).toEqual({ at: day(3), title: 'untitled', replies: [] });
    expect(found?.replies[0]?.replies[0]?.at).toEqual(day(5));
    expect(found?.replies[0]?.replies[0]?.parent?.at).toEqual(day(6));
  });

  it('is found and changed by paths through its levels', async () => {
    const posts = test.table.entity(Post);
    const filter = { key: 'b' };
    await posts.createOne({
      item: { ...filter, at: day(1), replies: [{ at: day(2), replies: [{ at: day(3) }] }] },
    });
    const { item } = await posts.updateOne({
      filter,
      update: {
        $set: { 'replies.0.replies.0.at': day(4), 'replies.0.title': 'new' },
        $append: { 'replies.0.replies.0.replies': [{ at: day(5) }] },
      },
      condition: { 'replies.0.replies.0.at': { $gt: day(2) } },
    });
    expect(item?.replies).toMatchObject([
      { title: 'new', at: day(2), replies: [{ at: day(4), replies: [{ at: day(5) }] }] },
    ]);
    const wrong = posts.updateOne({
      filter,
      update: { $set: { 'replies.0.replies': [{ at: 'today' }] as never } },
    });
    expect(await errorOf(wrong)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'replies.0.replies.0.at' },
    });
  });

  it('refuses an unknown field at every level', async () => {
    const posts = test.table.entity(Post);
    const reply = { at: day(1), replies: [{ at: day(2), other: 1 }] };
    const creation = posts.createOne({ item: { key: 'c', at: day(1), replies: [reply] } });
    expect(await errorOf(creation)).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'replies.0.replies.0.other' },
    });
  });

  it('comes back as it was stored, whatever its form', async () => {
    const trees = test.table.entity(Tree);
    const tree = (levels: number): fc.Arbitrary<Node> => {
      const below =
        levels > 0 ? tree(levels - 1) : fc.constant<Node>({ at: day(1), size: 0n, below: [] });
      const maxLength = levels > 0 ? 2 : 0;
      return fc.record({
        at: fc.date({ min: day(1), max: day(99), noInvalidDate: true }),
        size: fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }),
        below: fc.array(below, { maxLength }),
        byName: fc.dictionary(fc.constantFrom('a', 'b.c'), below, { maxKeys: maxLength }),
      });
    };
    const json = fc.object({
      key: fc.string({ unit: fc.constantFrom('a', 'b', '.'), minLength: 1 }),
      values: [fc.string(), fc.integer(), fc.boolean(), fc.constant(null)],
    }) as fc.Arbitrary<z.core.util.JSONType>;
    await fc.assert(
      fc.asyncProperty(tree(3), json, async (root, data) => {
        const key = test.table.newUlid();
        await trees.createOne({ item: { key, root, data } });
        const { item } = await trees.findOne({ filter: { key } });
        expect(item?.root).toEqual(root);
        expect(item?.data).toEqual(data);
      }),
      { numRuns: 40 },
    );
  });
});
