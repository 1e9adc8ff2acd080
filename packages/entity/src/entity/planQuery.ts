import { joinPath, type Index, type KeyPart } from '@latchkey/schema';
import { isComparison } from '../expressions/compileCondition.js';
import { EntityError } from '../errors/EntityError.js';
import { assertKeySize, encodeKey, type Key } from '../keys/Key.js';
import { DELIMITER, encodeKeyPart, type KeyValue } from '../keys/encodeKeyPart.js';
import { assertKeyValue, meetsWhere, type EntityModel, type Fields } from './EntityModel.js';

/** What a query asks of the sort key; `to` is included. */
export type SortKeyRange =
  | { readonly equals: string }
  | { readonly startsWith: string }
  | { readonly from: string; readonly to: string };

/** How a filter will be answered: from which index, by which key, and what remains to be filtered. */
export interface QueryPlan {
  readonly index: Index;
  readonly PK: string;
  readonly SK: SortKeyRange;
  /** What the key does not say: a condition on the documents. */
  readonly rest: Readonly<Fields>;
}

/** The whole key, if the plan names one item. */
export function exactKey(plan: QueryPlan): Key | undefined {
  return 'equals' in plan.SK ? { PK: plan.PK, SK: plan.SK.equals } : undefined;
}

/** The order of text in which `#` follows a prefix: everything below it sorts before this. */
const AFTER_DELIMITER = '$';

/**
 * Chooses the index for a filter: the one of whose key the filter says most. `_id` wins a tie.
 *
 * @throws {@link EntityError} `NoIndexFits` when the filter has no index's whole partition key.
 */
export function planQuery(model: EntityModel, filter: Readonly<Fields>): QueryPlan {
  const equal = equalities(model, filter);
  let best: { plan: QueryPlan; score: number } | undefined;
  for (const index of model.definition.indexes) {
    const candidate = planIndex(model, index, filter, equal);
    if (candidate && candidate.score > (best?.score ?? -1)) best = candidate;
  }
  if (best) return withinLimits(best.plan, Object.keys(filter).join(', '));
  const fields = Object.keys(filter);
  const indexes = model.definition.indexes.map(
    ({ name, PK }) =>
      `${name} (${PK.map((part) => (part.kind === 'field' ? part.path : `#${part.value}`)).join(', ')})`,
  );
  throw new EntityError(
    'NoIndexFits',
    `No index of ${model.name} has its whole partition key in the filter (${fields.join(', ') || 'empty'}); it would need one of: ${indexes.join('; ')}.`,
    { entity: model.name, fields, indexes },
  );
}

/** The values that a filter asks for by equality, by path. */
export function equalitiesIn(filter: Readonly<Fields>): [string, unknown][] {
  const equal: [string, unknown][] = [];
  for (const path of Object.keys(filter)) {
    if (path.startsWith('$')) continue;
    const operand = filter[path];
    if (!isComparison(operand)) equal.push([path, operand]);
    else if (Object.keys(operand).length === 1 && '$eq' in operand) equal.push([path, operand.$eq]);
  }
  return equal;
}

/** The values that a filter asks for by equality, in the form in which they are stored. */
export function equalities(model: EntityModel, filter: Readonly<Fields>): Map<string, unknown> {
  return new Map(
    equalitiesIn(filter).map(([path, value]) => [path, model.normalise(path, value)] as const),
  );
}

/** A filter whose equalities are in the form in which values are stored. */
export function normalised(model: EntityModel, filter: Readonly<Fields>): Fields {
  return { ...filter, ...Object.fromEntries(equalities(model, filter)) };
}

/** @throws {@link EntityError} `InvalidKey` for a key that no item can have. */
function withinLimits(plan: QueryPlan, paths: string): QueryPlan {
  assertKeySize(plan.PK, 'PK', paths);
  for (const SK of Object.values<string>(plan.SK)) assertKeySize(SK, 'SK', paths);
  return plan;
}

function planIndex(
  model: EntityModel,
  index: Index,
  filter: Readonly<Fields>,
  equal: ReadonlyMap<string, unknown>,
): { plan: QueryPlan; score: number } | undefined {
  const isLeftOut = index.where.some((condition) => {
    const path = joinPath(condition.segments);
    return equal.has(path) && !meetsWhere(condition, equal.get(path));
  });
  if (isLeftOut) return undefined;
  const used = new Set<string>();
  const take = (parts: readonly KeyPart[]): { values: KeyValue[]; next: KeyPart | undefined } => {
    const values: KeyValue[] = [];
    for (const part of parts) {
      if (part.kind === 'literal') values.push(part.value);
      else if (equal.has(part.path)) {
        values.push(assertKeyValue(equal.get(part.path), part.path));
        used.add(part.path);
      } else if (!part.optional) return { values, next: part };
    }
    return { values, next: undefined };
  };
  const pk = take(index.PK);
  if (pk.next) return undefined;
  const sk = take(index.SK);
  const head = model.indexSortKeyHead(index);
  const prefix = encodeKey(head, sk.values);
  const range = sk.next ? rangeOf(sk.next, filter, prefix) : undefined;
  if (range && sk.next?.kind === 'field' && !range.keep) used.add(sk.next.path);
  const SK = sk.next ? (range?.SK ?? { startsWith: prefix + DELIMITER }) : { equals: prefix };
  const rest = Object.fromEntries(
    Object.entries(filter).flatMap(([path, operand]) => {
      if (used.has(path)) return [];
      return [[path, equal.has(path) ? equal.get(path) : operand]];
    }),
  );
  const score =
    ('equals' in SK ? 1000 : 0) + used.size * 10 + (index.unique ? 0 : 1) + (range ? 5 : 0);
  const PK = encodeKey(model.partitionKeyHead(index), pk.values);
  return { plan: { index, PK, SK, rest }, score };
}

/**
 * The part of the sort key's order that a comparison on its next part leaves. `keep` says that the
 * comparison must be filtered for, too: `BETWEEN` takes in its upper end, and `$lt` does not.
 */
function rangeOf(
  part: KeyPart,
  filter: Readonly<Fields>,
  prefix: string,
): { SK: SortKeyRange; keep: boolean } | undefined {
  if (part.kind !== 'field') return undefined;
  const operand = filter[part.path];
  if (!isComparison(operand)) return undefined;
  const start = prefix + DELIMITER;
  const at = (value: unknown): string =>
    start + encodeKeyPart(assertKeyValue(value, part.path), part.path);
  let from = start;
  let to = prefix + AFTER_DELIMITER;
  // Of several comparisons, each alone bounds the range; the filter decides on the rest.
  let keep = Object.keys(operand).length > 1;
  for (const [operator, value] of Object.entries(operand)) {
    switch (operator) {
      case '$startsWith':
        if (typeof value !== 'string' || Object.keys(operand).length > 1) return undefined;
        return { SK: { startsWith: value === '' ? start : at(value) }, keep: false };
      case '$gte':
        from = at(value);
        break;
      case '$gt':
        from = at(value) + AFTER_DELIMITER;
        break;
      case '$lte':
        to = at(value) + AFTER_DELIMITER;
        break;
      case '$lt':
        to = at(value);
        keep = true;
        break;
      case '$between': {
        if (!Array.isArray(value)) return undefined;
        const [low, high] = value as unknown[];
        from = at(low);
        to = at(high) + AFTER_DELIMITER;
        break;
      }
      default:
        return undefined;
    }
  }
  // DynamoDB refuses a BETWEEN whose ends are the wrong way round; nothing can match it.
  const inOrder = Buffer.compare(Buffer.from(from), Buffer.from(to)) <= 0;
  return inOrder ? { SK: { from, to }, keep } : { SK: { from: to, to: from }, keep: true };
}
