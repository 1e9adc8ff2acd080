import { hookContext, type EntityContext } from '../entity/EntityContext.js';
import type { Fields, Item } from '../entity/EntityModel.js';
import { normalised, planQuery } from '../entity/planQuery.js';
import { EntityError } from '../errors/EntityError.js';
import { deleteOne, type DeleteInput } from './deleteOne.js';
import { readPlan, type FindInput } from './find.js';
import type { UpdateInput } from './updateExpression.js';
import { updateOne } from './updateOne.js';

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
  const { limit: _limit, maxPages: _maxPages, ...change } = input;
  const act = async (meant: Meant): Promise<boolean> =>
    (await updateOne(entity, { ...change, ...meant })) !== undefined;
  // All are found before the first is changed: an update can move a document to where it would be
  // found again.
  return forEach(entity, input, act, Infinity);
}

/** Deletes every document that matches, each with its unique items; see {@link updateMany}. */
export async function deleteMany(
  entity: EntityContext,
  input: DeleteInput & Pick<FindInput, 'limit' | 'maxPages'>,
): Promise<number> {
  const { limit: _limit, maxPages: _maxPages, ...rest } = input;
  const act = async (meant: Meant): Promise<boolean> =>
    (await deleteOne(entity, { ...rest, ...meant })) !== undefined;
  return forEach(entity, input, act);
}

/** One of the documents that were found: by its key, as long as it is what was looked for. */
type Meant = Required<Pick<DeleteInput, 'filter' | 'condition'>>;

async function forEach(
  entity: EntityContext,
  input: DeleteInput & Pick<FindInput, 'limit' | 'maxPages'>,
  act: (meant: Meant) => Promise<boolean>,
  batchSize = CONCURRENCY,
): Promise<number> {
  const { limit, maxPages, condition } = input;
  const query = hookContext(entity, 'find', input.context);
  const { filter } = await entity.hooks.beforeQuery({ filter: input.filter }, query);
  const conditions = [beyondKey(entity, filter), condition ?? {}];
  const given = conditions.filter((each) => Object.keys(each).length > 0);
  const meant: Fields = given.length > 0 ? { $and: given } : {};
  let done = 0;
  const batch: Fields[] = [];
  const flush = async (): Promise<void> => {
    while (batch.length > 0) {
      const together = batch.splice(0, CONCURRENCY);
      const outcomes = await Promise.all(
        together.map((key) => passingOver(() => act({ filter: key, condition: meant }))),
      );
      done += outcomes.filter(Boolean).length;
    }
  };
  const found = readPlan(entity, planQuery(entity.model, filter), {
    ...(limit !== undefined && { limit }),
    ...(maxPages !== undefined && { maxPages }),
  });
  for await (const item of found) {
    batch.push(keyFilter(entity, item));
    if (batch.length === batchSize) await flush();
  }
  await flush();
  return done;
}

/** What a filter asks of documents beside their key, which they are named by: it may change. */
function beyondKey({ model }: EntityContext, filter: Readonly<Fields>): Fields {
  const [{ PK, SK }] = model.definition.indexes;
  const inKey = [...PK, ...SK].flatMap((part) => (part.kind === 'field' ? [part.path] : []));
  return Object.fromEntries(
    Object.entries(normalised(model, filter)).filter(([path]) => !inKey.includes(path)),
  );
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
function keyFilter({ model }: EntityContext, item: Item): Fields {
  return model.keyFields(model.attributes.keyOf(item));
}
