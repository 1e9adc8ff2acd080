import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { compareTexts } from '../attributes/compareAttributes.js';
import type { QueryPlan } from '../planning/planIndex.js';
import { documentKey } from '../planning/planQuery.js';
import { planFind, type FindInput } from './find.js';
import { planRelated, type RelatedModel, type Segment, type SegmentsRead } from './planRelated.js';
import {
  assertLimit,
  assertSort,
  DEFAULT_MAX_PAGES,
  queryParams,
  readPage,
  tooManyPages,
} from './readPages.js';

/** A parent's item and those of its relations, each in its order. */
export interface Family {
  readonly parent: Item;
  readonly related: Readonly<Record<string, readonly Item[]>>;
}

/** The items of segments, as they are found. */
type Found = ReadonlyMap<Segment, Item[]>;

/**
 * Reads a document and its related ones, which lie side by side in one partition: in one Query, or
 * in several side by side where one would have to read through documents that nobody asked for.
 */
export async function findRelated(
  entity: EntityContext,
  input: FindInput,
  relations: readonly RelatedModel[],
): Promise<Family | undefined> {
  const { model } = entity;
  for (const { limit, sort } of relations) {
    assertLimit(model.name, limit);
    assertSort(model.name, sort);
  }
  const plan = await planFind(entity, input);
  if (!plan) return undefined;
  const key = documentKey(plan);
  if (!key) {
    throw invalidInput(model.name, [{ path: 'filter', message: 'include needs the whole key' }]);
  }
  const reads = planRelated(entity, key.SK, relations);
  const found = await Promise.all(reads.map((read) => readSegments(entity, plan, read, input)));
  let parent: Item | undefined;
  const related: Record<string, Item[]> = {};
  for (const [at, { sort }] of reads.entries()) {
    for (const [{ relation }, items] of found[at] ?? []) {
      if (!relation) [parent] = items;
      else related[relation.name] = relation.sort === sort ? items : items.reverse();
    }
  }
  return parent && { parent, related };
}

/** Reads page by page; what lies between one segment that is done and the next is left out. */
async function readSegments(
  entity: EntityContext,
  plan: QueryPlan,
  { segments, sort, pageSize }: SegmentsRead,
  { maxPages = DEFAULT_MAX_PAGES, consistent = false }: FindInput,
): Promise<Found> {
  assertLimit(entity.model.name, maxPages, 'maxPages');
  const found = new Map(segments.map((segment): [Segment, Item[]] => [segment, []]));
  let open = segments;
  let startKey: Item | undefined;
  for (let page = 1; ; page++) {
    const size = page === 1 ? pageSize : missingOf(open, found);
    const params = queryParams(entity.model, entity.tableName, planOf(plan, open, sort), {
      consistent,
      sort,
      ...(size !== undefined && { pageSize: size }),
    });
    const { items, lastKey } = await readPage(entity, params, startKey);
    for (const item of items) sortIn(entity, item, found);
    if (!lastKey) return found;
    const reached = entity.model.attributes.keyOf(lastKey).SK;
    open = open.filter((segment) => {
      const isFull = (found.get(segment)?.length ?? 0) >= segment.limit;
      return !isFull && !isPassed(segment, reached, sort);
    });
    const [next] = open;
    if (!next) return found;
    if (page >= maxPages) throw tooManyPages(entity.model.name, maxPages);
    startKey = isWithin(next, reached) ? lastKey : undefined;
  }
}

/** A query over what is between the first and the last of some segments, which are in its order. */
function planOf(
  { index, PK, rest }: QueryPlan,
  segments: readonly Segment[],
  sort: SegmentsRead['sort'],
): QueryPlan {
  const [first, last] = [segments[0], segments[segments.length - 1]];
  const [lowest, highest] = sort === 'ascending' ? [first, last] : [last, first];
  return { index, PK, SK: { from: lowest?.from ?? '', to: highest?.to ?? '' }, rest };
}

/** How many items are still missing, where it is the last of limited segments that they are of. */
function missingOf(open: readonly Segment[], found: Found): number | undefined {
  const [only, ...more] = open;
  if (!only || more.length > 0 || only.limit === Infinity) return undefined;
  return only.limit - (found.get(only)?.length ?? 0);
}

function sortIn(entity: EntityContext, item: Item, found: Found): void {
  const { SK } = entity.model.attributes.keyOf(item);
  for (const [{ relation, limit, from }, items] of found) {
    if (items.length >= limit) continue;
    const isMeant = relation
      ? relation.entity.model.owns(item)
      : SK === from && entity.model.owns(item);
    if (isMeant) items.push(item);
  }
}

function isPassed({ from, to }: Segment, reached: string, sort: SegmentsRead['sort']): boolean {
  return sort === 'ascending' ? compareTexts(to, reached) <= 0 : compareTexts(from, reached) >= 0;
}

function isWithin({ from, to }: Segment, key: string): boolean {
  return compareTexts(from, key) <= 0 && compareTexts(key, to) <= 0;
}
