import {
  GetItemCommand,
  QueryCommand,
  type GetItemCommandInput,
  type QueryCommandInput,
} from '@aws-sdk/client-dynamodb';
import type { EntityContext } from '../entity/EntityContext.js';
import type { EntityModel, Fields, Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { exactKey, planQuery, type QueryPlan } from '../entity/planQuery.js';
import { EntityError } from '../errors/EntityError.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { keyOfDocumentId } from '../keys/documentId.js';
import type { Key } from '../keys/Key.js';

/** What finds documents, as the operations see it. */
export interface FindInput {
  readonly filter: Readonly<Fields>;
  /** Reads what every write before has left (default: false); always so by a unique index. */
  readonly consistent?: boolean;
  /** At most this many matching documents. */
  readonly limit?: number;
  /** By sort key (default: `ascending`). */
  readonly sort?: 'ascending' | 'descending';
}

/** The first matching item, or undefined. */
export async function findOne(entity: EntityContext, input: FindInput): Promise<Item | undefined> {
  for await (const item of findMany(entity, { ...input, limit: 1 })) return item;
  return undefined;
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
  for await (const item of findMany(entity, { filter, consistent: true, limit: 2 })) {
    if (found) {
      throw new EntityError('AmbiguousFilter', `Several ${entity.model.name} match the filter.`, {
        entity: entity.model.name,
      });
    }
    found = item;
  }
  return found;
}

/** Every matching item, page by page. */
export function findMany(entity: EntityContext, input: FindInput): AsyncGenerator<Item> {
  const plan = planQuery(entity.model, input.filter);
  const { limit = Infinity } = input;
  if (!(limit > 0 && (Number.isInteger(limit) || limit === Infinity))) {
    throw invalidInput(entity.model.name, [
      { path: 'limit', message: 'takes a whole number above 0' },
    ]);
  }
  return plan.index.unique ? queryUnique(entity, plan, input) : query(entity, plan, input);
}

/** The item that an `id` stands for; undefined if it stands for nothing, or for something else. */
export async function findById(
  entity: EntityContext,
  id: string,
  consistent = false,
): Promise<Item | undefined> {
  const key = keyOfDocumentId(id);
  if (!key) return undefined;
  const { Item: item } = await entity.sender.send(
    new GetItemCommand({
      TableName: entity.tableName,
      Key: marshalKey(key),
      ConsistentRead: consistent,
    }),
  );
  return item && entity.model.owns(item) ? item : undefined;
}

/** The SDK input of the first request that a find sends. */
export function findParams(
  entity: EntityContext,
  input: FindInput,
): GetItemCommandInput | QueryCommandInput {
  const plan = planQuery(entity.model, input.filter);
  return readParams(entity, plan, input);
}

function readParams(
  entity: EntityContext,
  plan: QueryPlan,
  input: Pick<FindInput, 'consistent' | 'limit' | 'sort'>,
): GetItemCommandInput | QueryCommandInput {
  const key = exactKey(plan);
  const isItem = plan.index.name === '_id' || plan.index.unique;
  if (!key || !isItem || (!plan.index.unique && Object.keys(plan.rest).length > 0)) {
    // A unique item has none of its document's other fields.
    const own = plan.index.unique ? { ...plan, rest: {} } : plan;
    return queryParams(entity.model, entity.tableName, own, input);
  }
  return {
    TableName: entity.tableName,
    Key: marshalKey(key),
    ConsistentRead: plan.index.unique || input.consistent === true,
  };
}

/**
 * The documents that own unique values: one, or several where the filter says only a part of the
 * index. All reads are strongly consistent; a document that has given its value up in between is
 * passed over.
 */
async function* queryUnique(
  entity: EntityContext,
  plan: QueryPlan,
  { limit = Infinity, sort = 'ascending' }: Pick<FindInput, 'limit' | 'sort'>,
): AsyncGenerator<Item> {
  const { model } = entity;
  const [primary] = model.definition.indexes;
  let found = 0;
  for await (const unique of query(entity, plan, { sort })) {
    const { PK, SK } = ownerOf(unique);
    const byOwner: QueryPlan = { index: primary, PK, SK: { equals: SK }, rest: plan.rest };
    for await (const item of query(entity, byOwner, { consistent: true })) {
      const held = model.keyIn(plan.index, model.allFields(item));
      if (held?.PK !== plan.PK || held.SK !== unique.SK?.S) continue;
      yield item;
      if (++found >= limit) return;
    }
  }
}

/** The key of the document that holds the unique value in a filter. */
export async function findOwner(
  entity: EntityContext,
  input: Pick<FindInput, 'filter'>,
): Promise<Key | undefined> {
  const plan = planQuery(entity.model, input.filter);
  const key = exactKey(plan);
  if (!key || !plan.index.unique || Object.keys(plan.rest).length > 0) {
    throw invalidInput(entity.model.name, [
      { path: 'filter', message: 'names more, or less, than the fields of a unique index' },
    ]);
  }
  for await (const unique of query(entity, plan, { consistent: true })) return ownerOf(unique);
  return undefined;
}

function ownerOf(unique: Item): Key {
  return { PK: unique.ownerPK?.S ?? '', SK: unique.ownerSK?.S ?? '' };
}

/** The items of a plan, as a Get if it names one by its whole key, or else page by page. */
async function* query(
  entity: EntityContext,
  plan: QueryPlan,
  input: Pick<FindInput, 'consistent' | 'limit' | 'sort'>,
): AsyncGenerator<Item> {
  const { limit = Infinity } = input;
  const params = readParams(entity, plan, input);
  if ('Key' in params) {
    const { Item: item } = await entity.sender.send(new GetItemCommand(params));
    if (item) yield item;
    return;
  }
  let found = 0;
  let startKey: Item | undefined;
  do {
    const page = await entity.sender.send(
      new QueryCommand({ ...params, ExclusiveStartKey: startKey }),
    );
    for (const item of page.Items ?? []) {
      yield item;
      if (++found >= limit) return;
    }
    startKey = page.LastEvaluatedKey;
  } while (startKey);
}

/** The SDK input of a query. */
export function queryParams(
  model: EntityModel,
  tableName: string,
  plan: QueryPlan,
  {
    consistent = false,
    limit,
    sort = 'ascending',
  }: Pick<FindInput, 'consistent' | 'limit' | 'sort'>,
): QueryCommandInput {
  const expression = new Expression();
  const isGlobal = plan.index.name !== '_id' && !plan.index.unique;
  const prefix = isGlobal ? plan.index.name : '';
  const PK = expression.path([`${prefix}PK`]);
  const SK = expression.path([`${prefix}SK`]);
  const text = (value: string): string => expression.value({ S: value });
  let range = `${PK} = ${text(plan.PK)} AND `;
  if ('equals' in plan.SK) range += `${SK} = ${text(plan.SK.equals)}`;
  else if ('startsWith' in plan.SK) range += `begins_with(${SK}, ${text(plan.SK.startsWith)})`;
  else range += `${SK} BETWEEN ${text(plan.SK.from)} AND ${text(plan.SK.to)}`;
  const filter = compileCondition(plan.rest, expression, model.shape, model.name);
  return {
    TableName: tableName,
    ...(isGlobal && { IndexName: plan.index.name }),
    KeyConditionExpression: range,
    ...(filter !== undefined && { FilterExpression: filter }),
    ...expression.attributes,
    ...(!isGlobal && { ConsistentRead: consistent || plan.index.unique }),
    ScanIndexForward: sort === 'ascending',
    // A filter is applied after the limit, which then says nothing of matching documents.
    ...(limit !== undefined && limit !== Infinity && filter === undefined && { Limit: limit }),
  };
}

export function marshalKey(key: Key): Item {
  return { PK: { S: key.PK }, SK: { S: key.SK } };
}
