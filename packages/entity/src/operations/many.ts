import type { EntityContext } from '../entity/EntityContext.js';
import { EntityError } from '../errors/EntityError.js';
import { deleteOne, type DeleteInput } from './deleteOne.js';
import { findMany, type FindInput } from './find.js';
import { updateOne, type UpdateInput } from './updateOne.js';
import type { Item } from '../entity/EntityModel.js';

/** How many documents are written side by side. */
const CONCURRENCY = 8;

/** What changes many documents, as the operations see it. */
export type UpdateManyInput = Omit<UpdateInput, 'upsert' | 'version'> &
  Pick<FindInput, 'limit' | 'maxPages'>;

/**
 * Changes every document that matches, each by itself: some may be changed when an error stops the
 * rest. One that no longer meets the condition is passed over.
 *
 * @returns how many were changed.
 */
export async function updateMany(entity: EntityContext, input: UpdateManyInput): Promise<number> {
  const { filter: _, limit: _limit, maxPages: _maxPages, ...change } = input;
  return forEach(entity, input, async (item) => {
    const updated = await updateOne(entity, { ...change, filter: keyFilter(entity, item) });
    return updated !== undefined;
  });
}

/** Deletes every document that matches, each with its unique items; see {@link updateMany}. */
export async function deleteMany(
  entity: EntityContext,
  input: DeleteInput & Pick<FindInput, 'limit' | 'maxPages'>,
): Promise<number> {
  const { filter: _, limit: _limit, maxPages: _maxPages, ...rest } = input;
  return forEach(entity, input, async (item) => {
    const deleted = await deleteOne(entity, { ...rest, filter: keyFilter(entity, item) });
    return deleted !== undefined;
  });
}

async function forEach(
  entity: EntityContext,
  {
    filter,
    limit,
    maxPages,
    context,
  }: Pick<FindInput, 'filter' | 'limit' | 'maxPages' | 'context'>,
  act: (item: Item) => Promise<boolean>,
): Promise<number> {
  let done = 0;
  let batch: Item[] = [];
  const flush = async (): Promise<void> => {
    const outcomes = await Promise.all(batch.map((item) => passingOver(() => act(item))));
    done += outcomes.filter(Boolean).length;
    batch = [];
  };
  const found = findMany(entity, {
    filter,
    ...(limit !== undefined && { limit }),
    ...(maxPages !== undefined && { maxPages }),
    ...(context && { context }),
  });
  for await (const item of found) {
    batch.push(item);
    if (batch.length === CONCURRENCY) await flush();
  }
  await flush();
  return done;
}

/** A document that is not as the condition says any more is none of those that were meant. */
async function passingOver(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (EntityError.is(error) && error.code === 'ConditionFailed') return false;
    throw error;
  }
}

/** A filter that names a document by its whole key. */
function keyFilter({ model }: EntityContext, item: Item): Record<string, unknown> {
  return model.keyFields({ PK: item.PK?.S ?? '', SK: item.SK?.S ?? '' });
}
