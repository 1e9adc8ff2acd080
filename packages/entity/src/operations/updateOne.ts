import { UpdateItemCommand, type UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { hookContext, newOperationId, type EntityContext } from '../entity/EntityContext.js';
import { storedFormOf, versionOf, type Fields, type Item } from '../entity/EntityModel.js';
import { deepValue, nestFields } from '../entity/fields.js';
import { invalidInput } from '../entity/parseInput.js';
import { parseUpdate } from '../entity/parseUpdate.js';
import { equalitiesIn, exactKey, planQuery } from '../entity/planQuery.js';
import { EntityError } from '../errors/EntityError.js';
import { assertCondition } from '../expressions/compileCondition.js';
import { APPLY } from '../expressions/updateOperators.js';
import { backOff, MAX_ATTEMPTS } from '../table/backOff.js';
import { commit } from '../table/commit.js';
import { outcomeUnknown, sdkErrorOf, wasRepeated, withoutItem } from '../table/Sender.js';
import type { Write } from '../table/transactWrite.js';
import { expressionParams, type PreparedUpdate, type UpdateInput } from './updateExpression.js';
import { createOne, prepareCreate, type CreateInput } from './createOne.js';
import { findTheOne } from './find.js';
import { planReplace, write } from './replace.js';

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
      return await insert(entity, prepared);
    } catch (error) {
      // Somebody else made it in between: update that one.
      if (!EntityError.is(error) || error.code !== 'AlreadyExists') throw error;
      if (attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

/** Runs the hooks and validates the operators. */
export async function prepareUpdate(
  entity: EntityContext,
  input: UpdateInput,
): Promise<PreparedUpdate> {
  const { model } = entity;
  const context = hookContext(entity, 'update', input.context);
  const query = await entity.hooks.beforeQuery(input, context);
  const $set = input.update.$set as Readonly<Fields> | undefined;
  const hooked = $set && (await entity.hooks.preParse($set, context));
  const update = hooked ? { ...input.update, $set: hooked } : input.update;
  return { ...query, update, parsed: parseUpdate(model, update, query.filter) };
}

/**
 * The SDK input of an update that is one expression on one key.
 *
 * @throws {@link EntityError} `InvalidInput` for any other update: it needs the stored document.
 */
export function updateOneParams(entity: EntityContext, input: UpdateInput): UpdateItemCommandInput {
  const { model } = entity;
  const parsed = parseUpdate(model, input.update, input.filter);
  const plan = planQuery(model, input.filter);
  const key = exactKey(plan);
  const isPlain = plan.index.name === '_id' && Object.keys(plan.rest).length === 0;
  if (!key || !isPlain || !parsed.isExpression) {
    throw invalidInput(model.name, [{ path: 'update', message: 'needs the stored document' }]);
  }
  return expressionParams(entity, { ...input, parsed }, key, newOperationId());
}

/**
 * Plans an update as part of a transaction: one expression, or the writes that follow from the
 * stored document, which is then read.
 *
 * @throws {@link EntityError} `NotFound` when the document must be read and is not there.
 */
export async function planUpdate(
  entity: EntityContext,
  input: UpdateInput,
): Promise<{ item?: Item; writes: readonly Write[] }> {
  const { model } = entity;
  const prepared = await prepareUpdate(entity, input);
  const plan = planQuery(model, prepared.filter);
  const key = plan.index.name === '_id' ? exactKey(plan) : undefined;
  // Without the document nobody knows whether the objects around a nested field are there, or
  // whether it is in an older stored form.
  const isBlind =
    model.storedForm === 0 && prepared.parsed.steps.every(({ segments }) => segments.length === 1);
  if (key && prepared.parsed.isExpression && isBlind && Object.keys(plan.rest).length === 0) {
    const inserted = prepared.upsert === true ? await missingItem(entity, prepared) : undefined;
    const { ReturnValues: _, ...params } = expressionParams(
      entity,
      prepared,
      key,
      newOperationId(),
      inserted,
    );
    const action = { Update: { ...params, UpdateExpression: params.UpdateExpression ?? '' } };
    return {
      writes: [
        {
          action: action,
          failure: (current) => (current ? refused(entity, input, current) : notFound(entity)),
        },
      ],
    };
  }
  if (input.upsert === true) {
    throw invalidInput(model.name, [{ path: 'upsert', message: 'needs the stored document' }]);
  }
  const item = await findTheOne(entity, prepared.filter);
  if (!item) throw notFound(entity);
  if (input.version !== undefined && versionOf(item) !== input.version) {
    throw refused(entity, input, item);
  }
  return planReplace(entity, item, prepared);
}

async function updateExisting(
  entity: EntityContext,
  input: PreparedUpdate,
): Promise<Item | undefined> {
  const { model } = entity;
  const plan = planQuery(model, input.filter);
  const key = plan.index.name === '_id' ? exactKey(plan) : undefined;
  if (!key || !input.parsed.isExpression || Object.keys(plan.rest).length > 0) {
    return readAndReplace(entity, input);
  }
  const params = expressionParams(entity, input, key, newOperationId());
  try {
    const { Attributes } = await entity.sender.send(new UpdateItemCommand(params));
    return Attributes;
  } catch (error) {
    const { name, message, Item: current } = sdkErrorOf(error) as Error & { Item?: Item };
    // A field is set inside an object that is not there: only the whole document can say what.
    if (name === 'ValidationException' && message.includes('document path')) {
      return readAndReplace(entity, input);
    }
    if (name !== 'ConditionalCheckFailedException') throw error;
    if (!current) return undefined;
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
    const replacement = planReplace(entity, item, input);
    try {
      await commit(entity.sender, replacement.writes);
      return replacement.item;
    } catch (error) {
      const isStale = EntityError.is(error) && error.code === 'VersionConflict';
      if (!isStale || input.version !== undefined || attempt === MAX_ATTEMPTS) throw error;
      await backOff(attempt);
    }
  }
}

/** Makes the document that an upsert found missing. */
function insert(entity: EntityContext, update: PreparedUpdate): Promise<Item> {
  return createOne(entity, missingDocument(update));
}

/** The item that an upsert makes where there is none, if no unique item belongs to it. */
async function missingItem(entity: EntityContext, update: PreparedUpdate): Promise<Item> {
  if (entity.model.uniqueIndexes.length > 0) {
    throw invalidInput(entity.model.name, [
      { path: 'upsert', message: 'cannot take unique values without reading first' },
    ]);
  }
  return (await prepareCreate(entity, missingDocument(update))).item;
}

/** What an upsert makes: from the filter, the update and its inserts. */
function missingDocument({ filter, parsed, context }: PreparedUpdate): CreateInput {
  const item = nestFields(Object.fromEntries(equalitiesIn(filter)));
  for (const { operator, segments, value } of parsed.steps) {
    const apply = APPLY[operator === '$setOnInsert' ? '$set' : operator];
    write(item, segments, apply(deepValue(item, segments), value));
  }
  return { item, ...(context && { context }) };
}

function notFound({ model }: EntityContext): EntityError<'NotFound'> {
  return new EntityError('NotFound', `There is no such ${model.name}.`, { entity: model.name });
}

function refused(entity: EntityContext, input: UpdateInput, current: Item): EntityError {
  const { model } = entity;
  const item = model.fromItem(current);
  if (input.version !== undefined && versionOf(current) !== input.version) {
    return new EntityError('VersionConflict', `The ${model.name} has another version.`, {
      entity: model.name,
      item,
    });
  }
  return new EntityError('ConditionFailed', `The ${model.name} is not as the condition says.`, {
    entity: model.name,
    item,
  });
}
