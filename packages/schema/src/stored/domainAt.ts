import type { core } from 'zod';
import { pathBelow } from '../paths/fieldPath.js';
import { unwrap } from '../paths/schemasAt.js';
import type { ScalarType } from '../paths/scalarTypes.js';

type Schema = core.$ZodType;
type Def = core.$ZodTypes['_zod']['def'];

/** Values that can be stored at a path, as far as the schema alone says. */
export interface Domain {
  /** Documents may have nothing there. */
  readonly missing: boolean;
  /** Documents may have `null` there. */
  readonly nullable: boolean;
  /** Every other value that can be there; undefined where they cannot be listed. */
  readonly values: ReadonlySet<unknown> | undefined;
  /** The types of those values; undefined if one of them may be no scalar. */
  readonly types: ReadonlySet<ScalarType> | undefined;
}

/** Tells whether documents may have a value at the path of a union's discriminator. */
export type Narrowing = (path: string, value: unknown) => boolean;

const NONE: ReadonlySet<never> = new Set();
const MISSING: Domain = { missing: true, nullable: false, values: NONE, types: NONE };
const NULL: Domain = { missing: false, nullable: true, values: NONE, types: NONE };
const NOTHING: Domain = { missing: false, nullable: false, values: NONE, types: NONE };
const ANYTHING: Domain = { missing: true, nullable: true, values: undefined, types: undefined };

/**
 * Says what documents that fit a schema can have at a path: nothing, null, or which values. It may
 * say too much, and never too little.
 *
 * @param schema - the schema of the whole document.
 * @param segments - the path, split at its dots.
 * @param narrowing - leaves out the options of a discriminated union that documents cannot have.
 *
 * @example
 * ```ts
 * import { domainAt } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * const schema = z.object({ state: z.enum(['open', 'paid']), paidAt: z.date().optional() });
 * console.log(domainAt(schema, ['state']).missing, domainAt(schema, ['paidAt']).missing); // false true
 * ```
 */
export function domainAt(
  schema: core.$ZodType,
  segments: readonly string[],
  narrowing: Narrowing = () => true,
): Domain {
  return walk(schema, segments, '', false, narrowing);
}

/** @param given - there is a value at this level: a default stands in for `undefined`. */
function walk(
  schema: Schema,
  segments: readonly string[],
  path: string,
  given: boolean,
  narrowing: Narrowing,
): Domain {
  const def = schema._zod.def as Def;
  const at = (inner: Schema, isGiven = given): Domain =>
    walk(inner, segments, path, isGiven, narrowing);
  switch (def.type) {
    case 'optional':
      return given ? at(def.innerType) : either(MISSING, at(def.innerType));
    case 'nullable':
      // Below null there is nothing.
      return either(segments.length > 0 ? MISSING : NULL, at(def.innerType));
    case 'default':
    case 'prefault':
    case 'nonoptional':
      return at(def.innerType, true);
    case 'union':
      return optionsOf(def, path, narrowing)
        .map((option) => at(option))
        .reduce(either, NOTHING);
    case 'intersection':
      return both(at(def.left), at(def.right));
    default: {
      const inner = unwrap(def);
      if (inner) return at(inner);
    }
  }
  const [segment, ...rest] = segments;
  if (segment === undefined) return leaf(def, given);
  const below = (child: Schema): Domain =>
    walk(child, rest, pathBelow(path, segment), false, narrowing);
  switch (def.type) {
    case 'object': {
      const child = Object.hasOwn(def.shape, segment) ? def.shape[segment] : undefined;
      if (child) return below(child);
      const isClosed = !def.catchall || def.catchall._zod.def.type === 'never';
      return isClosed ? MISSING : either(MISSING, below(def.catchall as Schema));
    }
    case 'record':
      return either(MISSING, below(def.valueType));
    case 'array':
      return either(MISSING, below(def.element));
    case 'tuple':
    case 'any':
    case 'unknown':
    case 'transform':
    case 'custom':
    case 'promise':
      return ANYTHING;
    default:
      return MISSING;
  }
}

function leaf(def: Def, given: boolean): Domain {
  switch (def.type) {
    case 'string':
    case 'template_literal':
      return anyOf('string');
    case 'number':
    case 'bigint':
    case 'date':
      return anyOf(def.type);
    case 'boolean':
      return oneOf([true, false], given);
    case 'enum':
      return oneOf(Object.values(def.entries), given);
    case 'literal':
      return oneOf(def.values, given);
    case 'null':
      return NULL;
    case 'undefined':
    case 'void':
      return given ? NOTHING : MISSING;
    case 'never':
      return NOTHING;
    case 'any':
    case 'unknown':
    case 'transform':
    case 'custom':
    case 'promise':
      return ANYTHING;
    default:
      return { missing: false, nullable: false, values: undefined, types: undefined };
  }
}

function anyOf(type: ScalarType): Domain {
  return { missing: false, nullable: false, values: undefined, types: new Set([type]) };
}

function oneOf(all: readonly unknown[], given: boolean): Domain {
  const values = new Set(all.filter((value) => value !== undefined && value !== null));
  return {
    missing: !given && all.includes(undefined),
    nullable: all.includes(null),
    values,
    types: new Set(Array.from(values, (value) => typeof value as ScalarType)),
  };
}

function either(a: Domain, b: Domain): Domain {
  return {
    missing: a.missing || b.missing,
    nullable: a.nullable || b.nullable,
    values: a.values && b.values && new Set([...a.values, ...b.values]),
    types: a.types && b.types && new Set([...a.types, ...b.types]),
  };
}

/** Of an intersection, whose sides may each have the fields that the other does not know. */
function both(a: Domain, b: Domain): Domain {
  if (a === MISSING) return b;
  if (b === MISSING) return a;
  return {
    missing: a.missing && b.missing,
    nullable: a.nullable || b.nullable,
    values: undefined,
    types: a.types && b.types && new Set([...a.types, ...b.types]),
  };
}

/** The options of a union that documents can have. */
function optionsOf(def: core.$ZodUnionDef, path: string, narrowing: Narrowing): readonly Schema[] {
  const { discriminator } = def as Partial<core.$ZodDiscriminatedUnionDef>;
  if (discriminator === undefined) return def.options;
  const at = pathBelow(path, discriminator);
  return def.options.filter((option) => {
    const values = option._zod.propValues?.[discriminator];
    return !values || [...values].some((value) => narrowing(at, value));
  });
}
