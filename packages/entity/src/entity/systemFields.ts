import { userOf, type EntityContext, type OperationContext } from './EntityContext.js';
import type { Fields } from './EntityModel.js';
import { invalidInput } from './parseInput.js';

/** System fields of a new document that a caller can set (default: as for a document made now). */
export interface GivenSystemFields {
  readonly ulid?: unknown;
  readonly createdAt?: unknown;
  readonly updatedAt?: unknown;
  readonly createdBy?: unknown;
  readonly updatedBy?: unknown;
}

const NAMES = ['ulid', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy'] as const;
/** Of 26 characters of Crockford's Base32 the first holds three bits (https://github.com/ulid/spec). */
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * The system fields of a new document.
 *
 * @throws {@link EntityError} `InvalidInput` for a given one that no document can have.
 */
export function systemFields(
  entity: EntityContext,
  given: GivenSystemFields,
  context: OperationContext | undefined,
): Fields {
  const { name } = entity.model;
  const createdAt = dateOf(name, 'createdAt', given.createdAt);
  // What was made elsewhere has not been changed since, as far as anybody says.
  const made = createdAt ?? entity.now();
  const createdBy = userIn(name, 'createdBy', given.createdBy) ?? userOf(context);
  const updatedBy = userIn(name, 'updatedBy', given.updatedBy) ?? createdBy;
  return {
    ulid: ulidOf(name, given.ulid) ?? entity.newUlid(createdAt),
    createdAt: made,
    updatedAt: dateOf(name, 'updatedAt', given.updatedAt) ?? made,
    ...(createdBy !== undefined && { createdBy }),
    ...(updatedBy !== undefined && { updatedBy }),
  };
}

/** Takes the system fields out of an object that holds a document's own fields, too. */
export function splitSystemFields(fields: Readonly<Fields>): {
  item: Fields;
  given: GivenSystemFields;
} {
  const item = { ...fields };
  const given: Fields = {};
  for (const name of NAMES) {
    if (!Object.hasOwn(item, name)) continue;
    given[name] = item[name];
    Reflect.deleteProperty(item, name);
  }
  return { item, given };
}

function ulidOf(entity: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value.toUpperCase() : '';
  if (ULID.test(text)) return text;
  throw invalidInput(entity, [{ path: 'ulid', message: 'not a ULID' }]);
}

function dateOf(entity: string, path: string, value: unknown): Date | undefined {
  if (value === undefined) return undefined;
  const isDate = value instanceof Date && !Number.isNaN(value.getTime());
  // A year of more digits would not sort as text.
  if (isDate && value.toISOString().length === 24) return value;
  throw invalidInput(entity, [{ path, message: 'not a Date in the years 0 to 9999' }]);
}

function userIn(entity: string, path: string, value: unknown): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  throw invalidInput(entity, [{ path, message: 'not a non-empty string' }]);
}
