import type { core } from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { unwrap } from '../paths/schemasAt.js';

/**
 * What a storage layer must know to give values back as they went in: where the schema has dates
 * and bigints, which a database keeps as strings and numbers. Unions are merged into one shape.
 */
export interface ValueShape {
  /** What a stored string is. */
  readonly strings?: 'string' | 'date';
  /** What a stored number is. */
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

/** More than any stored value is nested, wrappers included. */
const MAX_DEPTH = 100;

/**
 * The {@link ValueShape} of a schema.
 *
 * @throws {@link SchemaError} `AmbiguousType` where one position takes dates and strings, or
 *   bigints and numbers: once stored they could not be told apart.
 */
export function valueShape(
  schema: core.$ZodType,
  path = '',
  around: readonly core.$ZodType[] = [],
): ValueShape {
  // A schema may hold itself: what is below it is kept as plain data.
  if (around.includes(schema) || around.length > MAX_DEPTH) return PLAIN_DATA;
  const within = [...around, schema];
  const def = schema._zod.def as core.$ZodTypes['_zod']['def'];
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return { strings: 'string' };
    case 'date':
      return { strings: 'date' };
    case 'number':
      return { numbers: 'number' };
    case 'bigint':
      return { numbers: 'bigint' };
    case 'enum':
      return merged(Object.values(def.entries).map(literalShape), path);
    case 'literal':
      return merged(def.values.map(literalShape), path);
    case 'object': {
      const fields = new Map<string, ValueShape>();
      for (const [name, field] of Object.entries(def.shape)) {
        fields.set(name, valueShape(field, join(path, name), within));
      }
      return def.catchall && def.catchall._zod.def.type !== 'never'
        ? { fields, rest: valueShape(def.catchall, join(path, '*'), within) }
        : { fields };
    }
    case 'record':
      return { rest: valueShape(def.valueType, join(path, '*'), within) };
    case 'array':
      return { element: valueShape(def.element, join(path, '*'), within) };
    case 'set':
      return { element: valueShape(def.valueType, join(path, '*'), within) };
    case 'tuple': {
      const items = def.rest ? [...def.items, def.rest] : def.items;
      return {
        element: merged(
          items.map((item) => valueShape(item, join(path, '*'), within)),
          path,
        ),
      };
    }
    case 'union':
      return merged(
        def.options.map((option) => valueShape(option, path, within)),
        path,
      );
    case 'intersection':
      return merged(
        [valueShape(def.left, path, within), valueShape(def.right, path, within)],
        path,
      );
    case 'boolean':
    case 'null':
    case 'undefined':
    case 'void':
    case 'never':
      return {};
    default: {
      const inner = unwrap(def);
      return inner ? valueShape(inner, path, within) : PLAIN_DATA;
    }
  }
}

function literalShape(value: unknown): ValueShape {
  if (typeof value === 'string') return { strings: 'string' };
  if (typeof value === 'number') return { numbers: 'number' };
  if (typeof value === 'bigint') return { numbers: 'bigint' };
  return {};
}

function merged(shapes: readonly ValueShape[], path: string): ValueShape {
  return shapes.reduce((a, b) => merge(a, b, path), {});
}

function merge(a: ValueShape, b: ValueShape, path: string): ValueShape {
  if (differ(a.strings, b.strings) || differ(a.numbers, b.numbers)) {
    throw new SchemaError(
      'AmbiguousType',
      `The schema takes dates and strings, or bigints and numbers, in one position: "${path}".`,
      { path },
    );
  }
  const strings = a.strings ?? b.strings;
  const numbers = a.numbers ?? b.numbers;
  const rest = both(a.rest, b.rest, join(path, '*'));
  const element = both(a.element, b.element, join(path, '*'));
  const fields = new Map<string, ValueShape>();
  for (const name of [...(a.fields?.keys() ?? []), ...(b.fields?.keys() ?? [])]) {
    // Where one of them has names only, the other's shape for names that it does not know counts.
    const shape = both(
      a.fields?.get(name) ?? a.rest,
      b.fields?.get(name) ?? b.rest,
      join(path, name),
    );
    if (shape) fields.set(name, shape);
  }
  return {
    ...(strings && { strings }),
    ...(numbers && { numbers }),
    ...(fields.size > 0 && { fields }),
    ...(rest && { rest }),
    ...(element && { element }),
  };
}

function both(a: ValueShape | undefined, b: ValueShape | undefined, path: string) {
  return a && b ? merge(a, b, path) : (a ?? b);
}

function differ(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a !== b;
}

function join(path: string, segment: string): string {
  return path === '' ? segment : `${path}.${segment}`;
}
