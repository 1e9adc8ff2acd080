import {
  GetItemCommand,
  UpdateItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { EntityError, Table, type Entity } from '@latchkey/entity';
import { createTestTable, localClient, type TestTable } from '@latchkey/entity/testing';
import { defineEntity, isStable, type AnyEntityDefinition } from '@latchkey/schema';
import fc from 'fast-check';
import * as z from 'zod';
import { sampleOf } from '../../test/support/sampleOf.js';
import { applyUpdate } from '../entity/applyUpdate.js';
import type { EntityContext } from '../entity/EntityContext.js';
import { EntityModel, type Fields, type Item } from '../entity/EntityModel.js';
import { parseUpdate } from '../entity/parseUpdate.js';
import { planUpdate, type UpdatePlan } from '../entity/planUpdate.js';
import { expressionParams } from '../operations/updateExpression.js';
import { isSame } from './internal/isSame.js';
import { OPERATORS } from './operators.js';

const RUNS = Number(process.env.OPERATOR_RUNS ?? 25);
const seed = Date.now() % 2 ** 31;

let test: TestTable;
let client: DynamoDBClient;
beforeAll(async () => {
  client = localClient();
  test = await createTestTable([], { client });
  fillsLists = await doesFillLists();
});
afterAll(async () => {
  await test.drop();
  client.destroy();
});

/** A field's schema, and values that may be given for it. */
type Kind = readonly [z.ZodType, fc.Arbitrary<unknown>];

const numbers = fc.oneof(
  fc.integer({ min: -3, max: 8 }),
  fc.constantFrom(0.1, 0.2, -0.5, 2.5, 1e21, 1e-7, 2 ** 53 - 1, -(2 ** 53) + 1, 123456.789),
);
const texts = fc.constantFrom('a', 'B', ' c ', '');
const dates = fc.integer({ min: 0, max: 5 }).map((day) => new Date(Date.UTC(2040, 0, 1 + day)));
const bigints = fc.constantFrom(-1n, 0n, 1n, 2n, 5n, 10n ** 30n);

const kinds: readonly Kind[] = [
  [z.number(), numbers],
  [z.int(), numbers],
  [z.int().min(0), numbers],
  [z.int().max(5), numbers],
  [z.number().gt(-1).lt(4), numbers],
  [z.number().multipleOf(0.5), numbers],
  [z.int32(), numbers],
  [z.number().refine((n) => n !== 3), numbers],
  [z.number().transform((euros) => euros * 100), fc.integer({ min: -3, max: 8 })],
  [z.bigint(), bigints],
  [z.bigint().max(3n), bigints],
  [z.string(), texts],
  [z.string().trim().toLowerCase(), texts],
  [z.date(), dates],
  [z.array(z.string()), fc.array(texts, { maxLength: 4 })],
  [z.array(z.string()).max(3), fc.array(texts, { maxLength: 4 })],
  [z.array(z.int()).min(1), fc.array(numbers, { minLength: 1, maxLength: 3 })],
  [z.array(z.number().transform((n) => n * 2)), fc.array(fc.nat({ max: 3 }), { maxLength: 3 })],
  [z.set(z.string()), fc.array(texts, { maxLength: 3 }).map((list) => new Set(list))],
  [z.set(z.number()), fc.array(numbers, { maxLength: 3 }).map((list) => new Set(list))],
  [z.set(z.string()).min(1), fc.array(texts, { minLength: 1 }).map((list) => new Set(list))],
  [z.object({ a: z.number().optional() }), fc.record({ a: numbers }, { requiredKeys: [] })],
  [z.record(z.string(), z.number()), fc.dictionary(fc.constantFrom('x', 'y.z'), numbers)],
  [z.union([z.number(), z.bigint().transform(Number)]), numbers],
];

type Wrap = (kind: Kind) => Kind;

/** A kind as it is, and in each wrapper. */
const wrappers: readonly Wrap[] = [
  (kind) => kind,
  ([schema, values]) => [schema.optional(), fc.option(values, { nil: undefined })],
  ([schema, values]) => [schema.nullable(), fc.option(values, { nil: null })],
  ([schema, values]) => [schema.nullish(), fc.oneof(values, fc.constantFrom(null, undefined))],
  ([schema, values]) => {
    const fits = (value: unknown): boolean => isStable(schema) && schema.safeParse(value).success;
    const [given] = fc.sample(values, { numRuns: 20, seed }).filter(fits);
    return [
      given === undefined ? schema : schema.default(given as never),
      fc.option(values, { nil: given === undefined ? null : undefined }),
    ];
  },
];

/** Where the field is: a path to it, the schema around it, and its value around it. */
const places: readonly {
  readonly path: string;
  readonly around: (schema: z.ZodType) => z.ZodType;
  readonly put: (value: unknown) => unknown;
}[] = [
  { path: 'v', around: (schema) => schema, put: (value) => value },
  {
    path: 'v.inner',
    around: (inner) => z.object({ inner, other: z.string().optional() }),
    put: (inner) => ({ inner }),
  },
  {
    path: 'v.inner',
    around: (inner) => z.object({ inner }).optional(),
    put: (inner) => (inner === undefined ? undefined : { inner }),
  },
  {
    path: 'v.key\\.1',
    around: (schema) => z.record(z.string(), schema),
    put: (value) => (value === undefined ? {} : { 'key.1': value, other: value }),
  },
  {
    path: 'v.1',
    around: (schema) => z.array(schema),
    put: (value) => (value === undefined ? [] : [value, value]),
  },
];

/** What any operator might be given: of several, the first that it takes is used. */
const operandsOf = (values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown[]> => {
  const list = fc.array(fc.oneof(texts, numbers), { maxLength: 3 });
  const strings = fc.array(texts, { minLength: 1, maxLength: 3 });
  const integers = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 3 });
  const one = fc.oneof(
    values,
    values,
    list,
    strings,
    integers,
    numbers,
    bigints,
    fc.constant(null),
  );
  return fc.array(one, { minLength: 8, maxLength: 8 });
};

interface Case {
  readonly definition: AnyEntityDefinition;
  readonly item: Fields;
  readonly update: Fields;
}

/** A field of one kind in one place, and what may be given for it and to an operator. */
const fields = kinds.flatMap((kind) =>
  wrappers.flatMap((wrap) =>
    places.map(({ path, around, put }) => {
      const [schema, values] = wrap(kind);
      const definition = defineEntity({
        name: 'Thing',
        schema: z.object({ k: z.string(), v: around(schema) }),
        indexes: [{ name: '_id', PK: ['.k'] }],
      }) as unknown as AnyEntityDefinition;
      const model = new EntityModel(definition, '');
      return { definition, model, path, put, values, operands: operandsOf(values) };
    }),
  ),
);

let count = 0;

/** A field that the operator takes, and an operand that it takes for it. */
function caseOf(operator: string): fc.Arbitrary<Case> {
  const updateOf = (path: string, operand: unknown): Fields => ({
    [operator]: OPERATORS[operator]?.takesPaths ? [path] : { [path]: operand },
  });
  const taken = ({ model, path }: (typeof fields)[number], operands: unknown[]) =>
    operands.find((operand) => isTaken(model, updateOf(path, operand)));
  const open = fields.filter((field) =>
    fc
      .sample(field.operands, { numRuns: 3, seed })
      .some((list) => taken(field, list) !== undefined),
  );
  return fc.constantFrom(...open).chain((field) =>
    fc.record({ value: field.values, operands: field.operands }).map(({ value, operands }) => ({
      definition: field.definition,
      item: { k: `k${count++}`, v: field.put(value) },
      update: updateOf(field.path, taken(field, operands)),
    })),
  );
}

function isTaken(model: EntityModel, update: Fields): boolean {
  try {
    parseUpdate(model, update);
    return true;
  } catch (error) {
    if (EntityError.is(error)) return false;
    throw error;
  }
}

/** What happened: the attributes that are then stored, or the code of the refusal. */
type Outcome = Item | string;

async function outcomeOf(action: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await action();
  } catch (error) {
    if (EntityError.is(error)) return error.code;
    throw error;
  }
}

/** An item without what differs from one write to the next. */
function comparable(item: Item): Item {
  const own = ['_op', '_v', 'PK', 'updatedAt', 'createdAt', 'ulid', 'k'];
  return Object.fromEntries(Object.entries(item).filter(([name]) => !own.includes(name)));
}

function assertSame(actual: Outcome, expected: Outcome, context: unknown): void {
  const isOne =
    typeof actual === 'string' || typeof expected === 'string'
      ? actual === expected
      : isSame({ M: comparable(actual) }, { M: comparable(expected) });
  if (!isOne)
    expect({ ...(context as object), outcome: actual }).toEqual({
      ...(context as object),
      outcome: expected,
    });
}

const tableOf = () => new Table({ name: test.table.name, client });

const itemAt = async (k: string): Promise<Item> => {
  const items = await client.send(
    new GetItemCommand({
      TableName: test.table.name,
      Key: { PK: { S: `thing#${k}` }, SK: { S: 'thing' } },
      ConsistentRead: true,
    }),
  );
  return items.Item ?? {};
};

/** True of an engine that fills a list with nulls up to an index beyond its end, as dynoxide does; DynamoDB appends. */
let fillsLists: boolean;
async function doesFillLists(): Promise<boolean> {
  const Key = { PK: { S: 'list' }, SK: { S: 'list' } };
  const send = async (UpdateExpression: string, value: AttributeValue) => {
    const ExpressionAttributeValues = { ':value': value };
    const params = { TableName: test.table.name, Key, UpdateExpression, ExpressionAttributeValues };
    const command = new UpdateItemCommand({ ...params, ReturnValues: 'ALL_NEW' });
    return (await client.send(command)).Attributes?.v?.L?.length;
  };
  await send('SET v = :value', { L: [] });
  return (await send('SET v[1] = :value', { S: '' })) === 2;
}

/** Tells an update of an index that this engine would take otherwise than DynamoDB does. */
function isBeyondEngine({ item, update }: Case): boolean {
  if (!fillsLists) return false;
  const paths = Object.values(update).flatMap((given) =>
    Array.isArray(given) ? (given as string[]) : Object.keys(given as object),
  );
  return paths.some((path) => {
    let at: unknown = item;
    return path.split('.').some((segment) => {
      if (Array.isArray(at) && Number(segment) > at.length) return true;
      at = (at as Fields | undefined)?.[segment];
      return false;
    });
  });
}

/** Makes the document of a case; undefined where its values do not fit its schema. */
async function create(entity: Entity<AnyEntityDefinition>, item: Fields): Promise<boolean> {
  return (
    typeof (await outcomeOf(async () => {
      await entity.createOne({ item });
      return {};
    })) !== 'string'
  );
}

/** The kinds of plan there are for an operator: over many fields, one of them or both. */
function kindsOf(operator: string): ReadonlySet<UpdatePlan['kind']> {
  const cases = fc.sample(caseOf(operator), { numRuns: 300, seed });
  const plans = cases.flatMap(({ definition, item, update }) => {
    const model = new EntityModel(definition, '');
    if (!isTaken(model, update)) return [];
    return [planUpdate(model, { k: String(item.k) }, parseUpdate(model, update)).kind];
  });
  return new Set(plans);
}

describe.each(sampleOf(Object.keys(OPERATORS), 4))('%s', (name) => {
  it.each([...kindsOf(name)])(
    'ends in the same item by %s as when it is applied to the document',
    async (kind) => {
      let compared = 0;
      const check = fc.asyncProperty(caseOf(name), async (given) => {
        fc.pre(!isBeyondEngine(given));
        const { definition, item, update } = given;
        const model = new EntityModel(definition, '');
        const k = String(item.k);
        fc.pre(isTaken(model, update));
        const steps = parseUpdate(model, update);
        const plan = planUpdate(model, { k }, steps);
        fc.pre(plan.kind === kind);
        const entity = tableOf().entity(definition);
        if (!(await create(entity, item))) return;
        const stored = await itemAt(k);
        const expected = await outcomeOf(() => {
          const { attributes, fields } = applyUpdate(model, model.presentAttributes(stored), steps);
          return Promise.resolve(model.withKeys(attributes, fields, 1, 'op'));
        });
        if (plan.kind === 'replace') {
          const actual = await outcomeOf(async () => {
            await entity.updateOne({ filter: { k }, update });
            return itemAt(k);
          });
          compared++;
          assertSame(actual, expected, { item, update });
          return;
        }
        const context = { model, tableName: test.table.name, now: () => new Date() };
        const input = { filter: { k }, update, steps };
        const params = expressionParams(context as EntityContext, input, plan, 'operation');
        let actual: Outcome;
        try {
          actual = (await client.send(new UpdateItemCommand(params))).Attributes ?? {};
        } catch (error) {
          const { name: failure, message } = error as Error;
          // Such an update is carried out by reading and writing.
          if (!plan.isCertain && message.includes('document path')) return;
          if (failure !== 'ConditionalCheckFailedException') throw error;
          actual = 'UpdateRefused';
        }
        compared++;
        assertSame(actual, expected, { item, update, expression: params.UpdateExpression });
      });
      await fc.assert(check, { numRuns: RUNS, seed, endOnFailure: true });
      expect(compared).toBeGreaterThan(0);
    },
  );

  it('does the same in every call that takes it', async () => {
    const check = fc.asyncProperty(caseOf(name), async (given) => {
      fc.pre(!isBeyondEngine(given));
      const { definition, item, update } = given;
      const bound = tableOf();
      const entity = bound.entity(definition);
      fc.pre(isTaken(new EntityModel(definition, ''), update));
      const ways: ((k: string) => Promise<unknown>)[] = [
        (k) => entity.updateOne({ filter: { k }, update }),
        (k) => entity.updateOne({ filter: { k, ulid: { $exists: true } }, update }),
        (k) => entity.updateOne({ filter: { k }, update, upsert: true }),
        (k) => entity.updateMany({ filter: { k }, update }),
        (k) => bound.transact([entity.updateOneOperation({ filter: { k }, update })]),
        (k) => bound.transact([entity.updateOneOperation({ filter: { k }, update, upsert: true })]),
      ];
      const outcomes: Outcome[] = [];
      for (const [at, way] of ways.entries()) {
        const k = `${String(item.k)}w${at}`;
        if (!(await create(entity, { ...item, k }))) return;
        outcomes.push(
          await outcomeOf(async () => {
            await way(k);
            return itemAt(k);
          }),
        );
      }
      for (const outcome of outcomes) {
        assertSame(outcome, outcomes[0] ?? '', { item, update, all: outcomes.map(String) });
      }
    });
    await fc.assert(check, { numRuns: Math.ceil(RUNS / 3), seed, endOnFailure: true });
  });
});
