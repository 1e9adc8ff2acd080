import type { core } from 'zod';
import { unwrap } from './schemasAt.js';

/** The kinds of value that can be part of a key; each is written into a key in its own way. */
export type ScalarType = 'string' | 'number' | 'bigint' | 'boolean' | 'date';

const known = new WeakMap<core.$ZodType, { readonly types: Set<ScalarType> | undefined }>();

/**
 * The scalar types that a schema's values can have; undefined if they can be anything else, too.
 * `null` and `undefined` do not count: an index leaves such a document out.
 *
 * @internal
 */
export function scalarTypes(schema: core.$ZodType): Set<ScalarType> | undefined {
  const before = known.get(schema);
  if (before) return before.types;
  const types = typesIn(schema);
  known.set(schema, { types });
  return types;
}

function typesIn(schema: core.$ZodType): Set<ScalarType> | undefined {
  const def = schema._zod.def as core.$ZodTypes['_zod']['def'];
  const inner = unwrap(def);
  if (inner) return scalarTypes(inner);
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return new Set(['string']);
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'date':
      return new Set([def.type]);
    case 'enum':
      return typesOf(Object.values(def.entries));
    case 'literal':
      return typesOf(def.values);
    case 'null':
    case 'undefined':
      return new Set();
    case 'union':
      return union(def.options.map(scalarTypes));
    default:
      return undefined;
  }
}

function typesOf(values: readonly unknown[]): Set<ScalarType> {
  const types = values.filter((value) => value !== null && value !== undefined);
  return new Set(types.map((value) => typeof value as ScalarType));
}

function union(sets: readonly (Set<ScalarType> | undefined)[]): Set<ScalarType> | undefined {
  const all = new Set<ScalarType>();
  for (const set of sets) {
    if (!set) return undefined;
    for (const type of set) all.add(type);
  }
  return all;
}
