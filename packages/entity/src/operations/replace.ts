import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { schemasAt } from '@latchkey/schema';
import { newOperationId, userOf, type EntityContext } from '../entity/EntityContext.js';
import { versionOf, type Fields, type Item, type UniqueKey } from '../entity/EntityModel.js';
import { cloneValue, deepValue, ownChild } from '../entity/fields.js';
import { parseInput, parseValue } from '../entity/parseInput.js';
import { hasChecks } from '../entity/parseUpdate.js';
import { EntityError } from '../errors/EntityError.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { APPLY, type UpdateStep } from '../expressions/updateOperators.js';
import type { Key } from '../keys/Key.js';
import type { Write } from '../table/transactWrite.js';
import { putNew, putUnique } from './createOne.js';
import type { UpdateInput } from './updateExpression.js';

/**
 * Plans the writes that turn a stored document into a changed one: its item (at a new key, if the
 * key follows from the change) and its unique items, all conditioned on what was read.
 */
export function planReplace(
  entity: EntityContext,
  stored: Item,
  input: Pick<UpdateInput, 'condition' | 'context'> & {
    readonly parsed: { readonly steps: readonly UpdateStep[] };
  },
): { item: Item; writes: readonly Write[] } {
  const { model, tableName } = entity;
  const before = model.allFields(stored);
  const userId = userOf(input.context);
  const after: Fields = {
    ...applySteps(entity, before, input.parsed.steps),
    updatedAt: entity.now(),
    ...(userId !== undefined && { updatedBy: userId }),
  };
  const item = model.toItem(after, versionOf(stored) + 1, newOperationId());
  const oldKey = model.attributes.keyOf(stored);
  const newKey = model.attributes.keyOf(item);
  const moves = oldKey.PK !== newKey.PK || oldKey.SK !== newKey.SK;
  const asRead = unchanged(entity, stored, input.condition);
  const documentWrites: Write[] = moves
    ? [deletion(entity, oldKey, asRead), putNew(entity, item)]
    : [
        {
          action: { Put: { TableName: tableName, Item: item, ...asRead.parameters } },
          failure: asRead.failure,
        },
      ];
  return { item, writes: [...documentWrites, ...uniqueWrites(entity, before, after, moves)] };
}

/** Plans the writes that delete a stored document and its unique items. */
export function planDelete(
  entity: EntityContext,
  stored: Item,
  condition?: Readonly<Fields>,
): readonly Write[] {
  const { model } = entity;
  const key = model.attributes.keyOf(stored);
  const uniques = model.uniqueKeys(model.allFields(stored));
  return [
    deletion(entity, key, unchanged(entity, stored, condition)),
    ...uniques.map((unique) => deleteUnique(entity, unique, key)),
  ];
}

/** Applies update steps to a document's fields and validates the fields that they touch. */
export function applySteps(
  { model }: EntityContext,
  before: Readonly<Fields>,
  steps: readonly UpdateStep[],
): Fields {
  const after = cloneValue(before) as Fields;
  for (const { operator, segments, value } of steps) {
    write(after, segments, APPLY[operator](deepValue(after, segments), value));
  }
  for (const field of new Set(steps.map(({ segments }) => segments[0] ?? ''))) {
    const parsed = parseField(model.definition.schema, field, after[field])
      ? parseValue(model.definition, field, after[field])
      : after[field];
    write(after, [field], parsed);
  }
  model.withComputed(after);
  if (hasChecks(model.definition.schema)) {
    const own = Object.keys(model.definition.schema.shape).map((name) => [name, after[name]]);
    parseInput(model.definition, Object.fromEntries(own));
  }
  return after;

  function parseField(schema: Parameters<typeof schemasAt>[0], field: string, value: unknown) {
    // An optional field that is not there is valid; parsing it could only bring back a default.
    const [own] = schemasAt(schema, [field]);
    return value !== undefined || own?.safeParse(undefined).success !== true;
  }
}

/** Sets or, with undefined, removes the value at a path; objects on the way are made. */
export function write(fields: Fields, segments: readonly string[], value: unknown): void {
  const leaf = segments[segments.length - 1] ?? '';
  let parent = fields;
  for (const segment of segments.slice(0, -1)) {
    if (value === undefined && deepValue(parent, [segment]) === undefined) return;
    parent = ownChild(parent, segment);
  }
  if (value !== undefined) parent[leaf] = value;
  else if (Array.isArray(parent)) parent.splice(Number(leaf), 1);
  else Reflect.deleteProperty(parent, leaf);
}

/** The unique items that a change frees, takes, or gives to the document's new key. */
function uniqueWrites(
  entity: EntityContext,
  before: Readonly<Fields>,
  after: Readonly<Fields>,
  moves: boolean,
): Write[] {
  const { model, tableName } = entity;
  const owner = model.primaryKey(after);
  const oldOwner = model.primaryKey(before);
  const held = model.uniqueKeys(before);
  const wanted = model.uniqueKeys(after);
  const ttlChanges = model.ttl(before)?.N !== model.ttl(after)?.N;
  const isIn = (keys: readonly UniqueKey[], key: Key): boolean =>
    keys.some(({ PK, SK }) => PK === key.PK && SK === key.SK);
  return [
    ...held.filter((key) => !isIn(wanted, key)).map((key) => deleteUnique(entity, key, oldOwner)),
    ...wanted
      .filter((key) => !isIn(held, key))
      .map((key) => putUnique(model, tableName, key, owner, after)),
    ...wanted
      .filter((key) => isIn(held, key) && (moves || ttlChanges))
      .map((key): Write => ({
        action: {
          Put: {
            TableName: tableName,
            Item: model.uniqueItem(key, owner, after),
            ...ownedBy(entity, oldOwner),
          },
        },
        failure: () => stale(entity),
      })),
  ];
}

function deleteUnique(entity: EntityContext, key: Key, owner: Key): Write {
  return {
    action: {
      Delete: {
        TableName: entity.tableName,
        Key: entity.model.attributes.keyItem(key),
        ...ownedBy(entity, owner),
      },
    },
    failure: () => stale(entity),
  };
}

function ownedBy(
  { model }: EntityContext,
  owner: Key,
): Pick<
  NonNullable<TransactWriteItem['Delete']>,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
> {
  return {
    // Not there at all: DynamoDB's TTL has removed it before its document.
    ConditionExpression: 'attribute_not_exists(#PK) OR (ownerPK = :ownerPK AND ownerSK = :ownerSK)',
    ExpressionAttributeNames: model.attributes.names,
    ExpressionAttributeValues: { ':ownerPK': { S: owner.PK }, ':ownerSK': { S: owner.SK } },
  };
}

/** The condition that a document is as it was read and as the caller's condition says. */
interface AsRead {
  readonly parameters: Pick<
    NonNullable<TransactWriteItem['Delete']>,
    | 'ConditionExpression'
    | 'ExpressionAttributeNames'
    | 'ExpressionAttributeValues'
    | 'ReturnValuesOnConditionCheckFailure'
  >;
  readonly failure: Write['failure'];
}

function unchanged(
  entity: EntityContext,
  stored: Item,
  condition: Readonly<Fields> | undefined,
): AsRead {
  const { model } = entity;
  const expression = new Expression();
  const version = stored._v ?? { N: '0' };
  const operation = stored._op ?? { S: '' };
  const clauses = [
    `${expression.path(['_v'])} = ${expression.value(version)}`,
    `${expression.path(['_op'])} = ${expression.value(operation)}`,
    compileCondition(condition ?? {}, expression, model),
  ];
  return {
    parameters: {
      ConditionExpression: clauses.filter((text) => text !== undefined).join(' AND '),
      ...expression.attributes,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    failure: (current) => {
      if (!current || current._op?.S !== operation.S) return stale(entity, current);
      return new EntityError('ConditionFailed', `The ${model.name} is not as the condition says.`, {
        entity: model.name,
        item: model.fromItem(current),
      });
    },
  };
}

function stale({ model }: EntityContext, current?: Item): EntityError<'VersionConflict'> {
  return new EntityError('VersionConflict', `The ${model.name} was changed in between.`, {
    entity: model.name,
    item: current && model.fromItem(current),
  });
}

function deletion(
  { model, tableName }: EntityContext,
  key: Key,
  { parameters, failure }: AsRead,
): Write {
  const Key = model.attributes.keyItem(key);
  return {
    action: { Delete: { TableName: tableName, Key, ...parameters } },
    failure,
  };
}
