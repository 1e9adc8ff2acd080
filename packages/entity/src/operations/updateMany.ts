import { hookContext, type EntityContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { parseUpdate } from '../entity/parseUpdate.js';
import { EntityError } from '../errors/EntityError.js';
import { isEverything } from '../expressions/Clause.js';
import { assertCondition } from '../expressions/compileCondition.js';
import { planQuery } from '../planning/planQuery.js';
import { deleteOne, type DeleteInput } from './deleteOne.js';
import type { FindInput } from './find.js';
import { readPlan } from './readPlan.js';
import type { UpdateInput } from './updateExpression.js';
import { updateOne } from './updateOne.js';

/** How many documents are written side by side. */
const CONCURRENCY = 8;

/** Input that changes many documents, as the operations see it. */
export type UpdateManyInput = Omit<UpdateInput, 'upsert' | 'version'> & Options;

/** Which documents are found, and how many. */
type Options = Pick<FindInput, 'index' | 'limit' | 'maxPages'>;

/**
 * Changes every document that matches, each by itself: some may be changed when an error stops the
 * rest. One that no longer meets the condition is passed over.
 *
 * @returns how many were changed.
 */
export async function updateMany(entity: EntityContext, input: UpdateManyInput): Promise<number> {
  const { limit: _limit, maxPages: _maxPages, index: _index, ...change } = input;
  const act = async (meant: Meant): Promise<boolean> =>
    (await updateOne(entity, { ...change, ...meant })) !== undefined;
  // Even where no document is found. What a hook gives is validated with each.
  if (!entity.hooks.seeInput) parseUpdate(entity.model, input.update);
  // All are found before the first is changed: an update can move a document to where it would be
  // found again.
  return forEach(entity, input, act, Infinity);
}

/** Deletes every document that matches, each with its unique items; see {@link updateMany}. */
export async function deleteMany(
  entity: EntityContext,
  input: DeleteInput & Options,
): Promise<number> {
  const { limit: _limit, maxPages: _maxPages, index: _index, ...rest } = input;
  const act = async (meant: Meant): Promise<boolean> =>
    (await deleteOne(entity, { ...rest, ...meant })) !== undefined;
  return forEach(entity, input, act);
}

/** One of the documents that were found: by its key, as long as it is what was looked for. */
type Meant = Required<Pick<DeleteInput, 'filter' | 'condition'>>;

async function forEach(
  entity: EntityContext,
  input: DeleteInput & Options,
  act: (meant: Meant) => Promise<boolean>,
  batchSize = CONCURRENCY,
): Promise<number> {
  const { limit, maxPages, condition } = input;
  if (!entity.hooks.seeQueries) assertCondition(condition, entity.model);
  const query = hookContext(entity, 'find', input.context);
  const { filter } = await entity.hooks.beforeQuery({ filter: input.filter }, query);
  const plan = planQuery(entity.model, filter, input);
  // Documents are written by their key. What else was asked of them may have changed since.
  const isAllInKey = plan?.index.name === '_id' && isEverything(plan.rest);
  const conditions = [isAllInKey ? {} : filter, condition ?? {}];
  const given = conditions.filter((each) => Object.keys(each).length > 0);
  const meant: Fields = given.length > 0 ? { $and: given } : {};
  let done = 0;
  const batch: Fields[] = [];
  const flush = async (): Promise<void> => {
    while (batch.length > 0) {
      const together = batch.splice(0, CONCURRENCY);
      const outcomes = await Promise.allSettled(
        together.map((key) => passingOver(() => act({ filter: key, condition: meant }))),
      );
      done += outcomes.filter((each) => each.status === 'fulfilled' && each.value).length;
      const stopped = outcomes.find((each) => each.status === 'rejected');
      if (stopped) throw stopped.reason;
    }
  };
  const found = readPlan(entity, plan, {
    ...(limit !== undefined && { limit }),
    ...(maxPages !== undefined && { maxPages }),
  });
  try {
    for await (const item of found) {
      batch.push(keyFilter(entity, item));
      if (batch.length === batchSize) await flush();
    }
    await flush();
  } catch (error) {
    // Whatever is under way is waited for: nothing changes once the caller knows.
    if (EntityError.is(error)) error.doneCount = done;
    throw error;
  }
  return done;
}

/** A document that no longer meets the condition is not one of those that were meant. */
async function passingOver(act: () => Promise<boolean>): Promise<boolean> {
  try {
    return await act();
  } catch (error) {
    if (EntityError.is(error) && error.code === 'ConditionFailed') return false;
    throw error;
  }
}

/** A filter that names a document by its whole key. */
function keyFilter({ model }: EntityContext, item: Item): Fields {
  return model.keyFields(model.attributes.keyOf(item));
}
