import type { EntityModel, Fields } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { isEverything } from '../expressions/Clause.js';
import type { Key } from '../keys/Key.js';
import { filterFacts, isContradiction, testsAt, type FilterFacts } from './FilterFacts.js';
import { indexFacts, type IndexFacts } from './indexFacts.js';
import { noIndexFits } from './noIndexFits.js';
import { planIndex, valuesOfParts, type QueryPlan } from './planIndex.js';
import { proves } from './proves.js';

/** A caller's choice of index, beside the filter. */
export interface PlanOptions {
  /** The one index to use (default: the one of whose key the filter says most). */
  readonly index?: string;
  /** Prefers indexes that can be read consistently. */
  readonly consistent?: boolean;
}

/** The whole key, if the plan names one item. */
export function exactKey(plan: QueryPlan): Key | undefined {
  return 'equals' in plan.SK ? { PK: plan.PK, SK: plan.SK.equals } : undefined;
}

/** The key of the one document that a plan is about, if nothing else is asked of it. */
export function documentKey(plan: QueryPlan | undefined): Key | undefined {
  return plan?.index.name === '_id' && isEverything(plan.rest) ? exactKey(plan) : undefined;
}

/**
 * Chooses the index for a filter: of those that may answer, the one of whose key the filter says
 * most. `_id` wins a tie.
 *
 * @returns undefined if no document can match: the filter contradicts itself, or asks for a key that
 *   no document can have.
 * @throws {@link EntityError} `NoIndexFits` when no index, or not the one asked for, may answer;
 *   `InvalidInput` for a filter that is not valid, or an index that the entity does not have.
 */
export function planQuery(
  model: EntityModel,
  filter: Readonly<Fields>,
  options: PlanOptions = {},
): QueryPlan | undefined {
  return planFilter(model, filterFacts(model, filter), options);
}

/** {@link planQuery} of a filter that is taken apart. */
export function planFilter(
  model: EntityModel,
  filter: FilterFacts,
  options: PlanOptions = {},
): QueryPlan | undefined {
  const allowed = allowedIndexes(model, options);
  if (isContradiction(filter)) return undefined;
  let candidates = allowed.filter((index) => proves(index, filter));
  if (candidates.length === 0) throw noIndexFits(model, filter, options.index);
  for (;;) {
    const index = bestOf(candidates, filter, options);
    // Every document that matches would be in one of them, and has no such key.
    if (!index) return undefined;
    const plan = planIndex(index, filter);
    if (plan) return plan;
    candidates = candidates.filter((other) => other !== index);
  }
}

/** The indexes that a caller leaves to choose from. */
function allowedIndexes(model: EntityModel, options: PlanOptions): readonly IndexFacts[] {
  const indexes = indexFacts(model);
  if (options.index === undefined) return indexes;
  const named = indexes.filter(({ name }) => name === options.index);
  if (named.length > 0) return named;
  const message = `there is no such index. Available: ${indexes.map(({ name }) => name).join(', ')}`;
  throw invalidInput(model.name, [{ path: 'index', message }]);
}

function bestOf(
  candidates: readonly IndexFacts[],
  filter: FilterFacts,
  { consistent = false }: PlanOptions,
): IndexFacts | undefined {
  if (candidates.length <= 1) return candidates[0];
  let best: { index: IndexFacts; score: number } | undefined;
  for (const index of candidates) {
    const score = scoreOf(index, filter) + (consistent && !index.isGlobal ? 10_000 : 0);
    if (!best || score > best.score) best = { index, score };
  }
  return best?.index;
}

/** How much of an index's key a filter says; a whole key that one item has is most. */
function scoreOf(index: IndexFacts, filter: FilterFacts): number {
  const sortKey = valuesOfParts(index.SK, filter);
  const { used } = valuesOfParts(index.PK, filter);
  const { next } = sortKey;
  const hasRange =
    next?.kind === 'field' && testsAt(filter, next.path).some(({ operator }) => isRange(operator));
  return (
    (!next && !index.isGlobal ? 1000 : 0) +
    (used.length + sortKey.used.length) * 10 +
    (hasRange ? 5 : 0) +
    (index.index.unique ? 0 : 1)
  );
}

function isRange(operator: string): boolean {
  return ['$lt', '$lte', '$gt', '$gte', '$startsWith'].includes(operator);
}
