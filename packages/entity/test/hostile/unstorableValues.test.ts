import { defineEntity, type AnyEntityDefinition } from '@latchkey/schema';
import * as z from 'zod';
import { explain, Table } from '../../src/index.js';
import { errorFrom, errorOf } from '../support/errorOf.js';
import { silentTable } from '../support/silentTable.js';

type Options = Readonly<Record<string, unknown>>;
/** An entity as a program without types sees it. */
type Untyped = Readonly<Record<string, (...given: unknown[]) => unknown>>;
type Call = readonly [place: string, path: string, run: () => unknown];

const { table, sent, client } = silentTable();
afterAll(() => {
  client.destroy();
});

const Root = defineEntity({
  name: 'Root',
  schema: z.object({ owner: z.string() }),
  indexes: [{ name: '_id', PK: ['.owner'] }],
});

/** An entity with values of one kind wherever a value can stand. */
function entityOf(name: string, value: z.ZodType): AnyEntityDefinition {
  const shape: Record<string, z.ZodType> = {
    owner: z.string(),
    key: value,
    value: value.optional(),
    unique: value.optional(),
    tag: value.optional(),
    list: z.array(value).optional(),
    set: z.set(value).optional(),
    nested: z.object({ value }).optional(),
    record: z.record(z.string(), value).optional(),
    any: z.unknown().optional(),
  };
  return defineEntity({
    name,
    schema: z.object(shape),
    indexes: [
      { name: '_id', PK: ['.owner'], SK: ['.key'], relatedTo: Root },
      { name: '_id2', PK: ['.unique'], unique: true },
      { name: '_id3', PK: ['.tag'], SK: ['.value'] },
    ],
  });
}

const KINDS = [
  { kind: 'Text', schema: z.string(), good: 'a', bad: ['\ud800', 'a\udc00b'] },
  {
    kind: 'Number',
    schema: z.number(),
    good: 1,
    bad: [NaN, Infinity, -Infinity, 1e300, -1e300, 1e126, 1e-131],
  },
  { kind: 'Bigint', schema: z.bigint(), good: 1n, bad: [10n ** 38n, -(10n ** 38n)] },
  { kind: 'Date', schema: z.date(), good: new Date(0), bad: [new Date(NaN), new Date(8.64e15)] },
];

/** Each place of a filter or condition at which a value can stand, with what else it takes. */
const comparisons = (bad: unknown, good: unknown): [place: string, path: string, Options][] => {
  const inField = (path: string): [string, string, Options][] => [
    [path, path, { [path]: bad }],
    [`${path} $ne`, path, { [path]: { $ne: bad } }],
    [`${path} $gt`, path, { [path]: { $gt: bad } }],
    [`${path} $lte`, path, { [path]: { $lte: bad } }],
    [`${path} $between`, path, { [path]: { $between: [good, bad] } }],
    [`${path} $in`, path, { [path]: { $in: [good, bad] } }],
    [`${path} $notIn`, path, { [path]: { $notIn: [bad] } }],
    [`${path} in $or`, path, { $or: [{ [path]: good }, { [path]: bad }] }],
    [`${path} in $not`, path, { $not: { [path]: bad } }],
    [`${path} beside what nothing meets`, path, { [path]: bad, $or: [] }],
  ];
  return [
    ...['key', 'value', 'unique', 'tag', 'nested.value', 'record.x'].flatMap(inField),
    ['list', 'list', { list: [bad] }],
    ['list $contains', 'list', { list: { $contains: bad } }],
    ['set $contains', 'set', { set: { $contains: bad } }],
    ['list.0', 'list.0', { 'list.0': bad }],
    ...(typeof bad === 'string'
      ? inField('any').concat([['$startsWith', 'key', { key: { $startsWith: bad } }]])
      : []),
  ];
};

const operators = (bad: unknown): [operator: string, path: string, update: Options][] => [
  ...['$set', '$setIfNull', '$setOnInsert'].flatMap((operator): [string, string, Options][] => [
    [operator, 'value', { [operator]: { value: bad } }],
    [operator, 'key', { [operator]: { key: bad } }],
    [operator, 'unique', { [operator]: { unique: bad } }],
    [operator, 'nested.value', { [operator]: { nested: { value: bad } } }],
    [operator, 'nested.value', { [operator]: { 'nested.value': bad } }],
    [operator, 'record.x', { [operator]: { 'record.x': bad } }],
    [operator, 'list', { [operator]: { list: [bad] } }],
    [operator, 'set', { [operator]: { set: new Set([bad]) } }],
    [operator, 'any', { [operator]: { any: [bad] } }],
  ]),
  ...['$append', '$prepend', '$pull', '$addToSet'].map((operator): [string, string, Options] => [
    operator,
    operator === '$addToSet' ? 'set' : 'list',
    { [operator]: { [operator === '$addToSet' ? 'set' : 'list']: [bad] } },
  ]),
  ['$pull', 'set', { $pull: { set: [bad] } }],
  ...(['number', 'bigint'].includes(typeof bad)
    ? ([['$inc', 'value', { $inc: { value: bad } }]] as [string, string, Options][])
    : []),
];

const items = (bad: unknown, good: unknown): [place: string, path: string, item: Options][] => [
  ['key', 'key', { owner: 'a', key: bad }],
  ['value', 'value', { owner: 'a', key: good, value: bad }],
  ['unique', 'unique', { owner: 'a', key: good, unique: bad }],
  ['tag', 'tag', { owner: 'a', key: good, tag: bad }],
  ['list', 'list', { owner: 'a', key: good, list: [bad] }],
  ['set', 'set', { owner: 'a', key: good, set: new Set([bad]) }],
  ['nested', 'nested.value', { owner: 'a', key: good, nested: { value: bad } }],
  ['record', 'record.x', { owner: 'a', key: good, record: { x: bad } }],
  ['any', 'any', { owner: 'a', key: good, any: [bad] }],
];

function callsOf(definition: AnyEntityDefinition, bad: unknown, good: unknown): Call[] {
  const untyped = (entity: object): Untyped => entity as Untyped;
  const things = untyped(table.entity(definition));
  const plain = defineEntity({
    name: definition.name,
    schema: definition.schema,
    indexes: [{ name: '_id', PK: ['.owner'], SK: ['.key'] }],
  }) as unknown as AnyEntityDefinition;
  const batched = untyped(new Table({ name: 'other', client }).entity(plain));
  const roots = untyped(table.entity(Root).addIndexRelation('things', definition));
  const transact = (operation: unknown) => () => table.transact([operation as never]);
  const whole = { owner: 'a', key: good };
  const update = { $set: { value: good } };
  const calls: Call[] = [];
  const add = (place: string, path: string, run: () => unknown): void => {
    calls.push([place, path, run]);
  };
  for (const [place, path, condition] of comparisons(bad, good)) {
    const filter = { owner: 'a', ...condition };
    for (const operation of ['findOne', 'findMany', 'count', 'paginate']) {
      add(`${operation} by ${place}`, path, () => things[operation]?.({ filter }));
    }
    add(`explain by ${place}`, path, () => explain(table.entity(definition), { filter }));
    add(`scan by ${place}`, path, () => things.scan?.({ condition }));
    const both = { filter: whole, condition };
    add(`updateOne on ${place}`, path, () => things.updateOne?.({ ...both, update }));
    add(`updateMany on ${place}`, path, () => things.updateMany?.({ ...both, update }));
    add(`updateMany by ${place}`, path, () => things.updateMany?.({ filter, update }));
    add(`upsert by ${place}`, path, () => things.updateOne?.({ filter, update, upsert: true }));
    add(`deleteOne on ${place}`, path, () => things.deleteOne?.(both));
    add(`deleteOne by ${place}`, path, () => things.deleteOne?.({ filter }));
    add(`deleteMany on ${place}`, path, () => things.deleteMany?.(both));
    add(`deleteMany by ${place}`, path, () => things.deleteMany?.({ filter }));
    add(`a check on ${place}`, path, transact(things.checkOperation?.(both)));
    add(
      `an update in a transaction on ${place}`,
      path,
      transact(things.updateOneOperation?.({ ...both, update })),
    );
    add(`a delete in a transaction on ${place}`, path, transact(things.deleteOneOperation?.(both)));
  }
  for (const [operator, path, change] of operators(bad)) {
    const input = { filter: whole, update: change };
    add(`${operator} of ${path}`, path, () => things.updateOne?.(input));
    add(`${operator} of ${path}, many`, path, () => things.updateMany?.(input));
    add(`${operator} of ${path}, upsert`, path, () =>
      things.updateOne?.({ ...input, upsert: true }),
    );
    add(
      `${operator} of ${path} in a transaction`,
      path,
      transact(things.updateOneOperation?.(input)),
    );
  }
  for (const [place, path, item] of items(bad, good)) {
    add(`creation with ${place}`, path, () => things.createOne?.({ item }));
    add(
      `creation in a transaction with ${place}`,
      path,
      transact(things.createOneOperation?.({ item })),
    );
    add(`creation with its parent with ${place}`, path, () =>
      roots.createOne?.({ item: { owner: 'a' }, related: { things: [item] } }),
    );
    add(`a batch with ${place}`, path, () =>
      table.batchWrite([batched.putRequest?.({ item }) as never]),
    );
  }
  add('findKey', 'unique', () => things.findKey?.({ filter: { unique: bad } }));
  add('reference', 'key', () => things.reference?.({ owner: 'a', key: bad }));
  add('deleteRequest', 'key', () => batched.deleteRequest?.({ owner: 'a', key: bad }));
  add('findUnbound', 'key', () => things.findUnbound?.({ owner: 'a', key: bad }));
  return calls;
}

describe.each(KINDS)('a value that DynamoDB cannot hold: $kind', ({ kind, schema, good, bad }) => {
  const definition = entityOf(kind, schema);

  test.each(bad.map((value) => [JSON.stringify(String(value)), value]))(
    'is refused wherever it is given, before anything is sent: %s',
    async (_, value) => {
      const allowed: unknown[] = [];
      for (const [place, path, run] of callsOf(definition, value, good)) {
        sent.length = 0;
        const error = await errorOf(Promise.resolve().then(run)).catch(String);
        const isRefused =
          typeof error === 'object' &&
          (error.code === 'InvalidInput' || error.code === 'UnsupportedValue') &&
          error.details.entity === kind &&
          error.details.path.replace(/\.0$/, '') === path.replace(/\.0$/, '');
        if (!isRefused || sent.length > 0) allowed.push({ place, error, sent: [...sent] });
      }
      expect(allowed).toEqual([]);
    },
  );
});

const Things = entityOf('Thing', z.string());

test('a text that DynamoDB cannot hold is refused as a parent’s key, with its relations', async () => {
  const roots = table.entity(Root).addIndexRelation('things', Things);
  sent.length = 0;
  const error = await errorOf(
    roots.findOne({ filter: { owner: '\ud800' }, include: { things: true } }),
  );
  expect(error).toMatchObject({
    code: 'UnsupportedValue',
    details: { entity: 'Root', path: 'owner' },
  });
  expect(sent).toEqual([]);
});

test('an empty set is refused where it is compared with: $exists asks for it', async () => {
  const things = table.entity(Things) as unknown as Untyped;
  sent.length = 0;
  for (const comparison of [new Set(), { $ne: new Set() }, { $in: [new Set()] }]) {
    for (const path of ['set', 'any']) {
      const condition = { [path]: comparison };
      const whole = { filter: { owner: 'a', key: 'b' }, condition };
      for (const run of [
        () => things.findMany?.({ filter: { owner: 'a', ...condition } }),
        () => things.scan?.({ condition }),
        () => things.deleteOne?.(whole),
        () => things.updateOne?.({ ...whole, update: { $set: { value: 'x' } } }),
      ]) {
        const { code, details } = await errorOf(Promise.resolve().then(run));
        expect([code, details]).toMatchObject(['UnsupportedValue', { entity: 'Thing', path }]);
      }
    }
  }
  expect(sent).toEqual([]);
});

test('a user whose name DynamoDB cannot hold is refused', async () => {
  const things = table.entity(Things) as unknown as Untyped;
  const context = { userId: '\ud800' };
  const filter = { owner: 'a', key: 'b' };
  sent.length = 0;
  for (const run of [
    () => things.createOne?.({ item: filter, context }),
    () => things.updateOne?.({ filter, update: { $set: { value: 'x' } }, context }),
  ]) {
    const { code, details } = await errorOf(Promise.resolve().then(run));
    expect([code, details]).toMatchObject(['UnsupportedValue', { path: 'context.userId' }]);
  }
  expect(sent).toEqual([]);
});

test('a version is a whole number', async () => {
  const things = table.entity(Root);
  sent.length = 0;
  for (const version of [NaN, Infinity, 1.5, -1, '1', null]) {
    const input = { filter: { owner: 'a' }, update: { $set: { owner: 'b' } }, version };
    expect(await errorOf(things.updateOne(input as never))).toMatchObject({
      code: 'InvalidInput',
      details: { path: 'version' },
    });
  }
  expect(sent).toEqual([]);
});

test('a namespace is named by a text that can be stored', () => {
  for (const name of ['', '\ud800', NaN, 5, null, undefined]) {
    expect(errorFrom(() => table.namespace(name as string)).code).toBe('InvalidTable');
  }
});
