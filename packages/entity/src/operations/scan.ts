import type { ScanCommandInput } from '@aws-sdk/client-dynamodb';
import { hookContext, type EntityContext, type OperationContext } from '../entity/EntityContext.js';
import type { EntityModel, Fields, Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { isNothing } from '../expressions/Clause.js';
import { compileCondition } from '../expressions/compileCondition.js';
import { Expression } from '../expressions/Expression.js';
import { parseCondition } from '../expressions/parseCondition.js';
import { assertLimit, projection, tooManyPages, type PageOptions } from './readPages.js';

/** Input of a scan, as the operations see it. */
export interface ScanInput extends Pick<PageOptions, 'consistent' | 'project' | 'maxPages'> {
  /** Condition that a document must meet. */
  readonly condition?: Readonly<Fields>;
  /** Number of parts of the table to read in parallel (default: 1; at most 1000). */
  readonly segments?: number;
  /** At most this many matching documents. */
  readonly limit?: number;
  readonly context?: OperationContext;
}

const MAX_SEGMENTS = 1000;

/**
 * Reads every document of the entity, wherever it is: the whole table is read and paid for. The
 * segments are read side by side, a page of each at a time.
 */
export async function* scan(entity: EntityContext, input: ScanInput = {}): AsyncGenerator<Item> {
  const { segments = 1, maxPages = 100, limit = Infinity } = input;
  if (!Number.isInteger(segments) || segments < 1 || segments > MAX_SEGMENTS) {
    throw invalidInput(entity.model.name, [
      { path: 'segments', message: `must be a whole number from 1 to ${MAX_SEGMENTS}` },
    ]);
  }
  assertLimit(entity.model.name, limit);
  assertLimit(entity.model.name, maxPages, 'maxPages');
  const context = hookContext(entity, 'find', input.context);
  const query = await entity.hooks.beforeQuery({ filter: input.condition ?? {} }, context);
  const params = scanParams(entity.model, entity.tableName, { ...input, condition: query.filter });
  if (isNothing(parseCondition(query.filter, entity.model))) return;
  let found = 0;
  let pages = 0;
  let open: Partial<ScanCommandInput>[] = Array.from({ length: segments }, (_, Segment) =>
    segments === 1 ? {} : { Segment, TotalSegments: segments },
  );
  while (open.length > 0) {
    if (pages >= maxPages) throw tooManyPages(entity.model.name, maxPages);
    const batch = open.slice(0, maxPages - pages);
    const rest = open.slice(batch.length);
    pages += batch.length;
    const answers = await Promise.all(
      batch.map((part) => entity.sender.send({ name: 'Scan', input: { ...params, ...part } })),
    );
    for (const item of answers.flatMap(({ Items = [] }) => Items)) {
      if (!entity.model.owns(item)) continue;
      yield item;
      if (++found >= limit) return;
    }
    const next = answers.map(({ LastEvaluatedKey }, at) => ({
      ...batch[at],
      ...(LastEvaluatedKey && { ExclusiveStartKey: LastEvaluatedKey }),
    }));
    open = [...rest, ...next.filter((_, at) => answers[at]?.LastEvaluatedKey)];
  }
}

/** The SDK input of a scan, without segments. */
export function scanParams(
  model: EntityModel,
  tableName: string,
  { condition = {}, consistent = false, project }: ScanInput,
): ScanCommandInput {
  const expression = new Expression();
  const clauses = [
    model.isDocumentClause(expression),
    ...model.namespaceClauses(expression),
    compileCondition(condition, expression, model),
  ].filter((text) => text !== undefined);
  return {
    TableName: tableName,
    FilterExpression: clauses.join(' AND '),
    ...projection(model, expression, project),
    ...expression.attributes,
    ConsistentRead: consistent,
  };
}
