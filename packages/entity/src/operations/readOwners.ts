import { joinPath } from '@latchkey/schema';
import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { testsOf } from '../expressions/Clause.js';
import { Expression } from '../expressions/Expression.js';
import { matcherOf } from '../expressions/matcherOf.js';
import type { ProjectedPath } from '../expressions/projectedPath.js';
import { ownerOf } from '../keys/ownerOf.js';
import type { QueryPlan } from '../planning/planIndex.js';
import { batchGet, keyText } from '../table/batchGet.js';
import { projection } from './readPages.js';

/**
 * Reads the documents that own unique items, strongly consistent: one by `GetItem`, several by
 * `BatchGetItem`, 100 in a request.
 *
 * @returns a document for each unique item, in their order; undefined where it does not meet the
 *   rest of the plan, or has given its value up in between.
 */
export async function readOwners(
  entity: EntityContext,
  plan: QueryPlan,
  uniques: readonly Item[],
  project: readonly ProjectedPath[] | undefined,
): Promise<(Item | undefined)[]> {
  const { model } = entity;
  const matches = matcherOf(plan.rest);
  const documents = await readDocuments(entity, uniques, neededPaths(plan, project));
  return uniques.map((unique) => {
    const document = documents.get(keyText(ownerOf(unique)));
    if (!document || !matches(document)) return undefined;
    const held = model.keyIn(plan.index, model.allFields(document));
    return held && keyText(held) === keyText(model.attributes.keyOf(unique)) ? document : undefined;
  });
}

/** The documents of owners, by {@link keyText}. */
async function readDocuments(
  { model, tableName, sender }: EntityContext,
  uniques: readonly Item[],
  project: readonly ProjectedPath[] | undefined,
): Promise<ReadonlyMap<string, Item>> {
  const [first, ...more] = uniques.map(ownerOf);
  if (!first) return new Map();
  const expression = new Expression();
  const what = {
    ConsistentRead: true,
    ...projection(model, expression, project),
    ...expression.attributes,
  };
  if (more.length > 0) return batchGet(sender, tableName, [first, ...more], what);
  const { Item: item } = await sender.send({
    name: 'GetItem',
    input: { TableName: tableName, Key: model.attributes.keyItem(first), ...what },
  });
  return new Map(item ? [[keyText(first), item]] : []);
}

/** The fields that are asked for, and those by which a document is judged. */
function neededPaths(
  { index, rest }: QueryPlan,
  project: readonly ProjectedPath[] | undefined,
): readonly ProjectedPath[] | undefined {
  if (!project) return undefined;
  const parts = [...index.PK, ...index.SK].flatMap((part) =>
    part.kind === 'field' ? [joinPath(part.segments)] : [],
  );
  const where = index.where.map(({ segments }) => joinPath(segments));
  return [...project, ...parts, ...where, ...testsOf(rest).map(({ path }) => path)];
}
