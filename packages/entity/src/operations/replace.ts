import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { applyUpdate, type Applied } from '../entity/applyUpdate.js';
import { newOperationId, userOf, type EntityContext } from '../entity/EntityContext.js';
import {
  type EntityModel,
  versionOf,
  type Fields,
  type Item,
  type UniqueKey,
} from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import type { Key } from '../keys/Key.js';
import type { Write } from '../table/transactWrite.js';
import { conditionFailed, documentInTheWay } from './conditionFailed.js';
import { putNew, putUnique } from './createOne.js';
import type { PreparedUpdate } from './updateExpression.js';

/**
 * Plans the writes that turn a stored document into a changed one: its item (at a new key, if the
 * key follows from the change) and its unique items, all conditioned on what was read.
 *
 * @throws {@link EntityError} `UpdateRefused`
 */
export function planReplace(
  entity: EntityContext,
  stored: Item,
  input: Pick<PreparedUpdate, 'steps' | 'condition' | 'context'>,
): { item: Item; writes: readonly Write[] } {
  const { model } = entity;
  const applied = applyUpdate(model, model.presentAttributes(stored), input.steps);
  return planWrites(entity, stored, applied, input);
}

/**
 * Plans the writes that put a document as it will be in the place of a stored one; see
 * {@link planReplace}.
 */
export function planWrites(
  entity: EntityContext,
  stored: Item,
  { attributes, fields }: Applied,
  { condition, context }: Pick<PreparedUpdate, 'condition' | 'context'>,
): { item: Item; writes: readonly Write[] } {
  const { model, tableName } = entity;
  const before = model.presentAttributes(stored);
  const userId = userOf(context);
  const updated: Fields = {
    updatedAt: entity.now(),
    ...(userId !== undefined && { updatedBy: userId }),
  };
  const after = { ...fields, ...updated };
  const item = model.withKeys(
    { ...attributes, ...model.toAttributes(updated) },
    after,
    versionOf(stored) + 1,
    newOperationId(),
    model.formAfterWrite(stored),
  );
  const oldKey = model.attributes.keyOf(stored);
  const newKey = model.attributes.keyOf(item);
  const moves = oldKey.PK !== newKey.PK || oldKey.SK !== newKey.SK;
  const asRead = versionGuard(entity, stored, condition);
  const documentWrites: Write[] = moves
    ? [deletion(entity, oldKey, asRead), putNew(entity, item)]
    : [
        {
          action: { Put: { TableName: tableName, Item: item, ...asRead.parameters } },
          failure: asRead.failure,
        },
      ];
  const held = model.fieldsOf(before);
  const uniques = uniqueWrites(entity, { held, due: dueFields(model, before), after, moves });
  return { item, writes: [...documentWrites, ...uniques] };
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
    deletion(entity, key, versionGuard(entity, stored, condition)),
    ...uniques.map((unique) => deleteUnique(entity, unique, key)),
  ];
}

/**
 * The fields of a document as it would have been stored today: what is computed from others may be
 * younger than the document.
 */
function dueFields(model: EntityModel, before: Item): Fields {
  try {
    return model.withComputed(model.presentFields(before));
  } catch {
    // It is the change that makes it computable.
    return {};
  }
}

/**
 * The unique items that a change frees, takes, or gives to the document's new key. A value that the
 * document should have had before the change is taken if nobody has it.
 */
function uniqueWrites(
  entity: EntityContext,
  {
    held: before,
    due,
    after,
    moves,
  }: {
    readonly held: Readonly<Fields>;
    readonly due: Readonly<Fields>;
    readonly after: Readonly<Fields>;
    readonly moves: boolean;
  },
): Write[] {
  const { model, tableName } = entity;
  const owner = model.primaryKey(after);
  const oldOwner = model.primaryKey(before);
  const held = model.uniqueKeys(before);
  const wanted = model.uniqueKeys(after);
  const isIn = (keys: readonly UniqueKey[], key: Key): boolean =>
    keys.some(({ PK, SK }) => PK === key.PK && SK === key.SK);
  const dueKeys = model.uniqueKeys(due);
  const kept = wanted.filter((key) => isIn(held, key));
  const young = wanted.filter((key) => !isIn(held, key) && isIn(dueKeys, key));
  const ttlChanges = model.ttl(before)?.N !== model.ttl(after)?.N;
  return [
    ...held.filter((key) => !isIn(wanted, key)).map((key) => deleteUnique(entity, key, oldOwner)),
    ...wanted
      .filter((key) => !isIn(kept, key) && !isIn(young, key))
      .map((key) => putUnique(model, tableName, key, owner, after)),
    ...[...(moves || ttlChanges ? kept : []), ...young].map((key) => {
      const Item = model.uniqueItem(key, owner, after);
      const own = ownedBy(entity, oldOwner);
      return ifOwn(entity, key, oldOwner, { Put: { TableName: tableName, Item, ...own } });
    }),
  ];
}

function deleteUnique(entity: EntityContext, key: Key, owner: Key): Write {
  const Key = entity.model.attributes.keyItem(key);
  return ifOwn(entity, key, owner, {
    Delete: { TableName: entity.tableName, Key, ...ownedBy(entity, owner) },
  });
}

/**
 * A write to a unique item as far as it is this document's. Of a document from before the index was
 * unique, another may have the value: that one keeps it.
 */
function ifOwn(entity: EntityContext, key: Key, owner: Key, action: TransactWriteItem): Write {
  return {
    action,
    failure: () => versionConflict(entity),
    instead: {
      ConditionCheck: {
        TableName: entity.tableName,
        Key: entity.model.attributes.keyItem(key),
        ConditionExpression: 'NOT (ownerPK = :ownerPK AND ownerSK = :ownerSK)',
        ExpressionAttributeValues: ownerValues(owner),
      },
    },
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
    ExpressionAttributeValues: ownerValues(owner),
  };
}

function ownerValues({ PK, SK }: Key): Item {
  return { ':ownerPK': { S: PK }, ':ownerSK': { S: SK } };
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

function versionGuard(
  entity: EntityContext,
  stored: Item,
  condition: Readonly<Fields> | undefined,
): AsRead {
  const expression = new Expression();
  const version = stored._v ?? { N: '0' };
  const operation = stored._op ?? { S: '' };
  const clauses = [
    `${expression.path(['_v'])} = ${expression.value(version)}`,
    `${expression.path(['_op'])} = ${expression.value(operation)}`,
    compileCondition(condition ?? {}, expression, entity.model),
  ];
  return {
    parameters: {
      ConditionExpression: clauses.filter((text) => text !== undefined).join(' AND '),
      ...expression.attributes,
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    },
    failure: (current) => {
      if (!current || current._op?.S !== operation.S) return versionConflict(entity, current);
      return conditionFailed(entity, current);
    },
  };
}

/** The error for a document that is no longer as it was read. */
export function versionConflict(
  entity: EntityContext,
  current?: Item,
): EntityError<'VersionConflict'> {
  const { model } = entity;
  return new EntityError('VersionConflict', `The ${model.name} was changed by another writer.`, {
    entity: model.name,
    item: current && documentInTheWay(entity, current),
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
