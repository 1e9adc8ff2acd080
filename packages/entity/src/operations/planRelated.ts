import { compareTexts } from '../attributes/compareAttributes.js';
import type { EntityContext } from '../entity/EntityContext.js';

/** An entity to be read along with its parent. */
export interface RelatedModel {
  readonly name: string;
  readonly entity: EntityContext;
  /** At most this many of its documents. */
  readonly limit: number;
  readonly sort: 'ascending' | 'descending';
}

/** Documents that lie side by side in a partition: the parent, or all documents of a relation. */
export interface Segment {
  /** The first and the last sort key that it can have. */
  readonly from: string;
  readonly to: string;
  /** Undefined for the parent. */
  readonly relation: RelatedModel | undefined;
  readonly limit: number;
}

/** One Query over some segments, which come in the order in which it reads them. */
export interface SegmentsRead {
  readonly segments: readonly Segment[];
  readonly sort: 'ascending' | 'descending';
  /** How many items the first request asks for (default: a page). */
  readonly pageSize?: number;
}

/** `$` follows the delimiter `#`, so that all keys that start with a name are below it. */
const AFTER_DELIMITER = '$';

/** So many items more than needed are not worth a second request. */
const SURPLUS = 100;

/**
 * Plans the Queries that read a document and its related ones. One is enough where relations are
 * read as a whole, or where a limited one is next to the parent; whatever is limited is never read
 * through. The Queries can be sent side by side.
 *
 * @param parentSK - the parent's sort key.
 */
export function planRelated(
  entity: EntityContext,
  parentSK: string,
  relations: readonly RelatedModel[],
): SegmentsRead[] {
  const parent: Segment = { from: parentSK, to: parentSK, relation: undefined, limit: 1 };
  const segments = relations.map((relation): Segment => {
    const head = relation.entity.model.sortKeyHead;
    return { from: head, to: head + AFTER_DELIMITER, relation, limit: relation.limit };
  });
  const limited = segments.filter(({ limit }) => limit !== Infinity);
  const sorts = new Set(limited.map(({ relation }) => relation?.sort));
  if (sorts.size < 2 && limited.length < segments.length) {
    // What is read as a whole can be turned round afterwards.
    const sort = limited[0]?.relation?.sort ?? 'ascending';
    const wanted = limited.reduce((sum, { limit }) => sum + limit, 1 + SURPLUS);
    return [
      {
        segments: inOrder([parent, ...segments], sort),
        sort,
        ...(limited.length > 0 && { pageSize: wanted }),
      },
    ];
  }
  const next = limited.find((segment) => isNextTo(entity, parent, segment));
  const others = segments.filter((segment) => segment !== next);
  return [
    next ? readOf([parent, next]) : readOf([parent]),
    ...others.map((segment) => readOf([segment])),
  ];
}

/** A Query over segments, the last of which decides in what order. */
function readOf(segments: readonly Segment[]): SegmentsRead {
  const sort = segments[segments.length - 1]?.relation?.sort ?? 'ascending';
  const pageSize = segments.reduce((sum, { limit }) => sum + limit, 0);
  return { segments, sort, ...(pageSize !== Infinity && { pageSize }) };
}

function inOrder(segments: readonly Segment[], sort: 'ascending' | 'descending'): Segment[] {
  const sorted = [...segments].sort((a, b) => compareTexts(a.from, b.from));
  return sort === 'ascending' ? sorted : sorted.reverse();
}

/** Tells whether a relation is the first to follow its parent in the relation's own order. */
function isNextTo(
  { model, definitions }: EntityContext,
  parent: Segment,
  { relation, from, to }: Segment,
): boolean {
  const isAscending = relation?.sort !== 'descending';
  const [low, high] = isAscending ? [parent.to, from] : [to, parent.from];
  if (compareTexts(low, high) >= 0) return false;
  const { partition } = model.definition.indexes[0];
  return definitions().every(({ name, indexes }) => {
    const head = name.toLowerCase();
    if (indexes[0].partition !== partition || head === from) return true;
    // The parent is alone if its sort key is nothing but its name.
    if (name === model.name && parent.from === head) return true;
    return compareTexts(head + AFTER_DELIMITER, low) <= 0 || compareTexts(head, high) >= 0;
  });
}
