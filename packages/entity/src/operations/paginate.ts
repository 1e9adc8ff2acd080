import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { planFind, type FindInput } from './find.js';
import { assertLimit, DEFAULT_MAX_PAGES, queryParams, readPages } from './readPages.js';
import { readOwners } from './readOwners.js';
import { uniquePlan } from './readPlan.js';

/** Input that asks for one page, as the operations see it. */
export interface PaginateInput extends Omit<FindInput, 'limit' | 'startKey' | 'pageSize'> {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
  readonly scanFirst?: number;
}

/** One page of items, with the cursor of each. */
export interface ItemPage {
  readonly edges: readonly { readonly item: Item; readonly cursor: string }[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Where reading stopped for its bound on pages, if it did. */
  readonly stoppedAt?: string;
}

const DEFAULT_SIZE = 25;
const MAX_SIZE = 1000;

/**
 * One page of matching items: the `first` after a cursor, or the `last` before one, always in the
 * order of `sort`. One more than asked for is read, to know whether there is more.
 */
export async function paginate(entity: EntityContext, input: PaginateInput): Promise<ItemPage> {
  const { after, before, sort = 'ascending' } = input;
  const backwards = input.last !== undefined || (before !== undefined && before !== null);
  if (backwards && (input.first !== undefined || (after !== undefined && after !== null))) {
    throw invalidInput(entity.model.name, [
      { path: 'first', message: 'can only be combined with after, and last only with before' },
    ]);
  }
  const size = sizeOf(entity, backwards ? 'last' : 'first', backwards ? input.last : input.first);
  const plan = await planFind(entity, input);
  const cursor = backwards ? before : after;
  const hasCursor = cursor !== undefined && cursor !== null;
  if (!plan) return { edges: [], hasNextPage: false, hasPreviousPage: false };
  const isAscending = (sort === 'ascending') !== backwards;
  const { unique } = plan.index;
  const { project, ...options } = input;
  const params = queryParams(entity.model, entity.tableName, unique ? uniquePlan(plan) : plan, {
    ...(unique ? options : input),
    sort: isAscending ? 'ascending' : 'descending',
    pageSize: size + 1,
  });
  const found: { item: Item; place: Item }[] = [];
  const start = hasCursor ? { startKey: decodeCursor(entity, plan, cursor) } : {};
  let stoppedAt: Item | undefined;
  const { maxPages = DEFAULT_MAX_PAGES, scanFirst } = input;
  assertLimit(entity.model.name, maxPages, 'maxPages');
  if (scanFirst !== undefined) assertLimit(entity.model.name, scanFirst, 'scanFirst');
  let pages = 0;
  const reading = { maxPages: Infinity, ...(scanFirst !== undefined && { scanFirst }), ...start };
  for await (const page of readPages(entity, params, reading)) {
    const items = unique ? await readOwners(entity, plan, page.items, project) : page.items;
    for (const [at, item] of items.entries()) {
      // A document by a unique value has the place of that value.
      const place = page.items[at];
      if (item && place && entity.model.owns(item)) found.push({ item, place });
    }
    if (found.length > size) break;
    // A short page is better than an error: its cursor leads on from where reading stopped.
    if (++pages < maxPages || !page.lastKey) continue;
    stoppedAt = page.lastKey;
    break;
  }
  const hasMore = found.length > size || stoppedAt !== undefined;
  const items = found.slice(0, size);
  if (backwards) items.reverse();
  return {
    edges: items.map(({ item, place }) => ({ item, cursor: encodeCursor(entity, plan, place) })),
    hasNextPage: backwards ? hasCursor : hasMore,
    hasPreviousPage: backwards ? hasMore : hasCursor,
    ...(stoppedAt && { stoppedAt: encodeCursor(entity, plan, stoppedAt) }),
  };
}

function sizeOf(entity: EntityContext, path: string, size: number = DEFAULT_SIZE): number {
  if (Number.isInteger(size) && size > 0 && size <= MAX_SIZE) return size;
  throw invalidInput(entity.model.name, [
    { path, message: `must be a whole number from 1 to ${MAX_SIZE}` },
  ]);
}
