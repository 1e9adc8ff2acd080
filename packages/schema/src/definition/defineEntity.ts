import type * as z from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { splitPath } from '../paths/fieldPath.js';
import { scalarTypes } from '../paths/scalarTypes.js';
import { assertDefinition } from './assertDefinition.js';
import { assertRepeatable } from './assertRepeatable.js';
import { assertEntityName, compileIndex, unknownPath } from './compileIndex.js';
import type {
  ComputedField,
  EntityDefinition,
  EntityInput,
  Index,
  IndexInput,
  UncheckedIndex,
} from './EntityDefinition.js';
import { fieldSchemas } from './fieldSchemas.js';
import { isReservedName } from './isReservedName.js';
import { strictObjects } from './strictObjects.js';
import { valueShape } from './ValueShape.js';

type AnyComputed = ComputedField<Record<string, unknown>, string>;

const INDEX_NAME = /^_id([2-9]|[1-9]\d+)?$/;

/**
 * Defines an entity: its fields, keys and hooks.
 *
 * Every fault in a definition is an error here, before any table exists.
 *
 * @throws {@link SchemaError} with the code of the fault.
 *
 * @example
 * ```ts
 * import { Account, defineEntity } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * export const Order = defineEntity({
 *   name: 'Order',
 *   schema: z.object({ accountId: z.ulid(), number: z.int(), note: z.string().optional() }),
 *   indexes: [{ name: '_id', PK: ['.accountId'], SK: ['.number'], relatedTo: Account }],
 * });
 * ```
 */
export function defineEntity<
  N extends string,
  S extends z.ZodObject,
  const I extends readonly IndexInput<S>[],
  const X extends string = never,
>(input: EntityInput<N, S, I, X>): EntityDefinition<N, S, I, X> {
  assertDefinition(input);
  const { name, expiresAt, hooks = {} } = input;
  const secrets: readonly X[] = input.secrets ?? [];
  assertEntityName(name);
  assertFieldNames(name, input.schema);
  assertIndexNames(name, input.indexes);
  assertRepeatable(name, input.schema);
  const schema = strictObjects(input.schema);
  const indexes: readonly UncheckedIndex[] = input.indexes;
  const [first, ...others] = indexes.map((index) => compileIndex(name, schema, index));
  if (!first) throw invalidIndexName(name, '');
  for (const path of secrets) assertSecret(name, schema, first, path);
  if (expiresAt !== undefined) assertDate(name, schema, expiresAt);
  const readOnly: readonly string[] = input.readOnly ?? [];
  const computed = new Map(Object.entries((input.computed ?? {}) as Record<string, AnyComputed>));
  const aliases = new Map(Object.entries(input.aliases ?? {})) as ReadonlyMap<string, string>;
  for (const path of [
    ...readOnly,
    ...[...computed].flatMap(([field, { from }]) => [field, ...from]),
    ...aliases.keys(),
  ]) {
    assertPath(name, schema, path);
  }
  assertAliases(name, schema, aliases);
  return Object.freeze({
    name,
    schema,
    indexes: Object.freeze([first, ...others] as const),
    ...(expiresAt !== undefined && { expiresAt }),
    secrets: Object.freeze([...secrets]),
    readOnly: Object.freeze([...readOnly]),
    computed,
    aliases,
    migrations: Object.freeze([...(input.migrations ?? [])]),
    hooks: Object.freeze({ ...hooks }),
    shape: valueShape(schema, name),
  });
}

function assertPath(entity: string, schema: z.ZodObject, path: string): void {
  if (fieldSchemas(schema, splitPath(path)).length === 0) throw unknownPath(entity, path);
}

/** A secret is one field of the document, of which its `id` says nothing. */
function assertSecret(entity: string, schema: z.ZodObject, index: Index, path: string): void {
  assertPath(entity, schema, path);
  // An element of a list is not one field: its neighbours would be shown.
  if (splitPath(path).some((segment) => /^\d+$/.test(segment))) throw unknownPath(entity, path);
  const parts = [...index.PK, ...index.SK];
  if (!parts.some((part) => part.kind === 'field' && part.path === path)) return;
  throw new SchemaError(
    'SecretInKey',
    `"${path}" of ${entity} is secret, but part of the key, and a document's id shows its key.`,
    { entity, path },
  );
}

/** A stored name must not be another field's, or one of those that every item has. */
function assertAliases(
  entity: string,
  schema: z.ZodObject,
  aliases: ReadonlyMap<string, string>,
): void {
  const taken = Object.keys(schema.shape).filter((field) => !aliases.has(field));
  for (const [path, alias] of aliases) {
    if (isReserved(alias) || taken.includes(alias)) {
      throw new SchemaError(
        'ReservedField',
        `${entity} cannot store "${path}" as "${alias}": the name is taken.`,
        { entity, path },
      );
    }
    taken.push(alias);
  }
}

function isReserved(name: string): boolean {
  return isReservedName(name) || name.includes('.');
}

function assertFieldNames(entity: string, schema: z.ZodObject): void {
  for (const path of Object.keys(schema.shape)) {
    if (isReserved(path)) {
      throw new SchemaError(
        'ReservedField',
        `${entity} cannot have a field "${path}": names that start with "_", contain a dot, or belong to every document are reserved.`,
        { entity, path },
      );
    }
  }
}

/** @throws {@link SchemaError} `DuplicateIndexName`, `InvalidIndexName` */
export function assertIndexNames(
  entity: string,
  indexes: readonly Pick<UncheckedIndex, 'name' | 'unique'>[],
): void {
  const seen = new Set<string>();
  for (const [at, { name, unique }] of indexes.entries()) {
    if (seen.has(name)) {
      throw new SchemaError('DuplicateIndexName', `${entity} has two indexes named "${name}".`, {
        entity,
        index: name,
      });
    }
    seen.add(name);
    const isFirst = at === 0;
    if (!INDEX_NAME.test(name) || isFirst !== (name === '_id') || (isFirst && unique)) {
      throw invalidIndexName(entity, name);
    }
  }
}

function invalidIndexName(entity: string, index: string): SchemaError<'InvalidIndexName'> {
  return new SchemaError(
    'InvalidIndexName',
    `The first index of ${entity} must be "_id" (always unique), and others "_id2", "_id3", ….`,
    { entity, index },
  );
}

function assertDate(entity: string, schema: z.ZodObject, path: string): void {
  const [field] = fieldSchemas(schema, [path]);
  if (!field) throw unknownPath(entity, path);
  const types = scalarTypes(field);
  if (types?.size === 1 && types.has('date')) return;
  throw new SchemaError('ExpiryNotDate', `${entity}'s expiry field "${path}" is not a date.`, {
    entity,
    path,
  });
}
