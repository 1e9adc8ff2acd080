import type { EntityContext } from '../entity/EntityContext.js';
import type { Item } from '../entity/EntityModel.js';
import { invalidInput } from '../entity/parseInput.js';
import { planFind, type FindInput } from './find.js';
import { assertLimit, queryParams, readPages } from './readPages.js';

/** An entity to be read along with its parent. */
export interface RelatedModel {
  readonly name: string;
  readonly entity: EntityContext;
  /** At most this many of its documents. */
  readonly limit: number;
}

/** A parent's item and those of its relations, in the order of their keys. */
export interface Family {
  readonly parent: Item;
  readonly related: Readonly<Record<string, readonly Item[]>>;
}

/**
 * Reads a document and its related ones in one Query: they lie side by side in one partition. It
 * reaches from the first of the names to the last, and passes over what else lies between.
 */
export async function findRelated(
  entity: EntityContext,
  input: FindInput,
  relations: readonly RelatedModel[],
): Promise<Family | undefined> {
  const { model, tableName } = entity;
  const plan = await planFind(entity, input);
  if (plan.index.name !== '_id' || !('equals' in plan.SK) || Object.keys(plan.rest).length > 0) {
    throw invalidInput(model.name, [{ path: 'filter', message: 'include needs the whole key' }]);
  }
  for (const { limit } of relations) assertLimit(model.name, limit);
  const heads = [
    plan.SK.equals,
    ...relations.map((relation) => relation.entity.model.sortKeyHead),
  ].sort();
  // `$` follows the delimiter `#`, so that the last name's items are within the range.
  const SK = { from: heads[0] ?? '', to: `${heads[heads.length - 1] ?? ''}$` };
  // The fields to read are the parent's: they are picked from the whole of it.
  const { project: _, ...options } = input;
  const params = queryParams(model, tableName, { ...plan, SK }, options);
  const isAscending = input.sort !== 'descending';
  let parent: Item | undefined;
  const related: Record<string, Item[]> = {};
  for (const { name } of relations) related[name] = [];
  for await (const { items } of readPages(entity, params, input)) {
    for (const item of items) {
      if (model.attributes.keyOf(item).SK === plan.SK.equals) parent = item;
      const relation = relations.find((candidate) => candidate.entity.model.owns(item));
      const found = relation && related[relation.name];
      if (relation && found && found.length < relation.limit) found.push(item);
    }
    const reached = model.attributes.keyOf(items.at(-1)).SK;
    const isDone = ({ name, limit, entity: { model: child } }: RelatedModel): boolean =>
      related[name]?.length === limit || (isAscending && reached > `${child.sortKeyHead}$`);
    if (parent && relations.every(isDone)) break;
  }
  return parent && { parent, related };
}
