import type { PutItemCommandInput, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';
import {
  hookContext,
  newOperationId,
  type EntityContext,
  type OperationContext,
} from '../entity/EntityContext.js';
import type { EntityModel, Fields, Item, UniqueKey } from '../entity/EntityModel.js';
import { invalidInput, parseInput } from '../entity/parseInput.js';
import { systemFields, type GivenSystemFields } from '../entity/systemFields.js';
import { documentId } from '../keys/documentId.js';
import type { Write } from '../table/transactWrite.js';
import { documentInTheWay } from './conditionFailed.js';
import { ownerOf } from '../keys/ownerOf.js';

/** Input that creates a document, as the operations see it. */
export interface CreateInput extends GivenSystemFields {
  readonly item: Readonly<Fields>;
  /** The fields of the item that are in their stored form, by name: they are not parsed. */
  readonly stored?: ReadonlyMap<string, unknown>;
  readonly context?: OperationContext;
}

/** A document to be written: its item, and every write that belongs to it. */
export interface Creation {
  readonly item: Item;
  readonly writes: readonly [Write, ...Write[]];
}

/** The SDK input that would create a document; hooks, which may wait, do not run. */
export function createOneParams(
  entity: EntityContext,
  input: CreateInput,
): PutItemCommandInput | TransactWriteItemsCommandInput {
  const { writes } = planCreate(entity, newFields(entity, input), input);
  const [first, ...more] = writes;
  if (first.action.Put && more.length === 0) return first.action.Put;
  return { TransactItems: writes.map(({ action }) => action) };
}

/** Runs the hooks and plans the writes. */
export async function prepareCreate(entity: EntityContext, input: CreateInput): Promise<Creation> {
  const context = hookContext(entity, 'create', input.context);
  const item = await entity.hooks.preParse(input.item, context);
  const parsed = newFields(entity, { ...input, item, ...storedAfterHooks(input, item) });
  const fields = await entity.hooks.postParse(parsed, context);
  const { computed } = entity.model.definition;
  const whole = computed.size > 0 ? entity.model.withComputed({ ...fields }) : fields;
  return planCreate(entity, whole, input);
}

/** The fields that hooks have left in their stored form: what a hook gives is input. */
function storedAfterHooks(
  { item: given, stored }: CreateInput,
  item: Readonly<Fields>,
): Pick<CreateInput, 'stored'> {
  if (!stored) return {};
  return { stored: new Map([...stored].filter(([name]) => item[name] === given[name])) };
}

/** A new document's fields: the validated input, and what every document has. */
function newFields(entity: EntityContext, input: CreateInput): Fields {
  const { model } = entity;
  // What the schema gives is an object of our own: zod never returns its input.
  const fields = parseInput(model.definition, input.item, input.stored);
  model.assertNamesFree(Object.keys(fields));
  assertNotComputed(model, Object.keys(input.item));
  Object.assign(fields, systemFields(entity, input, input.context));
  return model.withComputed(fields);
}

/** @throws {@link EntityError} `InvalidInput` for a field that is made from others. */
function assertNotComputed(model: EntityModel, fields: readonly string[]): void {
  const path = fields.find((field) => model.definition.computed.has(field));
  if (path === undefined) return;
  throw invalidInput(model.name, [{ path, message: 'it is computed from other fields' }]);
}

function planCreate(
  entity: EntityContext,
  fields: Readonly<Fields>,
  { ulid }: GivenSystemFields,
): Creation {
  const { model, tableName } = entity;
  const item = model.toItem(fields, 1, newOperationId());
  const owner = model.attributes.keyOf(item);
  const uniques = model
    .uniqueKeys(fields)
    .map((key) => putUnique(model, tableName, key, owner, fields));
  const put = putNew(entity, item);
  // Even if somebody has changed it since: no two documents have one ulid that was made here.
  const isOwn = (existing: Item): boolean => existing.ulid?.S === item.ulid?.S;
  return { item, writes: [ulid === undefined ? { isOwn, ...put } : put, ...uniques] };
}

/** Writes an item where there is none. */
export function putNew(entity: EntityContext, item: Item): Write {
  const { model, tableName } = entity;
  return {
    action: {
      Put: {
        TableName: tableName,
        Item: item,
        ...model.attributes.ifAbsent,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    failure: (existing) => alreadyExists(entity, existing),
  };
}

/** The error for a key that a document, or an item of another program, has already. */
export function alreadyExists(
  entity: EntityContext,
  existing: Item | undefined,
): EntityError<'AlreadyExists'> {
  const { model } = entity;
  const { name } = model;
  if (!existing || model.owns(existing)) {
    const item = existing && documentInTheWay(entity, existing);
    return new EntityError('AlreadyExists', `A ${name} with this key already exists.`, {
      entity: name,
      item,
    });
  }
  const message = `The key of this ${name} belongs to an item of another program.`;
  return new EntityError('AlreadyExists', message, { entity: name, item: undefined });
}

/** Takes a unique value for a document, unless another has it. */
export function putUnique(
  model: EntityModel,
  tableName: string,
  key: UniqueKey,
  owner: { readonly PK: string; readonly SK: string },
  fields: Readonly<Fields>,
): Write {
  return {
    action: {
      Put: {
        TableName: tableName,
        Item: model.uniqueItem(key, owner, fields),
        ...model.attributes.ifAbsent,
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      },
    },
    failure: (unique) => {
      const { index } = key;
      const paths = [...index.PK, ...index.SK].flatMap((part) =>
        part.kind === 'field' ? [part.path] : [],
      );
      return new EntityError(
        'UniqueViolation',
        `Another ${model.name} already has this ${paths.join(', ')}.`,
        {
          entity: model.name,
          index: index.name,
          paths,
          ...(unique?.ownerPK && { ownerId: documentId(ownerOf(unique)) }),
        },
      );
    },
  };
}
