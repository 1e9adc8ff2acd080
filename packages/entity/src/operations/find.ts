import type { GetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { hookContext, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { isUniqueItem } from '../entity/isOwnItem.js';
import { invalidInput } from '../entity/parseInput.js';
import { EntityError } from '../errors/EntityError.js';
import { isEverything } from '../expressions/Clause.js';
import { keyOfDocumentId } from '../keys/documentId.js';
import type { Key } from '../keys/Key.js';
import { ownerOf } from '../keys/ownerOf.js';
import type { QueryPlan } from '../planning/planIndex.js';
import { planQuery } from '../planning/planQuery.js';
import { getItem, readItemPages, readParams, readPlan, type ReadOptions } from './readPlan.js';

/** Input that finds documents, as the operations see it. */
export interface FindInput extends ReadOptions {
  readonly filter: Readonly<Fields>;
  /** The index to use (default: the one of whose key the filter says most). */
  readonly index?: string;
  readonly context?: OperationContext;
}

/** The plan for a filter, after the hooks have seen it; undefined if nothing can match. */
export async function planFind(
  entity: EntityContext,
  input: FindInput,
): Promise<QueryPlan | undefined> {
  const context = hookContext(entity, 'find', input.context);
  const { filter } = await entity.hooks.beforeQuery({ filter: input.filter }, context);
  return planQuery(entity.model, filter, input);
}

/** The first matching item, or undefined. */
export async function findOne(entity: EntityContext, input: FindInput): Promise<Item | undefined> {
  const plan = await planFind(entity, input);
  const { limit: _, ...options } = input;
  for await (const item of readPlan(entity, plan, { limit: 1, ...options })) return item;
  return undefined;
}

/** Every matching item, page by page. */
export async function findMany(
  entity: EntityContext,
  input: FindInput,
): Promise<AsyncGenerator<Item>> {
  const plan = await planFind(entity, input);
  return readPlan(entity, plan, input);
}

/**
 * The only matching item, strongly consistent, for a write that follows from it.
 *
 * @throws {@link EntityError} `AmbiguousFilter` when several match.
 */
export async function findTheOne(
  entity: EntityContext,
  filter: Readonly<Fields>,
): Promise<Item | undefined> {
  let found: Item | undefined;
  const plan = planQuery(entity.model, filter);
  const consistent = plan?.index.unique === true || plan?.index.name === '_id';
  for await (const item of readPlan(entity, plan, { consistent, limit: 2 })) {
    if (found) throw ambiguous(entity);
    found = item;
  }
  return found;
}

/** The item that an `id` stands for; undefined if it stands for nothing, or for something else. */
export async function findById(
  entity: EntityContext,
  id: string,
  { consistent = false, context }: Pick<FindInput, 'consistent' | 'context'> = {},
): Promise<Item | undefined> {
  const key = keyOfDocumentId(id);
  if (!key) return undefined;
  const item = await getItem(entity, {
    TableName: entity.tableName,
    Key: entity.model.attributes.keyItem(key),
    ConsistentRead: consistent,
  });
  if (!item || !entity.model.owns(item)) return undefined;
  if (!entity.hooks.seeQueries) return item;
  const filter = entity.model.keyFields(key);
  const found = await findOne(entity, { filter, consistent, ...(context && { context }) });
  // Another document, that a hook may lead to, is not the one with this id.
  const { PK, SK } = entity.model.attributes.keyOf(found);
  return PK === key.PK && SK === key.SK ? found : undefined;
}

/** The key of the document that holds the unique value in a filter. */
export async function findOwner(
  entity: EntityContext,
  input: Pick<FindInput, 'filter' | 'context'>,
): Promise<Key | undefined> {
  const plan = await planFind(entity, input);
  if (!plan) return undefined;
  if (!plan.index.unique || !isEverything(plan.rest)) {
    throw invalidInput(entity.model.name, [
      { path: 'filter', message: 'must name exactly the fields of a unique index' },
    ]);
  }
  let owner: Key | undefined;
  for await (const items of readItemPages(entity, plan, { consistent: true, limit: 2 })) {
    for (const item of items) {
      if (!isUniqueItem(item, entity.model.attributes)) continue;
      if (owner) throw ambiguous(entity);
      owner = ownerOf(item);
    }
  }
  return owner;
}

function ambiguous({ model }: EntityContext): EntityError<'AmbiguousFilter'> {
  return new EntityError('AmbiguousFilter', `Several ${model.name} match the filter.`, {
    entity: model.name,
  });
}

/**
 * The SDK input of the first request that a find sends.
 *
 * @throws {@link EntityError} `InvalidInput` for a filter that nothing can match: no request is
 *   sent for it.
 */
export function findParams(
  entity: EntityContext,
  input: FindInput,
): GetItemCommandInput | QueryCommandInput {
  const plan = planQuery(entity.model, input.filter, input);
  if (plan) return readParams(entity, plan, input);
  throw invalidInput(entity.model.name, [
    { path: 'filter', message: 'no document can match it, so nothing is sent' },
  ]);
}
