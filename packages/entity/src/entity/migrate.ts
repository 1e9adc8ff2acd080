import { PLAIN_DATA, type Migration, type ValueShape } from '@latchkey/schema';
import { parseIsoDate, toBigint, UnreadableValue } from '../attributes/UnreadableValue.js';
import type { Fields } from './EntityModel.js';
import { isPlainObject } from './valueAt.js';

/**
 * Brings the fields of an older stored form to the present one. Each migration is given what is
 * stored, or would be if the one before had been the last: dates as text, numbers as numbers. What
 * they leave as it is and what they return anew, a `Date` as well as its text, becomes what the
 * schema has in its place.
 *
 * @param stored - as `plainValue` reads it.
 * @param from - how many migrations the fields have behind them.
 * @throws {@link UnreadableValue} where that is not possible.
 */
export function migrate(
  migrations: readonly Migration[],
  stored: Fields,
  from: number,
  shape: ValueShape,
): Fields {
  let fields = stored;
  for (const [at, migration] of migrations.slice(from).entries()) {
    fields = asStored(run(migration, fields, from + at + 1), []) as Fields;
  }
  return asPresent(fields, shape, []) as Fields;
}

function run(migration: Migration, fields: Fields, number: number): Fields {
  let made: unknown;
  try {
    made = migration(fields);
  } catch (cause) {
    throw new UnreadableValue(`was rejected by migration ${String(number)}`, [], { cause });
  }
  if (isPlainObject(made)) return made;
  throw new UnreadableValue(`is not an object after migration ${String(number)}`);
}

/** Returns the value that `plainValue` would read once the given value is stored. */
function asStored(value: unknown, path: readonly string[]): unknown {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new UnreadableValue('is not a date', path);
    return value.toISOString();
  }
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  return mapped(value, path, (inner, name) => asStored(inner, [...path, name]));
}

/** A stored value as the schema has it. */
function asPresent(value: unknown, shape: ValueShape, path: readonly string[]): unknown {
  try {
    assertKind(value, shape);
    if (typeof value === 'string') return shape.strings === 'date' ? parseIsoDate(value) : value;
    if (typeof value === 'number') return shape.numbers === 'bigint' ? toBigint(value) : value;
    if (typeof value === 'bigint') return shape.numbers === 'bigint' ? value : Number(value);
  } catch (error) {
    throw error instanceof UnreadableValue ? new UnreadableValue(error.reason, path) : error;
  }
  return mapped(value, path, (inner, name, isField) => {
    const below = isField ? (shape.fields?.get(name) ?? shape.rest) : shape.element;
    return asPresent(inner, below ?? PLAIN_DATA, [...path, name]);
  });
}

/** Refuses a text, number, list or object where the schema has none: what is left are other kinds. */
function assertKind(value: unknown, shape: ValueShape): void {
  const { strings, numbers, fields, rest, element } = shape;
  // What the schema leaves open.
  if (strings === 'string' && numbers === 'number') return;
  const isFault = (): boolean => {
    if (typeof value === 'string') return strings === undefined;
    if (typeof value === 'number' || typeof value === 'bigint') return numbers === undefined;
    // An object without fields has no shape of its own.
    if (strings === undefined && numbers === undefined) return false;
    if (Array.isArray(value) || value instanceof Set) return element === undefined;
    return isPlainObject(value) && fields === undefined && rest === undefined;
  };
  if (isFault()) throw new UnreadableValue('does not have the type that the schema declares');
}

/** A copy of a list, a set or an object with other values; anything else as it is. */
function mapped(
  value: unknown,
  path: readonly string[],
  change: (inner: unknown, name: string, isField: boolean) => unknown,
): unknown {
  // More than DynamoDB holds: a migration has made something that contains itself.
  if (path.length > MAX_DEPTH) throw new UnreadableValue('is nested too deep', path);
  if (Array.isArray(value)) {
    return value.map((inner: unknown, at) => change(inner, String(at), false));
  }
  if (value instanceof Set) {
    return new Set(Array.from(value, (inner: unknown, at) => change(inner, String(at), false)));
  }
  if (!isPlainObject(value)) return value;
  const copy: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    // `__proto__` would become a prototype.
    if (inner !== undefined && name !== '__proto__') copy[name] = change(inner, name, true);
  }
  return copy;
}

const MAX_DEPTH = 40;
