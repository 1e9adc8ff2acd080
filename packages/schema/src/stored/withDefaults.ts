import * as z from 'zod';
import { schemasWithin } from './schemasWithin.js';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];

const mayFill = new WeakMap<Schema, boolean>();

/**
 * A stored value together with the schema's defaults for what is not there: fields of objects, of
 * elements of lists and of records, at any depth. What is there stays as it is; in a union, where
 * nothing says which default is meant, nothing is added.
 *
 * @returns the value itself where nothing is missing.
 */
export function withDefaults(schema: z.ZodType, value: unknown): unknown {
  return filled(schema, value);
}

function filled(schema: Schema, value: unknown): unknown {
  if (!canFill(schema)) return value;
  if (value === undefined) return defaultOf(schema);
  const def = schema._zod.def as Def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'catch':
    case 'readonly':
      return filled(def.innerType, value);
    case 'lazy':
      return filled(def.getter(), value);
    case 'pipe':
      return filled(def.out, value);
    case 'object':
      return isObject(value) ? filledObject(def, value) : value;
    case 'record':
      return isObject(value) ? mapped(value, (field) => filled(def.valueType, field)) : value;
    case 'array':
      if (!Array.isArray(value)) return value;
      return changed(
        value,
        value.map((element) => filled(def.element, element)),
      );
    default:
      return value;
  }
}

function filledObject(def: z.core.$ZodObjectDef, value: Fields): Fields {
  let result = value;
  for (const [name, schema] of Object.entries(def.shape)) {
    const before = value[name];
    const after = filled(schema, before);
    if (Object.is(before, after)) continue;
    if (result === value) result = { ...value };
    result[name] = after;
  }
  return result;
}

type Fields = Record<string, unknown>;

function mapped(value: Fields, change: (field: unknown) => unknown): Fields {
  const result = Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, change(field)]),
  );
  return Object.keys(value).some((name) => !Object.is(value[name], result[name])) ? result : value;
}

function changed(before: readonly unknown[], after: readonly unknown[]): readonly unknown[] {
  return before.some((element, at) => !Object.is(element, after[at])) ? after : before;
}

/** The value that a parse gives where there is none; undefined where it gives none or refuses. */
export function defaultOf(schema: Schema): unknown {
  const result = z.core.safeParse(schema, undefined);
  return result.success ? result.data : undefined;
}

function canFill(schema: Schema): boolean {
  const before = mayFill.get(schema);
  if (before !== undefined) return before;
  const can = [...schemasWithin(schema)].some(({ _zod }) =>
    ['default', 'prefault', 'catch', 'transform'].includes((_zod.def as Def).type),
  );
  mayFill.set(schema, can);
  return can;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
