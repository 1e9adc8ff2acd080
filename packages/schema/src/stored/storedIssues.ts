import * as z from 'zod';
import { safeParse } from 'zod/v4/core';
import { isStable } from './isStable.js';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];

/** One reason why a value cannot be stored. */
export interface StoredIssue {
  /** The segments that lead to it, from the value that was checked. */
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/**
 * Checks a value in the form in which it is stored and shown: the schema's output. Nothing is
 * transformed, unlike in a parse, which would take the value for input and change it again.
 *
 * A transform's own result cannot be checked, since no schema describes it. Refinements are run on
 * what they see in a parse, too: the values that come out of the schemas inside.
 *
 * @returns no issues for a value that may be stored.
 *
 * @example
 * ```ts
 * import { storedIssues } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * const price = z.object({ cents: z.number().transform((euros) => euros * 100) });
 * console.log(storedIssues(price, { cents: 999 })); // []
 * ```
 */
export function storedIssues(schema: z.ZodType, value: unknown): readonly StoredIssue[] {
  return issuesOf(schema, value, []);
}

function issuesOf(schema: Schema, value: unknown, path: readonly PropertyKey[]): StoredIssue[] {
  if (isStable(schema)) return parseIssues(schema, value, path);
  const def = schema._zod.def as Def;
  const structural = structuralIssues(def, value, path);
  if (structural.length > 0 || !def.checks?.length) return structural;
  return parseIssues(z.any().check(...(def.checks as z.core.$ZodCheck<unknown>[])), value, path);
}

/** The issues of a schema that contains a transform, apart from its own refinements. */
function structuralIssues(def: Def, value: unknown, path: readonly PropertyKey[]): StoredIssue[] {
  switch (def.type) {
    case 'optional':
    case 'default':
    case 'prefault':
    case 'catch':
      return value === undefined ? [] : issuesOf(def.innerType, value, path);
    case 'nullable':
      return value === null ? [] : issuesOf(def.innerType, value, path);
    case 'nonoptional':
    case 'readonly':
      return issuesOf(def.innerType, value, path);
    case 'lazy':
      return issuesOf(def.getter(), value, path);
    case 'pipe':
      return issuesOf(def.out, value, path);
    case 'object':
      return objectIssues(def, value, path);
    case 'record': {
      if (!isObject(value)) return [issue(path, 'an object')];
      const { keyType, valueType } = def;
      return Object.entries(value).flatMap(([name, field]) => [
        ...issuesOf(keyType, name, [...path, name]),
        ...issuesOf(valueType, field, [...path, name]),
      ]);
    }
    case 'array':
      if (!Array.isArray(value)) return [issue(path, 'a list')];
      return value.flatMap((element, at) => issuesOf(def.element, element, [...path, at]));
    case 'set':
      if (!(value instanceof Set)) return [issue(path, 'a set')];
      return [...value].flatMap((element, at) => issuesOf(def.valueType, element, [...path, at]));
    case 'tuple':
      if (!Array.isArray(value)) return [issue(path, 'a list')];
      return Array.from({ length: Math.max(value.length, def.items.length) }).flatMap((_, at) => {
        const item = def.items[at] ?? def.rest;
        if (!item) return [{ path: [...path, at], message: 'Invalid input: too many items' }];
        return issuesOf(item, value[at], [...path, at]);
      });
    case 'union': {
      const all = def.options.map((option) => issuesOf(option, value, path));
      return all.reduce((best, issues) => (issues.length < best.length ? issues : best));
    }
    case 'intersection':
      return [...issuesOf(def.left, value, path), ...issuesOf(def.right, value, path)];
    default:
      // A transform: its result is whatever it is.
      return [];
  }
}

function objectIssues(
  def: z.core.$ZodObjectDef,
  value: unknown,
  path: readonly PropertyKey[],
): StoredIssue[] {
  if (!isObject(value)) return [issue(path, 'an object')];
  const { shape, catchall } = def;
  const declared = Object.keys(shape).flatMap((name) => {
    const field = shape[name];
    return field ? issuesOf(field, value[name], [...path, name]) : [];
  });
  const others = Object.keys(value).filter((name) => !Object.hasOwn(shape, name));
  if (!catchall) return declared;
  return [
    ...declared,
    ...others.flatMap((name) => issuesOf(catchall, value[name], [...path, name])),
  ];
}

function parseIssues(schema: Schema, value: unknown, path: readonly PropertyKey[]): StoredIssue[] {
  const result = safeParse(schema, value);
  if (result.success) return [];
  return result.error.issues.flatMap((found) => {
    const at = [...path, ...found.path];
    // zod's messages name types, bounds and expected values, never what was given.
    if (found.code !== 'unrecognized_keys') return [{ path: at, message: found.message }];
    return found.keys.map((key) => ({ path: [...at, key], message: 'unknown field' }));
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function issue(path: readonly PropertyKey[], expected: string): StoredIssue {
  return { path, message: `Invalid input: expected ${expected}` };
}
