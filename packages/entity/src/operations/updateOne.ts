import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { applyUpdate } from '../entity/applyUpdate.js';
import {
  hookContext,
  newOperationId,
  userOf,
  type EntityContext,
} from '../entity/EntityContext.js';
import {
  storedFormOf,
  versionOf,
  type EntityModel,
  type Fields,
  type Item,
} from '../entity/EntityModel.js';
import { missingDocument } from '../entity/missingDocument.js';
import { invalidInput } from '../entity/parseInput.js';
import { parseUpdate } from '../entity/parseUpdate.js';
import { planUpdate, type ExpressionPlan } from '../entity/planUpdate.js';
import { EntityError } from '../errors/EntityError.js';
import { assertCondition } from '../expressions/compileCondition.js';
import { matcherOf } from '../expressions/matcherOf.js';
import { parseCondition } from '../expressions/parseCondition.js';
import { $inc } from '../operators/inc.js';
import { backOff, MAX_ATTEMPTS } from '../table/backOff.js';
import { commit } from '../table/commit.js';
import { isNoNumber, sdkErrorOf } from '../table/requestFailed.js';
import { outcomeUnknown, wasRepeated, withoutItem } from '../table/Sender.js';
import type { Write } from '../table/transactWrite.js';
import {
  conditionFailed,
  documentInTheWay,
  meetsCondition,
  planOnCondition,
} from './conditionFailed.js';
import { alreadyExists, prepareCreate } from './createOne.js';
import { followLateComers, followRelated } from './followRelated.js';
import { findTheOne } from './find.js';
import { notFound } from './notFound.js';
import { planReplace, versionConflict } from './replace.js';
import {
  expressionParams,
  updateParams,
  type PreparedUpdate,
  type UpdateInput,
} from './updateExpression.js';

/** Changes one document and gives the item as it is then; undefined if no document matches. */
export async function updateOne(
  entity: EntityContext,
  input: UpdateInput,
): Promise<Item | undefined> {
  const prepared = await prepareUpdate(entity, input);
  for (let attempt = 1; ; attempt++) {
    const updated = await updateExisting(entity, prepared);
    if (updated || prepared.upsert !== true) return updated;
    try {
      const { item, writes } = await insertionOf(entity, prepared);
      await commit(entity.sender, writes);
      return item;
    } catch (error) {
      // Somebody else made it in between: update that one.
      const isOvertaken = EntityError.is(error) && error.code === 'VersionConflict';
      if (!isOvertaken || attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

function assertVersion({ model }: EntityContext, { upsert, version }: UpdateInput): void {
  if (version === undefined) return;
  const message =
    upsert === true
      ? 'it cannot be combined with upsert, which may create a document without a version'
      : 'must be a whole number of at least 1';
  if (upsert !== true && Number.isSafeInteger(version) && version > 0) return;
  throw invalidInput(model.name, [{ path: 'version', message }]);
}

/** Runs the hooks and validates the operators. */
async function prepareUpdate(entity: EntityContext, input: UpdateInput): Promise<PreparedUpdate> {
  assertVersion(entity, input);
  // Whose text must be one that can be stored.
  userOf(input.context);
  const context = hookContext(entity, 'update', input.context);
  const query = await entity.hooks.beforeQuery(input, context);
  const $set = input.update.$set as Readonly<Fields> | undefined;
  const hooked = $set && (await entity.hooks.preParse($set, context));
  const update = hooked ? { ...input.update, $set: hooked } : input.update;
  // With the steps first: V8 is slow to add properties to a copy.
  return { steps: parseUpdate(entity.model, update), ...query, update };
}

/**
 * The SDK input of an update that is one expression on one key.
 *
 * @throws {@link EntityError} `InvalidInput` for any other update: it needs the stored document.
 */
export function updateOneParams(entity: EntityContext, input: UpdateInput): UpdateItemCommandInput {
  const { model } = entity;
  assertVersion(entity, input);
  const steps = parseUpdate(model, input.update);
  const plan = planUpdate(model, input.filter, steps);
  if (plan.kind === 'expression') {
    return expressionParams(entity, { ...input, steps }, plan, newOperationId());
  }
  const message = `it needs the stored document: ${plan.why}`;
  throw invalidInput(model.name, [{ path: 'update', message }]);
}

/**
 * Plans an update as part of a transaction: one expression, or the writes that follow from the
 * stored document, which is then read.
 *
 * @throws {@link EntityError} `NotFound` when the document must be read and is not there.
 */
export async function planUpdateOperation(
  entity: EntityContext,
  input: UpdateInput,
): Promise<{ item?: Item; writes: readonly Write[] }> {
  const prepared = await prepareUpdate(entity, input);
  const plan = planUpdate(entity.model, prepared.filter, prepared.steps);
  if (plan.kind === 'expression' && plan.isCertain) {
    if (prepared.upsert !== true) return { writes: [expressionWrite(entity, prepared, plan)] };
    const inserted = await insertion(entity, prepared, plan);
    if (inserted) return { writes: [expressionWrite(entity, prepared, plan, inserted)] };
  }
  assertCondition(prepared.condition, entity.model);
  const item = await findTheOne(entity, prepared.filter);
  if (!item && prepared.upsert === true) return insertionOf(entity, prepared);
  if (!item) throw notFound(entity.model);
  if (input.version !== undefined && versionOf(item) !== input.version) {
    throw refused(entity, input, item);
  }
  if (plan.kind === 'expression' && plan.isCertain) {
    // Deleted since it was found: the upsert is then to make it.
    const isOvertaken = (other?: Item): boolean => other === undefined;
    return { writes: [{ isOvertaken, ...expressionWrite(entity, prepared, plan) }] };
  }
  const replacement = await planWithRelated(entity, item, prepared);
  const isOvertaken = (write: Write, other?: Item): boolean =>
    input.version === undefined && write.failure(other).code === 'VersionConflict';
  return {
    item: replacement.item,
    writes: replacement.writes.map((write) => ({
      ...write,
      isOvertaken: (other) => isOvertaken(write, other),
    })),
  };
}

function expressionWrite(
  entity: EntityContext,
  prepared: PreparedUpdate,
  plan: ExpressionPlan,
  inserted?: Item,
): Write {
  const isSum = prepared.steps.some(({ operator }) => operator === $inc);
  return {
    action: { Update: updateParams(entity, prepared, plan, newOperationId(), inserted) },
    ...(isSum && {
      noNumber: (current: Item | undefined) =>
        current && entity.model.owns(current)
          ? schemaRefusal(entity, prepared, current)
          : undefined,
    }),
    failure: (current) => {
      if (current && entity.model.owns(current)) return refused(entity, prepared, current);
      // Only another program's item can be in the way of what an upsert makes.
      return inserted ? alreadyExists(entity, current) : notFound(entity.model);
    },
  };
}

async function updateExisting(
  entity: EntityContext,
  input: PreparedUpdate,
): Promise<Item | undefined> {
  const { model } = entity;
  const plan = planUpdate(model, input.filter, input.steps);
  if (plan.kind === 'replace') return readAndReplace(entity, input);
  // A hook of new documents is not run for one that is there.
  const isOneRequest = input.upsert === true && plan.isCertain && !entity.hooks.seeCreations;
  const inserted = isOneRequest ? await insertion(entity, input, plan) : undefined;
  const params = expressionParams(entity, input, plan, newOperationId(), inserted);
  try {
    const { Attributes } = await entity.sender.send({ name: 'UpdateItem', input: params });
    return Attributes;
  } catch (error) {
    const { name, message, Item: current } = sdkErrorOf(error) as Error & { Item?: Item };
    // A field is set inside an object that is not there: only the whole document can say what.
    // Or a sum is no number for DynamoDB: reading it says which.
    const isLeftOpen = message.includes('document path') || isNoNumber(message);
    if (name === 'ValidationException' && isLeftOpen) {
      return readAndReplace(entity, input);
    }
    if (name !== 'ConditionalCheckFailedException') throw error;
    if (!current || !model.owns(current)) return undefined;
    // An older stored form is brought up to date as a whole.
    if (storedFormOf(current) < model.storedForm) return readAndReplace(entity, input);
    // The SDK sent the request again after its first answer was lost: the change is made.
    if (current._op?.S === operationIdOf(params)) return current;
    if (wasRepeated(error)) throw outcomeUnknown('UpdateItem', withoutItem(error));
    throw refused(entity, input, current);
  }
}

function operationIdOf(params: UpdateItemCommandInput): string | undefined {
  return params.ExpressionAttributeValues?.[':0']?.S;
}

/** Reads the document, changes it here, and writes it back unless somebody changed it meanwhile. */
async function readAndReplace(
  entity: EntityContext,
  input: PreparedUpdate,
): Promise<Item | undefined> {
  assertCondition(input.condition, entity.model);
  for (let attempt = 1; ; attempt++) {
    const item = await findTheOne(entity, input.filter);
    if (!item) return undefined;
    if (input.version !== undefined && versionOf(item) !== input.version) {
      throw refused(entity, input, item);
    }
    try {
      const replacement = await planWithRelated(entity, item, input);
      await commit(entity.sender, replacement.writes);
      await moveLateComers(entity, item, replacement.item, input);
      return replacement.item;
    } catch (error) {
      if (!EntityError.is(error)) throw error;
      const isStale = error.code === 'VersionConflict';
      if (!isStale || input.version !== undefined || attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

/** Plans a replacement, together with what becomes of related documents. */
async function planWithRelated(
  entity: EntityContext,
  from: Item,
  input: PreparedUpdate,
): Promise<{ item: Item; writes: readonly Write[] }> {
  return planOnCondition(entity, from, input.condition, async () => {
    const { item, writes } = planReplace(entity, from, input);
    const related = await followRelated(entity, { from, to: item }, input);
    return { item, writes: [...writes, ...related] };
  });
}

/** Moves the documents that others made in the old partition while it was left. */
async function moveLateComers(
  entity: EntityContext,
  from: Item,
  to: Item,
  input: PreparedUpdate,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
    const writes = await followLateComers(entity, { from, to }, input);
    if (writes.length === 0) return;
    try {
      await commit(entity.sender, writes);
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'VersionConflict') throw error;
      await backOff(attempt);
    }
  }
}

/**
 * The writes of an upsert of a document that is not there. `VersionConflict` says that another made
 * it since it was looked for; a document that only has its key is in the way for good.
 */
async function insertionOf(
  entity: EntityContext,
  update: PreparedUpdate,
): Promise<{ item: Item; writes: readonly Write[] }> {
  const { model } = entity;
  const { item, writes } = await prepareCreate(entity, missingDocument(model, update));
  const [document, ...uniques] = writes;
  const meets = matcherOf(parseCondition(update.filter, model));
  // Made by another since it was looked for: it is then to be updated. What has the key, and is not
  // what the filter asks for, stays in the way.
  const isOvertaken = (other?: Item): boolean => !other || (model.owns(other) && meets(other));
  const failure = (other?: Item): EntityError =>
    isOvertaken(other) ? versionConflict(entity, other) : document.failure(other);
  return { item, writes: [{ ...document, failure, isOvertaken }, ...uniques] };
}

/**
 * The item that an upsert makes where there is none, if one expression can say so without changing a
 * document that is there in any other way than asked for: all that only a new document gets must be
 * there in every document.
 */
async function insertion(
  entity: EntityContext,
  update: PreparedUpdate,
  plan: ExpressionPlan,
): Promise<Item | undefined> {
  const { model } = entity;
  if (model.uniqueIndexes.length > 0 || userOf(update.context) !== undefined) return undefined;
  let item: Item;
  try {
    ({ item } = await prepareCreate(entity, missingDocument(model, update, plan.facts)));
  } catch (error) {
    // It can only change a document that is there.
    if (EntityError.is(error)) return undefined;
    throw error;
  }
  const changed = update.steps
    .filter(({ operator }) => !operator.onInsertOnly)
    .map(({ field }) => field.segments[0]);
  const others = model.fieldNamesOf(item).filter((name) => !changed.includes(name));
  const isSafe =
    others.every((name) => model.isAlwaysThere(name)) &&
    model.indexesHoldEveryDocument &&
    (plan.ttl !== undefined || item[model.attributes.ttl] === undefined || isAlwaysDated(model));
  return isSafe ? item : undefined;
}

function isAlwaysDated(model: EntityModel): boolean {
  const { expiresAt = '' } = model.definition;
  return model.isAlwaysThere(expiresAt) && !model.field(expiresAt).isNullable;
}

function refused(
  entity: EntityContext,
  input: PreparedUpdate | UpdateInput,
  current: Item,
): EntityError {
  const { model } = entity;
  if (input.version !== undefined && versionOf(current) !== input.version) {
    return new EntityError('VersionConflict', `The version of ${model.name} does not match.`, {
      entity: model.name,
      item: documentInTheWay(entity, current),
    });
  }
  // What was asked for comes before what the schema allows.
  if (!meetsCondition(entity, input.condition, current)) return conditionFailed(entity, current);
  const refusal = 'steps' in input ? schemaRefusal(entity, input, current) : undefined;
  return refusal ?? conditionFailed(entity, current);
}

/** The error with which the schema refuses the change of a document; undefined if it allows it. */
function schemaRefusal(
  { model }: EntityContext,
  { steps }: PreparedUpdate,
  current: Item,
): EntityError | undefined {
  try {
    applyUpdate(model, model.presentAttributes(current), steps);
    return undefined;
  } catch (error) {
    if (EntityError.is(error) && error.code === 'UpdateRefused') return error;
    throw error;
  }
}
