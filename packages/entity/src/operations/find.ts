import {
  GetItemCommand,
  type GetItemCommandInput,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import { joinPath } from '@latchkey/schema';
import { hookContext, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { exactKey, planQuery, type QueryPlan } from '../entity/planQuery.js';
import { EntityError } from '../errors/EntityError.js';
import { Expression } from '../expressions/Expression.js';
import { keyOfDocumentId } from '../keys/documentId.js';
import type { Key } from '../keys/Key.js';
import { assertLimit, projection, queryParams, readPages, type PageOptions } from './readPages.js';

/** What finds documents, as the operations see it. */
export interface FindInput extends PageOptions {
  readonly filter: Readonly<Fields>;
  /** At most this many matching documents. */
  readonly limit?: number;
  readonly context?: OperationContext;
}

/** The plan for a filter, after the hooks have seen it. */
export async function planFind(entity: EntityContext, input: FindInput): Promise<QueryPlan> {
  const context = hookContext(entity, 'find', input.context);
  const { filter } = await entity.hooks.beforeQuery({ filter: input.filter }, context);
  return planQuery(entity.model, filter);
}

/** The first matching item, or undefined. */
export async function findOne(entity: EntityContext, input: FindInput): Promise<Item | undefined> {
  const plan = await planFind(entity, input);
  return firstOf(readPlan(entity, plan, { ...input, limit: 1 }));
}

/** Every matching item, page by page. */
export async function* findMany(entity: EntityContext, input: FindInput): AsyncGenerator<Item> {
  const plan = await planFind(entity, input);
  yield* readPlan(entity, plan, input);
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
  const consistent = plan.index.unique || plan.index.name === '_id';
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
  if (!plan.index.unique || Object.keys(plan.rest).length > 0) {
    throw invalidInput(entity.model.name, [
      { path: 'filter', message: 'names other fields than those of a unique index' },
    ]);
  }
  let owner: Key | undefined;
  for await (const unique of readItems(entity, plan, { consistent: true, limit: 2 })) {
    if (owner) throw ambiguous(entity);
    owner = ownerOf(unique);
  }
  return owner;
}

function ambiguous({ model }: EntityContext): EntityError<'AmbiguousFilter'> {
  return new EntityError('AmbiguousFilter', `Several ${model.name} match the filter.`, {
    entity: model.name,
  });
}

/** The SDK input of the first request that a find sends. */
export function findParams(
  entity: EntityContext,
  input: FindInput,
): GetItemCommandInput | QueryCommandInput {
  return readParams(entity, planQuery(entity.model, input.filter), input);
}

/** The documents of a plan, at most `limit`. */
export async function* readPlan(
  entity: EntityContext,
  plan: QueryPlan,
  input: Omit<FindInput, 'filter'>,
): AsyncGenerator<Item> {
  const { limit = Infinity } = input;
  assertLimit(entity.model.name, limit);
  let found = 0;
  const items = plan.index.unique ? readOwners : readItems;
  for await (const item of items(entity, plan, input)) {
    if (!entity.model.owns(item)) continue;
    yield item;
    if (++found >= limit) return;
  }
}

/** The items of a plan: by a Get of the whole key, or by a query, page by page. */
async function* readItems(
  entity: EntityContext,
  plan: QueryPlan,
  input: Omit<FindInput, 'filter'>,
): AsyncGenerator<Item> {
  const params = readParams(entity, plan, input);
  if (isGet(params)) {
    const item = await getItem(entity, params);
    if (item) yield item;
    return;
  }
  for await (const { items } of readPages(entity, params, input)) yield* items;
}

/**
 * The documents that own unique values: one, or several where the filter says only a part of the
 * index. All reads are strongly consistent; a document that has given its value up in between is
 * passed over.
 */
async function* readOwners(
  entity: EntityContext,
  plan: QueryPlan,
  { sort = 'ascending', project }: Omit<FindInput, 'filter'>,
): AsyncGenerator<Item> {
  const { model } = entity;
  const [primary] = model.definition.indexes;
  const indexFields = [
    ...[...plan.index.PK, ...plan.index.SK].flatMap((part) =>
      part.kind === 'field' ? [part.path] : [],
    ),
    ...plan.index.where.map(({ segments }) => joinPath(segments)),
  ];
  for await (const unique of readItems(entity, plan, { sort, consistent: true })) {
    const { PK, SK } = ownerOf(unique);
    const byOwner: QueryPlan = { index: primary, PK, SK: { equals: SK }, rest: plan.rest };
    const item = await firstOf(
      readItems(entity, byOwner, {
        consistent: true,
        ...(project && { project: [...new Set([...project, ...indexFields])] }),
      }),
    );
    const held = item && model.keyIn(plan.index, model.allFields(item));
    if (item && held?.PK === plan.PK && held.SK === model.attributes.keyOf(unique).SK) yield item;
  }
}

function readParams(
  { model, tableName }: EntityContext,
  plan: QueryPlan,
  input: Omit<FindInput, 'filter'>,
): GetItemCommandInput | QueryCommandInput {
  const key = exactKey(plan);
  const { unique, name } = plan.index;
  const isItem = unique || (name === '_id' && Object.keys(plan.rest).length === 0);
  if (!key || !isItem) {
    const { limit, pageSize } = input;
    const size = pageSize ?? (limit === undefined || limit === Infinity ? undefined : limit);
    // A unique item has none of its document's other fields.
    const own = unique ? { ...plan, rest: {} } : plan;
    return queryParams(model, tableName, own, {
      ...input,
      ...(size !== undefined && { pageSize: size }),
    });
  }
  const expression = new Expression();
  const { consistent = false, project } = input;
  return {
    TableName: tableName,
    Key: model.attributes.keyItem(key),
    ConsistentRead: unique || consistent,
    ...projection(model, expression, unique ? undefined : project),
    ...expression.attributes,
  };
}

async function getItem(
  entity: EntityContext,
  params: GetItemCommandInput,
): Promise<Item | undefined> {
  return (await entity.sender.send(new GetItemCommand(params))).Item;
}

function isGet(params: GetItemCommandInput | QueryCommandInput): params is GetItemCommandInput {
  return 'Key' in params;
}

async function firstOf(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** The key of the document that a unique item belongs to. */
export function ownerOf(unique: Item): Key {
  return { PK: unique.ownerPK?.S ?? '', SK: unique.ownerSK?.S ?? '' };
}
