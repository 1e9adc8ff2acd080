import type { GetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { isUniqueItem } from '../entity/isOwnItem.js';
import { EVERYTHING, isEverything } from '../expressions/Clause.js';
import { Expression } from '../expressions/Expression.js';
import { MAX_BATCH } from '../table/batchGet.js';
import type { QueryPlan } from '../planning/planIndex.js';
import { exactKey } from '../planning/planQuery.js';
import { readOwners } from './readOwners.js';
import { assertLimit, projection, queryParams, readPages, type PageOptions } from './readPages.js';

/** How the documents of a plan are read. */
export interface ReadOptions extends PageOptions {
  /** At most this many matching documents. */
  readonly limit?: number;
}

/** The documents of a plan, at most `limit`; none where nothing can match. */
export async function* readPlan(
  entity: EntityContext,
  plan: QueryPlan | undefined,
  options: ReadOptions,
): AsyncGenerator<Item> {
  const { limit = Infinity, maxPages = Infinity } = options;
  assertLimit(entity.model.name, limit);
  // Also where nothing is read.
  assertLimit(entity.model.name, maxPages, 'maxPages');
  if (!plan) return;
  let found = 0;
  const pages = plan.index.unique ? readByUnique : readItemPages;
  for await (const items of pages(entity, plan, options)) {
    for (const item of items) {
      if (!entity.model.owns(item)) continue;
      yield item;
      if (++found >= limit) return;
    }
  }
}

/** The items of a plan: by a Get of the whole key, or by a query, page by page. */
export async function* readItemPages(
  entity: EntityContext,
  plan: QueryPlan,
  options: ReadOptions,
): AsyncGenerator<readonly Item[]> {
  const params = readParams(entity, plan, options);
  if (isGet(params)) {
    const item = await getItem(entity, params);
    if (item) yield [item];
    return;
  }
  for await (const { items } of readPages(entity, params, options)) yield items;
}

/** The documents that own unique values, in the order of those. All reads are consistent. */
async function* readByUnique(
  entity: EntityContext,
  plan: QueryPlan,
  options: ReadOptions,
): AsyncGenerator<readonly Item[]> {
  const { attributes } = entity.model;
  for await (const items of readItemPages(entity, plan, options)) {
    const uniques = items.filter((item) => isUniqueItem(item, attributes));
    for (let start = 0; start < uniques.length; start += MAX_BATCH) {
      const some = uniques.slice(start, start + MAX_BATCH);
      const owners = await readOwners(entity, plan, some, options.project);
      yield owners.filter((document) => document !== undefined);
    }
  }
}

/** The SDK input of the first request that reads a plan. */
export function readParams(
  { model, tableName }: EntityContext,
  plan: QueryPlan,
  options: ReadOptions,
): GetItemCommandInput | QueryCommandInput {
  const key = exactKey(plan);
  const { unique, name } = plan.index;
  if (!key || !(unique || (name === '_id' && isEverything(plan.rest)))) {
    const { limit, pageSize } = options;
    const size = pageSize ?? (limit === Infinity ? undefined : limit);
    const own = unique ? uniquePlan(plan) : plan;
    // Of documents that are yet to be filtered, nobody knows how many it takes.
    const isSized = size !== undefined && isEverything(plan.rest);
    const { project: _, ...ofUniques } = options;
    return queryParams(model, tableName, own, {
      ...(unique ? ofUniques : options),
      ...(isSized && { pageSize: size }),
    });
  }
  const expression = new Expression();
  return {
    TableName: tableName,
    Key: model.attributes.keyItem(key),
    ConsistentRead: options.consistent === true || unique,
    ...(!unique && projection(model, expression, options.project)),
    ...expression.attributes,
  };
}

/**
 * Reduces a plan to what can be asked of unique items: they have none of their documents' other
 * fields.
 */
export function uniquePlan(plan: QueryPlan): QueryPlan {
  return { ...plan, rest: EVERYTHING };
}

/** Tells whether a request reads one item by its key. */
export function isGet(
  params: GetItemCommandInput | QueryCommandInput,
): params is GetItemCommandInput {
  return 'Key' in params;
}

/** One item by its key. */
export async function getItem(
  entity: EntityContext,
  params: GetItemCommandInput,
): Promise<Item | undefined> {
  return (await entity.sender.send({ name: 'GetItem', input: params })).Item;
}
