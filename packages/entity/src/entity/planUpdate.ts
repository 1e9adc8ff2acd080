import { joinPath, type Index } from '@latchkey/schema';
import { fromAttributeValue } from '../attributes/fromAttributeValue.js';
import type { Key } from '../keys/Key.js';
import type { Step, Stored, WriteClause } from '../operators/Operator.js';
import { matchesWhere, type EntityModel, type Fields } from './EntityModel.js';
import { overlaps } from './parseUpdate.js';
import { filterFacts, type FilterFacts } from '../planning/FilterFacts.js';
import { documentKey, planFilter } from '../planning/planQuery.js';

type TtlChange = NonNullable<Stored> | null | undefined;

/** How an update is carried out. */
export type UpdatePlan = ExpressionPlan | ReplacePlan;

/** One `UpdateItem` says it all. */
export interface ExpressionPlan {
  readonly kind: 'expression';
  readonly key: Key;
  /** The filter, taken apart. */
  readonly facts: FilterFacts;
  readonly clauses: readonly WriteClause[];
  /** The change of the TTL attribute: a new value, none any longer (`null`), or no change. */
  readonly ttl: TtlChange;
  /**
   * Tells whether DynamoDB can carry it out on any document. If not, an object around a nested
   * field may be missing, or the document be in an older stored form: it is then replaced.
   */
  readonly isCertain: boolean;
}

/** The document is read, changed, and written on condition that nobody changed it meanwhile. */
interface ReplacePlan {
  readonly kind: 'replace';
  /** Completes "it needs the stored document: …". */
  readonly why: string;
}

/**
 * Decides how an update is carried out: the only place that does.
 *
 * @param filter - names the document, by its whole key or by anything else.
 */
export function planUpdate(
  model: EntityModel,
  filter: Readonly<Fields>,
  steps: readonly Step[],
): UpdatePlan {
  const facts = filterFacts(model, filter);
  const key = documentKey(planFilter(model, facts));
  if (!key) return replace('the filter is not exactly the key');
  const clauses: WriteClause[] = [];
  for (const step of steps) {
    const { operator, path, field, operands } = step;
    if (isFollowed(model, facts, path)) {
      return replace(`keys, unique values or computed fields depend on "${path}"`);
    }
    if (field.hasOuterRules)
      return replace(`the value that contains "${path}" is validated as a whole`);
    const isExpiry = path === model.definition.expiresAt;
    if (isExpiry && !operator.assigns && !operator.onInsertOnly) {
      return replace(`the TTL depends on "${path}"`);
    }
    const clause = operator.expression(step, operands[0]);
    if (!clause) return replace(`DynamoDB has no expression for the change to "${path}"`);
    clauses.push(clause);
  }
  return {
    kind: 'expression',
    key,
    facts,
    clauses,
    ttl: ttlChange(model, steps),
    isCertain: model.storedForm === 0 && steps.every(({ field }) => field.segments.length < 2),
  };
}

function replace(why: string): ReplacePlan {
  return { kind: 'replace', why };
}

function ttlChange(model: EntityModel, steps: readonly Step[]): TtlChange {
  const { expiresAt } = model.definition;
  const step = steps.find(({ path, operator }) => path === expiresAt && operator.assigns);
  if (!step || expiresAt === undefined) return undefined;
  const [operand] = step.operands;
  const value = operand && fromAttributeValue(operand, step.field.shape);
  return model.ttl({ [expiresAt]: value }) ?? null;
}

/** The fields whose change other attributes or items must follow. */
interface FollowedPaths {
  /** Whatever else the document holds. */
  readonly always: readonly string[];
  /** As long as an index has the document. */
  readonly inIndex: readonly (readonly [index: Index, paths: readonly string[]])[];
}

const known = new WeakMap<EntityModel, FollowedPaths>();

/** Returns the paths of an entity, worked out once. */
function followedPaths(model: EntityModel): FollowedPaths {
  const before = known.get(model);
  if (before) return before;
  const { indexes, computed, expiresAt } = model.definition;
  const paths: FollowedPaths = {
    always: [
      ...indexes.flatMap(({ where }) => where.map(({ segments }) => joinPath(segments))),
      ...[...computed.values()].flatMap(({ from }) => from),
      // Unique items carry the TTL, too.
      ...(expiresAt !== undefined && model.uniqueIndexes.length > 0 ? [expiresAt] : []),
    ],
    inIndex: indexes.map((index) => [
      index,
      [...index.PK, ...index.SK].flatMap((part) => (part.kind === 'field' ? [part.path] : [])),
    ]),
  };
  known.set(model, paths);
  return paths;
}

/**
 * Tells whether other attributes or items must follow the change of a field. An index that the
 * filter's own values leave the document out of has nothing to follow.
 */
function isFollowed(model: EntityModel, { equal }: FilterFacts, path: string): boolean {
  const { always, inIndex } = followedPaths(model);
  const touches = (other: string): boolean => overlaps(other, path);
  return (
    always.some(touches) ||
    inIndex.some(([index, paths]) => paths.some(touches) && !isLeftOut(index, equal))
  );
}

/** Tells whether an index leaves out every document that has these values. */
function isLeftOut({ where }: Index, equal: ReadonlyMap<string, unknown>): boolean {
  return where.some((condition) => {
    const path = joinPath(condition.segments);
    return equal.has(path) && !matchesWhere(condition, equal.get(path));
  });
}
