import {
  fieldSchemas,
  PLAIN_DATA,
  schemasAt,
  splitPath,
  storedSchema,
  wrappersOf,
  type AnyEntityDefinition,
  type ValueShape,
} from '@latchkey/schema';
import type { Field, FieldSchema } from '../expressions/FieldScope.js';

/** Works out what a definition says of a path; `schemas` is empty where the schema has none. */
export function compileField(
  definition: AnyEntityDefinition,
  shape: ValueShape,
  path: string,
): Field {
  const segments = splitPath(path);
  const [first = '', ...rest] = segments;
  const alias = definition.aliases.get(first);
  const schemas = fieldSchemas(definition.schema, segments);
  const storedSchemas = schemas.map(storedSchema);
  const outer = segments.map((_, depth) => schemasAt(definition.schema, segments.slice(0, depth)));
  const [parents = []] = outer.slice(-1);
  return {
    segments,
    stored: alias === undefined ? segments : [alias, ...rest],
    lists: segments.map((_, depth) => isList(shapeAt(shape, segments.slice(0, depth)))),
    shape: shapeAt(shape, segments),
    schemas,
    storedSchemas,
    isEntry: parents.map(storedSchema).some((parent) => isEntryOf(parent, segments.at(-1) ?? '')),
    isNullable: schemas.some((schema) => schema.safeParse(null).success),
    hasWrapperRules: schemas.some((schema) => wrappersOf(schema).slice(0, -1).some(hasChecks)),
    hasOuterRules:
      schemas.length > 1 || outer.some((around) => around.length > 1 || around.some(isJudgedWhole)),
  };
}

function shapeAt(shape: ValueShape, segments: readonly string[]): ValueShape {
  return segments.reduce(
    (at, segment) => at.fields?.get(segment) ?? at.rest ?? at.element ?? PLAIN_DATA,
    shape,
  );
}

function isList({ element, fields, rest }: ValueShape): boolean {
  return element !== undefined && fields === undefined && rest === undefined;
}

/** Tells whether a name in an object is the caller's, rather than the schema's. */
function isEntryOf({ _zod }: FieldSchema, name: string): boolean {
  const def = _zod.def as unknown as ParentDef;
  if (def.type === 'object') return !Object.hasOwn(def.shape, name);
  if (def.type === 'tuple') return Number(name) >= def.items.length;
  // A record of known keys has all of them.
  if (def.type === 'record') return def.partial === true || def.keyType._zod.values === undefined;
  return def.type === 'array' || def.type === 'unknown' || def.type === 'any';
}

/** Parts of zod's definitions for the kinds of schema that a path leads through. */
type ParentDef =
  | { readonly type: 'object'; readonly shape: object }
  | { readonly type: 'tuple'; readonly items: readonly unknown[] }
  | { readonly type: 'record'; readonly partial?: boolean; readonly keyType: FieldSchema }
  | { readonly type: 'array' | 'unknown' | 'any' | 'other' };

/** Schemas that see more of a value than what is at one path. */
const WHOLE: ReadonlySet<string> = new Set(['pipe', 'union', 'intersection', 'tuple']);

function isJudgedWhole(schema: FieldSchema): boolean {
  const wrappers = wrappersOf(schema);
  return wrappers.some((each) => hasChecks(each) || WHOLE.has(each._zod.def.type));
}

/** Tells whether a schema itself looks at a value as a whole. */
export function hasChecks({ _zod }: FieldSchema): boolean {
  const { checks, check } = _zod.def as { checks?: readonly unknown[]; check?: string };
  return check !== undefined || (checks?.length ?? 0) > 0;
}
