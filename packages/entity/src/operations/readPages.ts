import type { QueryCommandInput } from '@aws-sdk/client-dynamodb';
import { joinPath } from '@latchkey/schema';
import type { EntityContext } from '../entity/EntityContext.js';
import type { EntityModel, Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { EntityError } from '../errors/EntityError.js';
import { compileClause } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { pathOf, type ProjectedPath } from '../expressions/projectedPath.js';
import type { QueryPlan } from '../planning/planIndex.js';

/** How pages of a query are read. */
export interface PageOptions {
  /** Reads what every write before has left (default: false). */
  readonly consistent?: boolean;
  /** By sort key (default: `ascending`). */
  readonly sort?: 'ascending' | 'descending';
  /** The fields to read (default: all). */
  readonly project?: readonly ProjectedPath[];
  /** How many items to ask for in one page; DynamoDB stops at 1 MB in any case. */
  readonly pageSize?: number;
  /** How many pages to read at the most (default: 100). */
  readonly maxPages?: number;
  /** How many items the first page reads, whatever a filter leaves of them. */
  readonly scanFirst?: number;
  /** Leaves out what another program has put between the documents (default: false). */
  readonly documentsOnly?: boolean;
  /** The key of the item after which to begin. */
  readonly startKey?: Item;
}

/** One page: what matched of it, and where the next begins. */
export interface Page {
  readonly items: readonly Item[];
  readonly count: number;
  readonly lastKey: Item | undefined;
}

/** Of an `Int32`, as DynamoDB's API has it. */
const MAX_LIMIT = 2 ** 31 - 1;

/** 100 MB, before any filter. */
export const DEFAULT_MAX_PAGES = 100;

/**
 * Reads a query page by page.
 *
 * @throws {@link EntityError} `TooManyPages` when there are more pages than `maxPages`.
 */
export async function* readPages(
  entity: EntityContext,
  params: QueryCommandInput,
  {
    startKey,
    maxPages = DEFAULT_MAX_PAGES,
    scanFirst,
  }: Pick<PageOptions, 'startKey' | 'maxPages' | 'scanFirst'>,
): AsyncGenerator<Page> {
  assertLimit(entity.model.name, maxPages, 'maxPages');
  let ExclusiveStartKey = startKey;
  // Without a filter, every page is limited to what is asked for.
  const isLimited = scanFirst !== undefined && params.FilterExpression !== undefined;
  for (let number = 1; ; number++) {
    const isFirst = isLimited && number === 1;
    const asked = isFirst ? { ...params, Limit: Math.min(scanFirst, MAX_LIMIT) } : params;
    const page = await readPage(entity, asked, ExclusiveStartKey);
    ExclusiveStartKey = page.lastKey;
    yield page;
    if (!ExclusiveStartKey) return;
    if (number >= maxPages) throw tooManyPages(entity.model.name, maxPages);
  }
}

/** Reads one page of a query. */
export async function readPage(
  entity: EntityContext,
  params: QueryCommandInput,
  ExclusiveStartKey: Item | undefined,
): Promise<Page> {
  const { Items, Count, LastEvaluatedKey } = await entity.sender.send({
    name: 'Query',
    input: ExclusiveStartKey ? { ...params, ExclusiveStartKey } : params,
  });
  return { items: Items ?? [], count: Count ?? 0, lastKey: LastEvaluatedKey };
}

/** The SDK input of a query. */
export function queryParams(
  model: EntityModel,
  tableName: string,
  plan: QueryPlan,
  options: PageOptions = {},
): QueryCommandInput {
  const { consistent = false, pageSize, sort = 'ascending', project } = options;
  assertSort(model.name, sort);
  const expression = new Expression();
  const isGlobal = plan.index.name !== '_id' && !plan.index.unique;
  if (isGlobal && consistent) {
    const message = `is not possible with the global secondary index ${plan.index.name}`;
    throw invalidInput(model.name, [{ path: 'consistent', message }]);
  }
  const { attributes } = model;
  const index = isGlobal ? attributes.index(plan.index.name) : undefined;
  const names = index ?? attributes;
  const PK = expression.path([names.PK]);
  const SK = expression.path([names.SK]);
  const text = (value: string): string => expression.value({ S: value });
  let range = `${PK} = ${text(plan.PK)} AND `;
  if ('equals' in plan.SK) range += `${SK} = ${text(plan.SK.equals)}`;
  else if ('startsWith' in plan.SK) range += `begins_with(${SK}, ${text(plan.SK.startsWith)})`;
  else range += `${SK} BETWEEN ${text(plan.SK.from)} AND ${text(plan.SK.to)}`;
  const filters = [
    ...(options.documentsOnly === true ? model.ownsClauses(expression, plan.index) : []),
    compileClause(plan.rest, expression, model),
  ].filter((clause) => clause !== undefined);
  const filter = filters.length > 0 ? filters.join(' AND ') : undefined;
  return {
    TableName: tableName,
    ...(index && { IndexName: index.name }),
    KeyConditionExpression: range,
    ...(filter !== undefined && { FilterExpression: filter }),
    ...projection(model, expression, project, [names.SK]),
    ...expression.attributes,
    ...(!isGlobal && { ConsistentRead: consistent || plan.index.unique }),
    ScanIndexForward: sort === 'ascending',
    // A filter is applied after the limit, which then says nothing of matching documents.
    ...(pageSize !== undefined && filter === undefined && { Limit: pageSize }),
  };
}

/**
 * A projection expression; what the package itself needs of an item comes along. None where
 * documents may be in an older stored form: a migration needs the whole of it.
 *
 * @throws {@link EntityError} `InvalidInput` for a path that the schema does not have.
 */
export function projection(
  model: EntityModel,
  expression: Expression,
  project: readonly ProjectedPath[] | undefined,
  more: readonly string[] = [],
): { ProjectionExpression?: string } {
  if (!project) return {};
  const asked = project.map(pathOf).filter((path) => path !== 'id');
  for (const path of asked) model.field(path);
  if (model.storedForm > 0) return {};
  const { PK, SK } = model.attributes;
  const own = [PK, SK, '_e', '_v', '_s', ...more].map((name) => expression.path([name]));
  const fields = asked.map((path) => model.field(readFrom(model, path)));
  // DynamoDB refuses a path next to one that it lies in.
  const outer = fields.filter(
    ({ stored }) => !fields.some((other) => isInside(stored, other.stored)),
  );
  const names = outer.map((field) => expression.field(field));
  return { ProjectionExpression: [...new Set([...own, ...names])].join(', ') };
}

function isInside(path: readonly string[], other: readonly string[]): boolean {
  return path.length > other.length && other.every((segment, at) => segment === path[at]);
}

/**
 * The field to read for the sake of a path: more than the path itself where the rest shows what is
 * at the path. Without the whole list nobody knows which element is which, and beside a part of a
 * field nobody knows what it lacks.
 */
function readFrom(model: EntityModel, path: string): string {
  const { segments, lists } = model.field(path);
  if (segments.length === 1) return path;
  if (model.canLackDefaults(joinPath(segments.slice(0, 1)))) return joinPath(segments.slice(0, 1));
  const list = lists.indexOf(true);
  return list === -1 ? path : joinPath(segments.slice(0, list));
}

/** @throws {@link EntityError} `InvalidInput` for a limit that is not a whole number above 0. */
export function assertLimit(
  entity: string,
  limit: number,
  path: 'limit' | 'maxPages' | 'scanFirst' = 'limit',
): void {
  if (limit > 0 && (Number.isInteger(limit) || limit === Infinity)) return;
  throw invalidInput(entity, [{ path, message: 'must be a whole number above 0' }]);
}

/** @throws {@link EntityError} `InvalidInput` for an order that is not one of the two. */
export function assertSort(entity: string, sort: unknown): void {
  if (sort === 'ascending' || sort === 'descending') return;
  throw invalidInput(entity, [{ path: 'sort', message: "must be 'ascending' or 'descending'" }]);
}

/** @throws {@link EntityError} `TooManyPages` */
export function tooManyPages(entity: string, maxPages: number): EntityError<'TooManyPages'> {
  return new EntityError(
    'TooManyPages',
    `The query on ${entity} has more than ${maxPages} pages. Raise maxPages, or paginate.`,
    { entity, maxPages },
  );
}
