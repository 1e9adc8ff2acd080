import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { Table } from '@latchkey/entity';
import { createTestTable, type TestTable } from '@latchkey/entity/testing';
import { defineEntity } from '@latchkey/schema';
import * as z from 'zod';
import { errorOf } from '../support/errorOf.js';
import { tableItems } from '../support/tableItems.js';

const Box = defineEntity({
  name: 'Box',
  schema: z.object({ box: z.string(), label: z.string().default('none') }),
  indexes: [{ name: '_id', PK: ['.box'] }],
});
const shape = {
  box: z.string(),
  name: z.string(),
  serial: z.string().optional(),
  place: z.object({ city: z.string(), floor: z.int().optional() }).optional(),
  parts: z.array(z.object({ what: z.string() })).optional(),
  byName: z.record(z.string(), z.object({ n: z.int() })).optional(),
  shape: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('round'), radius: z.number() }),
    z.object({ kind: z.literal('flat') }),
  ]),
};
const indexes = [
  { name: '_id', PK: ['.box'], SK: ['.name'], relatedTo: Box },
  { name: '_id2', PK: ['.serial'], unique: true },
] as const;
/** The schema of yesterday, without defaults. */
const OldThing = defineEntity({ name: 'Thing', schema: z.object(shape), indexes });
let made = 0;
/** The schema of today. */
const Thing = defineEntity({
  name: 'Thing',
  schema: z.object({
    ...shape,
    colour: z.enum(['red', 'blue']).default('red'),
    state: z.string().default('new'),
    number: z.int().default(() => ++made),
    pin: z.string().default('0000'),
    box: z.string(),
    place: z
      .object({
        city: z.string(),
        floor: z.int().optional(),
        country: z.string().default('DE'),
        tags: z.set(z.string()),
        lock: z.string().default('0000'),
      })
      .optional(),
    home: z.object({ city: z.string().default('Rome') }).default({ city: 'Oslo' }),
    parts: z
      .array(z.object({ what: z.string(), quantity: z.int().default(1) }))
      .default([])
      .optional(),
    byName: z
      .record(z.string(), z.object({ n: z.int(), at: z.date().nullable().default(null) }))
      .optional(),
    shape: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('round'), radius: z.number(), filled: z.boolean().default(true) }),
      z.object({ kind: z.literal('flat') }),
    ]),
    tags: z.set(z.string()),
    note: z.string().optional(),
  }),
  indexes: [...indexes, { name: '_id3', PK: ['.state'], SK: ['.ulid'] }],
  secrets: ['pin', 'place.lock'],
});

const old = {
  name: 'old',
  place: { city: 'Paris' },
  parts: [{ what: 'a' }, { what: 'b' }],
  byName: { x: { n: 1 } },
  shape: { kind: 'round', radius: 2 } as const,
};
/** What an old document is today, in every way of reading it. */
const today = {
  ...old,
  colour: 'red',
  state: 'new',
  number: expect.any(Number) as number,
  place: { city: 'Paris', country: 'DE', tags: new Set() },
  home: { city: 'Oslo' },
  parts: [
    { what: 'a', quantity: 1 },
    { what: 'b', quantity: 1 },
  ],
  byName: { x: { n: 1, at: null } },
  shape: { kind: 'round', radius: 2, filled: true },
  tags: new Set(),
};
const SYSTEM = { id: expect.any(String), ulid: expect.any(String), createdAt: expect.any(Date) };
const whole = (box: string) => ({ ...today, ...SYSTEM, box, updatedAt: expect.any(Date) as Date });

let test: TestTable;
const sent: string[] = [];
beforeAll(async () => {
  test = await createTestTable([Box, Thing], { onCommand: ({ command }) => sent.push(command) });
});
afterAll(() => test.drop());

let count = 0;
/** Stores a box and a thing as yesterday's program did. */
async function store(more: object = {}): Promise<{ box: string; name: 'old' }> {
  const box = `box${++count}`;
  const yesterday = new Table({ name: test.table.name, client: test.client });
  await yesterday.entity(Box).createOne({ item: { box } });
  await yesterday.entity(OldThing).createOne({ item: { ...old, box, ...more } });
  return { box, name: 'old' };
}
const things = () => test.table.entity(Thing);
async function inTable(box: string) {
  const items = await tableItems(test.client, test.table.name);
  return items.find(({ PK, SK }) => PK?.S === `box#${box}` && SK?.S === 'thing#old');
}

type Key = { readonly box: string; readonly name: 'old' };
const READS: readonly [string, (key: Key) => Promise<unknown>][] = [
  ['findOne', async (key) => (await things().findOne({ filter: key })).item],
  [
    'findOne by a unique value',
    async (key) => (await things().findOne({ filter: { serial: key.box } })).item,
  ],
  [
    'findById',
    async (key) => {
      const { item } = await things().findOne({ filter: key, project: ['name'] });
      return (await things().findById(item?.id ?? '')).item;
    },
  ],
  ['findMany', async ({ box }) => (await things().findMany({ filter: { box } })).items[0]],
  ['paginate', async ({ box }) => (await things().paginate({ filter: { box } })).edges[0]?.node],
  ['scan', async ({ box }) => (await things().scan({ condition: { box } })).items[0]],
  ['batchGet', async (key) => (await test.table.batchGet([things().reference(key)]))[0]],
  ['transactGet', async (key) => (await test.table.transactGet([things().reference(key)]))[0]],
  [
    'include',
    async ({ box }) => {
      const boxes = test.table.entity(Box).addIndexRelation('things', Thing);
      const { item } = await boxes.findOne({ filter: { box }, include: { things: true } });
      return item?.things[0];
    },
  ],
  ['the result of a delete', async (key) => (await things().deleteOne({ filter: key })).item],
  [
    'the result of an update that is one expression',
    async (key) => {
      const { item } = await things().updateOne({ filter: key, update: { $remove: ['note'] } });
      expect(sent.at(-1)).toBe('UpdateItem');
      return item;
    },
  ],
  [
    'the document of a condition that was not met',
    async (key) => {
      const condition = { note: 'x' };
      const error = await errorOf(
        things().updateOne({ filter: key, condition, update: { $remove: ['note'] } }),
      );
      return (error.details as { item: unknown }).item;
    },
  ],
  [
    'a hook',
    async (key) => {
      let seen: unknown;
      const hooked = things().addHooks((hooks) => {
        hooks.willResolve((document) => {
          seen = document;
          return document;
        });
      });
      await hooked.findOne({ filter: key });
      return seen;
    },
  ],
];

describe('a document of yesterday', () => {
  it.each(READS)('has the defaults of today: %s', async (_, read) => {
    const key = await store({ serial: `box${count + 1}` });
    const document = await read(key);
    expect(document).toEqual({ ...whole(key.box), serial: key.box });
    expect(JSON.stringify(document)).not.toContain('0000');
  });

  it('has secret defaults only for who asks for them, and not enumerable', async () => {
    const { item } = await things().findOne({ filter: await store(), secrets: true });
    expect([item?.pin, item?.place?.lock]).toEqual(['0000', '0000']);
    expect(JSON.stringify(item)).not.toContain('0000');
  });

  it('keeps what it has, and what is not required and has no default stays absent', async () => {
    const key = await store({ place: undefined, parts: [], shape: { kind: 'flat' } });
    const { item } = await things().findOne({ filter: key });
    expect(item).toMatchObject({ parts: [], shape: { kind: 'flat' } });
    expect(item?.shape).not.toHaveProperty('filled');
    expect(item).not.toHaveProperty('place');
    expect(item).not.toHaveProperty('note');
  });

  it('has in a projection what it lacks of that, and nothing else', async () => {
    const key = await store();
    const pick = async (project: readonly string[]) => {
      const { item } = await things().findOne({ filter: key, project: project as ['name'] });
      const { id: _, ...rest } = { ...item };
      return rest;
    };
    expect(await pick(['name'])).toEqual({ name: 'old' });
    expect(await pick(['colour', 'tags'])).toEqual({ colour: 'red', tags: new Set() });
    expect(await pick(['place.country'])).toEqual({ place: { country: 'DE' } });
    expect(await pick(['place.city', 'place.floor'])).toEqual({ place: { city: 'Paris' } });
    expect(await pick(['home.city'])).toEqual({ home: { city: 'Oslo' } });
    expect(await pick(['parts.1.quantity'])).toEqual({ parts: [{ quantity: 1 }] });
    expect(await pick(['parts.1', 'parts.0.what'])).toEqual({
      parts: [{ what: 'a' }, { what: 'b', quantity: 1 }],
    });
    expect(await pick(['shape.filled'])).toEqual({ shape: { filled: true } });
    // There is an object without the field that the default of the whole object has.
    await test.client.send(
      new PutItemCommand({
        TableName: test.table.name,
        Item: { ...(await inTable(key.box)), place: { M: {} }, home: { M: {} } },
      }),
    );
    expect(await pick(['place.floor'])).toEqual({ place: {} });
    expect(await pick(['home.city'])).toEqual({ home: { city: 'Rome' } });
  });

  it('is found by what is stored, until a write has stored the defaults', async () => {
    const key = await store();
    const found = async (condition: object) =>
      (await things().findMany({ filter: { box: key.box, ...condition } })).items.length;
    const inIndex = async () =>
      (await things().findMany({ filter: { state: 'new', box: key.box } })).items.length;
    expect(await found({ colour: 'red' })).toBe(0);
    expect(await found({ colour: { $exists: false } })).toBe(1);
    expect(await inIndex()).toBe(0);
    // A change of a unique value is read and written back.
    await things().updateOne({ filter: key, update: { $set: { serial: `s-${key.box}` } } });
    expect(await found({ colour: 'red', pin: '0000', 'place.country': 'DE' })).toBe(1);
    expect(await inIndex()).toBe(1);
    const item = await inTable(key.box);
    expect(item?.parts).toEqual({
      L: ['a', 'b'].map((what) => ({ M: { what: { S: what }, quantity: { N: '1' } } })),
    });
    expect(item).not.toHaveProperty('tags');
    const { number } = (await things().findOne({ filter: key })).item ?? {};
    expect((await things().findOne({ filter: key })).item?.number).toBe(number);
  });

  it('does not share a default with the schema or with another document', async () => {
    const [one, other] = [await store(), await store()];
    const { item } = await things().findOne({ filter: one });
    if (item) item.home.city = 'changed';
    item?.tags.add('changed');
    const { item: second } = await things().findOne({ filter: other });
    expect(second).toMatchObject({ home: { city: 'Oslo' }, tags: new Set() });
  });
});

describe('an entity without defaults', () => {
  it('is read as it is stored', async () => {
    const key = await store();
    const yesterday = new Table({ name: test.table.name, client: test.client });
    const { item } = await yesterday.entity(OldThing).findOne({ filter: key });
    expect(item).toEqual({ ...old, ...key, ...SYSTEM, updatedAt: expect.any(Date) });
  });
});
