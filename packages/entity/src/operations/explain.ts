import type { GetItemCommandInput, QueryCommandInput } from '@aws-sdk/client-dynamodb';
import type { Typed } from '@latchkey/schema';
import type { Entity } from '../entity/Entity.js';
import { entityContext, type EntityContext } from '../entity/EntityContext.js';
import type { FindManyInput, Relations, SecretsOption } from '../entity/inputs.js';
import { EntityError, type WhyNot } from '../errors/EntityError.js';
import { isEverything } from '../expressions/Clause.js';
import { compileClause } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { filterFacts, type FilterFacts } from '../planning/FilterFacts.js';
import { exactKey, planFilter } from '../planning/planQuery.js';
import type { QueryPlan } from '../planning/planIndex.js';
import { whyNots } from '../planning/whyNots.js';
import { assertOptions } from '../options/assertOptions.js';
import { explainOptions } from '../options/options.js';
import type { FindInput } from './find.js';
import { isGet, readParams } from './readPlan.js';

/** Explanation of what a find would do, and why. */
export interface Explanation {
  /**
   * - `documents`: they are read, by `index`.
   * - `nothing`: no document can match the filter, so nothing is sent.
   * - `NoIndexFits`: the error that the find would throw.
   */
  readonly answer: 'documents' | 'nothing' | 'NoIndexFits';
  /** The index that is read. */
  readonly index: string | null;
  /** The command of the first request. */
  readonly command: 'GetItem' | 'Query' | null;
  /** Condition on the key, with placeholders for values: those of `params`. */
  readonly keyCondition: string | null;
  /** Filter expression, with placeholders for values. */
  readonly filter: string | null;
  /**
   * How many requests are sent:
   *
   * - `none`, or `one`: a `GetItem`.
   * - `one per page`: a `Query`; a page is up to 1 MB of what the key says, before any filter.
   * - `one and GetItem`: a unique value's item and its document.
   * - `one per page and BatchGetItem`: the items of unique values, and their documents in batches of
   *   up to 100.
   */
  readonly requests:
    'none' | 'one' | 'one per page' | 'one and GetItem' | 'one per page and BatchGetItem';
  /** The SDK's input of the first request. */
  readonly params: GetItemCommandInput | QueryCommandInput | null;
  /** Why each other index is not used. */
  readonly others: readonly WhyNot[];
}

/**
 * Explains what a find would do, without sending anything: the index, the key condition and filter,
 * the number of requests, and why each other index is not used. Hooks do not run.
 *
 * @param input - as for `entity.findMany`; with `limit: 1`, for `entity.findOne`.
 * @throws {@link EntityError} `InvalidInput`
 *
 * @example
 * ```ts
 * import { explain, type Table } from '@latchkey/entity';
 * import { AccessType } from '@latchkey/schema';
 *
 * export function howFound(table: Table, value: string) {
 *   const filter = { 'data.kind': 'email', 'data.value': value } as const;
 *   const { index, requests } = explain(table.entity(AccessType), { filter });
 *   return `${index}: ${requests}`; // _id2: one and GetItem
 * }
 * ```
 */
export function explain<D extends Typed, R extends Relations>(
  entity: Entity<D, R>,
  input: FindManyInput<D> & SecretsOption,
): Explanation {
  const context = entityContext.of(entity, 'explain');
  assertOptions(context.model.name, 'explain', explainOptions, input);
  return explainFind(context, input);
}

function explainFind(entity: EntityContext, input: FindInput): Explanation {
  const { model } = entity;
  const filter = filterFacts(model, input.filter);
  const plan = planOrRefusal(entity, filter, input);
  const name = typeof plan === 'object' ? plan.index.name : undefined;
  const others = whyNots(model, filter, input, name);
  if (typeof plan === 'string') {
    return {
      answer: plan,
      index: null,
      command: null,
      keyCondition: null,
      filter: null,
      requests: 'none',
      params: null,
      others,
    };
  }
  const params = readParams(entity, plan, input);
  return {
    answer: 'documents',
    index: plan.index.name,
    command: isGet(params) ? 'GetItem' : 'Query',
    keyCondition: isGet(params)
      ? 'PK = :PK AND SK = :SK'
      : withNames(params, params.KeyConditionExpression),
    filter: filterText(entity, plan, params),
    requests: requestsOf(plan),
    params,
    others,
  };
}

function planOrRefusal(
  { model }: EntityContext,
  filter: FilterFacts,
  input: FindInput,
): QueryPlan | 'nothing' | 'NoIndexFits' {
  try {
    return planFilter(model, filter, input) ?? 'nothing';
  } catch (error) {
    if (EntityError.is(error) && error.code === 'NoIndexFits') return error.code;
    throw error;
  }
}

function requestsOf(plan: QueryPlan): Explanation['requests'] {
  const key = exactKey(plan);
  if (plan.index.unique) return key ? 'one and GetItem' : 'one per page and BatchGetItem';
  return key && plan.index.name === '_id' ? 'one' : 'one per page';
}

/** The filter of a query, or what documents are filtered for once they are read by unique value. */
function filterText(
  { model }: EntityContext,
  plan: QueryPlan,
  params: GetItemCommandInput | QueryCommandInput,
): string | null {
  if (isEverything(plan.rest)) return null;
  if ('FilterExpression' in params) return withNames(params, params.FilterExpression);
  const expression = new Expression();
  const text = compileClause(plan.rest, expression, model);
  return withNames(expression.attributes, text);
}

/** An expression in which names stand for themselves. */
function withNames(
  { ExpressionAttributeNames = {} }: Pick<QueryCommandInput, 'ExpressionAttributeNames'>,
  text = '',
): string {
  return text.replace(
    /#\d+/g,
    (placeholder) => ExpressionAttributeNames[placeholder] ?? placeholder,
  );
}
