import type { EntityContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { EntityError } from '../errors/EntityError.js';
import { matcherOf } from '../expressions/matcherOf.js';
import { parseCondition } from '../expressions/parseCondition.js';
import { getItem } from './readPlan.js';

/** The error for a condition that the document does not meet. */
export function conditionFailed(
  entity: EntityContext,
  current: Item,
): EntityError<'ConditionFailed'> {
  const { name } = entity.model;
  return new EntityError('ConditionFailed', `The condition on ${name} was not met.`, {
    entity: name,
    item: documentInTheWay(entity, current),
  });
}

/** The document that an error shows; undefined for one that cannot be read, which is no other error. */
export function documentInTheWay({ model }: EntityContext, item: Item): Fields | undefined {
  try {
    return model.fromItem(item);
  } catch (error) {
    if (EntityError.is(error) && error.code === 'UnreadableItem') return undefined;
    throw error;
  }
}

/** Tells whether an item meets a caller's condition, whether or not its document can be read. */
export function meetsCondition(
  { model }: EntityContext,
  condition: Readonly<Fields> | undefined,
  item: Item,
): boolean {
  return condition === undefined || matcherOf(parseCondition(condition, model))(item);
}

/**
 * Plans writes that follow from a stored document. Where the document does not meet the caller's
 * condition, that comes before what the schema says of the change, and before what cannot be read.
 *
 * @throws {@link EntityError} `ConditionFailed`; what the plan throws.
 */
export async function planOnCondition<T>(
  entity: EntityContext,
  stored: Item,
  condition: Readonly<Fields> | undefined,
  plan: () => T | Promise<T>,
): Promise<T> {
  try {
    return await plan();
  } catch (error) {
    const isOutranked =
      EntityError.is(error) && ['UpdateRefused', 'UnreadableItem'].includes(error.code);
    if (!isOutranked || !condition) throw error;
    // As it is now: an index may have given an older one.
    const current = await getItem(entity, {
      TableName: entity.tableName,
      Key: entity.model.attributes.keyItem(entity.model.attributes.keyOf(stored)),
      ConsistentRead: true,
    });
    if (current && !meetsCondition(entity, condition, current)) {
      throw conditionFailed(entity, current);
    }
    throw error;
  }
}
