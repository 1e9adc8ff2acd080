import type { DeleteItemCommandInput } from '@aws-sdk/client-dynamodb';
import { hookContext, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { EntityError } from '../errors/EntityError.js';
import { assertCondition, compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import type { Key } from '../keys/Key.js';
import { documentKey, planQuery } from '../planning/planQuery.js';
import { backOff, MAX_ATTEMPTS } from '../table/backOff.js';
import { commit } from '../table/commit.js';
import { outcomeUnknown, wasRepeated } from '../table/Sender.js';
import { conditionFailed, planOnCondition } from './conditionFailed.js';
import { findTheOne } from './find.js';
import type { Write } from '../table/transactWrite.js';
import { notFound } from './notFound.js';
import { planDelete } from './replace.js';

/** Input that deletes a document, as the operations see it. */
export interface DeleteInput {
  readonly filter: Readonly<Fields>;
  /** Condition that the document must meet; otherwise `ConditionFailed`. */
  readonly condition?: Readonly<Fields>;
  readonly context?: OperationContext;
}

/** Deletes one document and its unique items; gives the item as it was, or undefined. */
export async function deleteOne(
  entity: EntityContext,
  given: DeleteInput,
): Promise<Item | undefined> {
  const context = hookContext(entity, 'delete', given.context);
  const input = await entity.hooks.beforeQuery(given, context);
  const key = plainKey(entity, input.filter);
  if (key) return deleteByKey(entity, key, input);
  assertCondition(input.condition, entity.model);
  for (let attempt = 1; ; attempt++) {
    const item = await findTheOne(entity, input.filter);
    if (!item) return undefined;
    try {
      await commit(entity.sender, await planned(entity, item, input.condition));
      return item;
    } catch (error) {
      const isStale = EntityError.is(error) && error.code === 'VersionConflict';
      if (!isStale || attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

/**
 * The SDK input of a delete by key.
 *
 * @throws {@link EntityError} `InvalidInput` for any other delete: it needs the stored document.
 */
export function deleteOneParams(entity: EntityContext, input: DeleteInput): DeleteItemCommandInput {
  const key = plainKey(entity, input.filter);
  if (key) return deleteParams(entity, key, input);
  throw invalidInput(entity.model.name, [
    { path: 'filter', message: 'requires the stored document' },
  ]);
}

/**
 * Plans a delete as part of a transaction, from the stored document: nothing where there is none.
 *
 * @throws {@link EntityError} `NotFound` where a condition is given, and no document to meet it.
 */
export async function planDeleteOperation(
  entity: EntityContext,
  given: DeleteInput,
): Promise<{ item?: Item; writes: readonly Write[] }> {
  const context = hookContext(entity, 'delete', given.context);
  const { filter, condition = {} } = await entity.hooks.beforeQuery(given, context);
  assertCondition(condition, entity.model);
  const item = await findTheOne(entity, filter);
  if (item) return { item, writes: await planned(entity, item, condition) };
  if (Object.keys(condition).length > 0) throw notFound(entity.model);
  return { writes: [] };
}

function planned(
  entity: EntityContext,
  item: Item,
  condition: DeleteInput['condition'],
): Promise<readonly Write[]> {
  return planOnCondition(entity, item, condition, () => planDelete(entity, item, condition));
}

/** The key in a filter that says nothing else, of an entity without unique items. */
function plainKey({ model }: EntityContext, filter: Readonly<Fields>): Key | undefined {
  if (model.uniqueIndexes.length > 0) return undefined;
  return documentKey(planQuery(model, filter));
}

async function deleteByKey(
  entity: EntityContext,
  key: Key,
  input: DeleteInput,
): Promise<Item | undefined> {
  try {
    const answer = await entity.sender.send({
      name: 'DeleteItem',
      input: deleteParams(entity, key, input),
    });
    return answer.Attributes;
  } catch (error) {
    const { name, Item: current } = error as Error & { Item?: Item };
    if (name !== 'ConditionalCheckFailedException') throw error;
    if (!current) {
      // A delete leaves no mark: after a lost answer, nobody knows who has deleted the document.
      if (wasRepeated(error)) throw outcomeUnknown('DeleteItem', error);
      return undefined;
    }
    const { model } = entity;
    if (!model.owns(current)) return undefined;
    throw conditionFailed(entity, current);
  }
}

function deleteParams(
  { model, tableName }: EntityContext,
  key: Key,
  { condition = {} }: DeleteInput,
): DeleteItemCommandInput {
  const expression = new Expression();
  // Of several deletes at once, one finds the document.
  const clauses = [
    model.isDocumentClause(expression),
    compileCondition(condition, expression, model),
  ].filter((text) => text !== undefined);
  return {
    TableName: tableName,
    Key: model.attributes.keyItem(key),
    ConditionExpression: clauses.join(' AND '),
    ...expression.attributes,
    ReturnValues: 'ALL_OLD',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  };
}
