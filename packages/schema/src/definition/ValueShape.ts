import type { core } from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { pathBelow } from '../paths/fieldPath.js';
import { refusedInSet, shapeParts, type ShapeParts } from './storableKinds.js';

type Schema = core.$ZodType;

/**
 * Information that a storage layer needs to restore values: the positions of dates and bigints,
 * which a database stores as strings and numbers. Unions are merged into one shape. The shape of a
 * recursive schema is recursive.
 */
export interface ValueShape {
  /** Kind of value that a stored string represents. */
  readonly strings?: 'string' | 'date';
  /** Kind of value that a stored number represents. */
  readonly numbers?: 'number' | 'bigint';
  /** The shapes of named fields. */
  readonly fields?: ReadonlyMap<string, ValueShape>;
  /** The shape of fields that have no name in the schema (a record's). */
  readonly rest?: ValueShape;
  /** The shape of list or set elements. */
  readonly element?: ValueShape;
}

/** The shape of what a schema leaves open (`z.unknown()`): strings are strings, numbers numbers. */
export const PLAIN_DATA: ValueShape = Object.freeze({ strings: 'string', numbers: 'number' });

/** DynamoDB nests values 32 levels deep: nothing can be stored below. */
const MAX_DEPTH = 32;
/** Far more than a schema has that is not made anew at every level. */
const MAX_POSITIONS = 10_000;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** One position of a document: every schema that its value can have. */
interface Position {
  readonly path: string;
  readonly depth: number;
  readonly schemas: readonly Schema[];
  readonly shape: Writable<ValueShape>;
}

type ShapeOf = (schemas: readonly Schema[], path: string, depth: number) => ValueShape;

/**
 * The {@link ValueShape} of a schema.
 *
 * @param entity - the entity's name, for errors.
 * @throws {@link SchemaError} `NotStorable` where a schema's values cannot be stored;
 *   `AmbiguousType` where one position takes dates and strings, or bigints and numbers: once stored
 *   they could not be told apart.
 */
export function valueShape(schema: Schema, entity: string): ValueShape {
  const ids = new Map<Schema, number>();
  const positions = new Map<string, Position>();
  const shapeOf: ShapeOf = (given, path, depth) => {
    if (depth > MAX_DEPTH) return PLAIN_DATA;
    const schemas = alternatives(given);
    // The same schemas have the same shape, wherever they are; so it ends where a schema recurs.
    const key = schemas.map((each) => idOf(each, ids)).join();
    const known = positions.get(key);
    if (known) return known.shape;
    if (positions.size >= MAX_POSITIONS) {
      throw notStorable(
        entity,
        path,
        'the schema is infinite: it returns a new schema at every level',
      );
    }
    const position: Position = { path, depth, schemas, shape: {} };
    positions.set(key, position);
    return position.shape;
  };
  const root = shapeOf([schema], '', 0);
  // Positions that are found on the way are visited, too.
  for (const position of positions.values()) fill(position, entity, shapeOf);
  return root;
}

/** Works out one position's shape, and those of the positions below it. */
function fill({ path, depth, schemas, shape }: Position, entity: string, shapeOf: ShapeOf): void {
  const below = (given: readonly Schema[], name: string): ValueShape =>
    shapeOf(given, pathBelow(path, name), depth + 1);
  const all = schemas.map(shapeParts);
  const refused = all.find((parts) => parts.refused !== undefined)?.refused;
  if (refused !== undefined) throw notStorable(entity, path, refused);
  if (schemas.length > 0 && isAbsent(schemas)) throw absent(entity, path);
  const strings = oneOf(
    all.flatMap((parts) => parts.strings ?? []),
    path,
  );
  const numbers = oneOf(
    all.flatMap((parts) => parts.numbers ?? []),
    path,
  );
  if (strings) shape.strings = strings;
  if (numbers) shape.numbers = numbers;
  const names = new Set(all.flatMap(({ fields }) => Object.keys(fields ?? {})));
  if (names.size > 0) {
    const fields = new Map<string, ValueShape>();
    for (const name of names) {
      // Where one of them does not know the name, its schema for names that it does not know counts.
      const own = all.flatMap((parts) => fieldOf(parts, name) ?? []);
      fields.set(name, below(own, name));
    }
    shape.fields = fields;
  }
  const rest = all.flatMap((parts) => parts.rest ?? []).filter((each) => !isNever(each));
  if (rest.length > 0) shape.rest = below(rest, '*');
  const elements = all.flatMap((parts) => parts.elements ?? []);
  if (elements.some((element) => isAbsent([element]))) throw absent(entity, pathBelow(path, '*'));
  if (elements.length > 0) shape.element = below(elements, '*');
  for (const set of schemas.filter(({ _zod }) => _zod.def.type === 'set')) {
    const inSet = alternatives(shapeParts(set).elements ?? []).map(refusedInSet);
    const reason = inSet.find((each) => each !== undefined);
    if (reason !== undefined) throw notStorable(entity, path, reason);
  }
}

/** The schemas that say something themselves, and are not only made of others. */
function alternatives(schemas: readonly Schema[]): readonly Schema[] {
  const seen = new Set(schemas);
  const leaves: Schema[] = [];
  for (const schema of seen) {
    const { inner, orNull } = shapeParts(schema);
    if (!inner || orNull) leaves.push(schema);
    for (const other of inner ?? []) seen.add(other);
  }
  return leaves;
}

function fieldOf({ fields, rest }: ShapeParts, name: string): Schema | undefined {
  if (fields && Object.hasOwn(fields, name)) return fields[name];
  return rest && !isNever(rest) ? rest : undefined;
}

/** Tells whether there is never anything to store. */
function isAbsent(schemas: readonly Schema[]): boolean {
  return alternatives(schemas).every((schema) => shapeParts(schema).absent);
}

function isNever({ _zod }: Schema): boolean {
  return _zod.def.type === 'never';
}

function idOf(schema: Schema, ids: Map<Schema, number>): number {
  const id = ids.get(schema) ?? ids.size;
  ids.set(schema, id);
  return id;
}

function oneOf<V extends string>(values: readonly V[], path: string): V | undefined {
  const [first, second] = new Set(values);
  if (second === undefined) return first;
  throw new SchemaError(
    'AmbiguousType',
    `"${path}" mixes dates and strings, or bigints and numbers, which cannot be told apart once stored.`,
    { path },
  );
}

function absent(entity: string, path: string): SchemaError<'NotStorable'> {
  return notStorable(entity, path, 'it can only be undefined: leave it out');
}

function notStorable(entity: string, path: string, reason: string): SchemaError<'NotStorable'> {
  return new SchemaError('NotStorable', `"${path}" of ${entity} cannot be stored: ${reason}.`, {
    entity,
    path,
    reason,
  });
}
