import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { pathBelow, PLAIN_DATA, type ValueShape } from '@latchkey/schema';
import { isPlainObject } from '../entity/valueAt.js';
import { EntityError } from '../errors/EntityError.js';

/** DynamoDB's limit on nested lists and maps. */
const MAX_DEPTH = 32;
// What a DynamoDB number can be: up to 38 digits, magnitudes from 1E-130 to 9.99…E+125.
const MIN_MAGNITUDE = 1e-130;
const MAX_MAGNITUDE = 1e126;
const MAX_BIGINT_DIGITS = 38;

/**
 * Writes a value as DynamoDB keeps it: dates as ISO 8601 text, which sorts; `undefined` fields of
 * objects are left out; everything else as it is.
 *
 * @param shape - where the schema has dates and bigints; elsewhere they are refused, since they
 *   would come back as text and numbers.
 * @param path - names the place in errors.
 * @throws {@link EntityError} `UnsupportedValue` for what would not come back as it went in.
 */
export function toAttributeValue(
  value: unknown,
  shape: ValueShape,
  path: string,
  depth = 0,
): AttributeValue {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw unsupported(path, 'contains a lone surrogate');
      return { S: value };
    case 'number':
      return { N: numberText(value, path) };
    case 'boolean':
      return { BOOL: value };
    case 'bigint': {
      if (shape.numbers !== 'bigint')
        throw unsupported(path, 'is a bigint, but the schema declares none here');
      const text = String(value);
      if (text.length - (value < 0n ? 1 : 0) > MAX_BIGINT_DIGITS) {
        throw unsupported(path, 'has more than 38 digits');
      }
      return { N: text };
    }
    case 'object':
      break;
    default:
      throw unsupported(
        path,
        `is ${typeof value === 'undefined' ? 'undefined' : `a ${typeof value}`}`,
      );
  }
  if (value === null) return { NULL: true };
  if (depth >= MAX_DEPTH) throw unsupported(path, 'is nested more than 32 levels deep');
  if (Array.isArray(value)) {
    const element = shape.element ?? PLAIN_DATA;
    return {
      L: Array.from(value, (item: unknown, at) =>
        toAttributeValue(item, element, `${path}.${String(at)}`, depth + 1),
      ),
    };
  }
  if (isPlainObject(value)) return { M: toAttributeMap(value, shape, path, depth + 1) };
  if (value instanceof Date) {
    if (shape.strings !== 'date')
      throw unsupported(path, 'is a Date, but the schema declares none here');
    return { S: dateText(value, path) };
  }
  if (value instanceof Uint8Array) return { B: value };
  if (value instanceof Set) return toAttributeSet(value, shape.element ?? PLAIN_DATA, path);
  throw unsupported(path, 'is a class instance');
}

/**
 * Refuses a value that no document can have, since DynamoDB cannot hold it.
 *
 * @throws {@link EntityError} `UnsupportedValue`, as {@link toAttributeValue}.
 */
export function assertStorable(value: unknown, shape: ValueShape, path: string): void {
  // Nearly every value that is asked for is a text.
  if (typeof value === 'string' && value.isWellFormed()) return;
  toAttributeValue(value, shape, path);
}

/**
 * Tells whether a field is left out because of its value: DynamoDB has no empty set, so that one is
 * stored as no attribute. Only where the schema names the field and has a set or list there, so
 * that it is known to be a set when it is read.
 */
export function isLeftOut(value: unknown, shape: ValueShape): boolean {
  return value instanceof Set && value.size === 0 && shape.element !== undefined;
}

/** Writes the fields of an object; see {@link toAttributeValue}. */
export function toAttributeMap(
  object: Readonly<Record<string, unknown>>,
  shape: ValueShape,
  path = '',
  depth = 0,
): Record<string, AttributeValue> {
  const map: Record<string, AttributeValue> = {};
  const { fields, rest = PLAIN_DATA } = shape;
  for (const name of Object.keys(object)) {
    const value = object[name];
    if (value === undefined) continue;
    const below = pathBelow(path, name);
    const declared = fields?.get(name);
    if (declared && isLeftOut(value, declared)) continue;
    if (!declared) assertName(name, below);
    map[name] = toAttributeValue(value, declared ?? rest, below, depth);
  }
  return map;
}

/** Refuses a name that the caller chose and DynamoDB cannot hold, or that would be a prototype. */
function assertName(name: string, path: string): void {
  if (name === '__proto__') throw unsupported(path, 'is a reserved name');
  if (name === '') throw unsupported(path, 'has an empty name');
  if (!name.isWellFormed()) throw unsupported(path, 'has a lone surrogate in its name');
}

function toAttributeSet(set: Set<unknown>, element: ValueShape, path: string): AttributeValue {
  const values = Array.from(set, (value) => toAttributeValue(value, element, path));
  const [first] = values;
  if (!first) throw unsupported(path, 'is an empty set, which DynamoDB cannot hold');
  if (first.S !== undefined && values.every((value) => value.S !== undefined)) {
    return { SS: values.map((value) => value.S) };
  }
  if (first.N !== undefined && values.every((value) => value.N !== undefined)) {
    return { NS: values.map((value) => value.N) };
  }
  if (first.B !== undefined && values.every((value) => value.B !== undefined)) {
    return { BS: values.map((value) => value.B) };
  }
  throw unsupported(path, 'is a set of values that are not all strings, all numbers or all bytes');
}

function numberText(value: number, path: string): string {
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && !(magnitude >= MIN_MAGNITUDE && magnitude < MAX_MAGNITUDE)) {
    throw unsupported(path, 'is a number that DynamoDB cannot hold');
  }
  return String(value);
}

function dateText(date: Date, path: string): string {
  if (Number.isNaN(date.getTime())) throw unsupported(path, 'is an invalid date');
  const text = date.toISOString();
  if (text.length !== 24) throw unsupported(path, 'is a date outside the years 0 to 9999');
  return text;
}

function unsupported(path: string, reason: string): EntityError<'UnsupportedValue'> {
  return new EntityError('UnsupportedValue', `"${path}" cannot be stored: it ${reason}.`, {
    path,
    reason,
  });
}
