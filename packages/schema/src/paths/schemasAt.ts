import * as z from 'zod';
import type { core } from 'zod';
import { storedIssues } from '../stored/storedIssues.js';
import { isStable } from '../stored/isStable.js';
import { pathBelow } from './fieldPath.js';

type Schema = core.$ZodType;
type Def = core.$ZodTypes['_zod']['def'];

/**
 * The schemas that a value at a dotted path can have: one, or several where the path leads
 * through a union or an intersection; none where the schema has no such path. A name is a key of a
 * record if the schema of its keys takes it, and leaves it as it is.
 *
 * @param schema - where to start.
 * @param segments - the path, split at its dots.
 * @param siblings - known values by dotted path, such as `{ 'data.kind': 'email' }`; a
 *   discriminated union on the way is narrowed by them.
 *
 * @example
 * ```ts
 * import { schemasAt } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * const [email] = schemasAt(z.object({ contact: z.object({ email: z.email() }) }), ['contact', 'email']);
 * console.log(email?._zod.def.type); // 'string'
 * ```
 */
export function schemasAt(
  schema: z.ZodType,
  segments: readonly string[],
  siblings: Readonly<Record<string, unknown>> = {},
): z.ZodType[] {
  // Nearly every path is the name of a field: there is nothing to walk.
  const [field, ...below] = segments;
  const def = schema._zod.def as Def;
  if (field !== undefined && below.length === 0 && def.type === 'object') {
    const child = childOf(def, field);
    return (child ? [child] : []) as z.ZodType[];
  }
  // Every schema that zod's own builders make is a ZodType; the core type is its supertype.
  return [...walk(schema, segments, '', siblings)] as z.ZodType[];
}

function* walk(
  schema: Schema,
  segments: readonly string[],
  path: string,
  siblings: Readonly<Record<string, unknown>>,
): Generator<Schema> {
  const def = schema._zod.def as Def;
  const inner = unwrap(def);
  if (inner && segments.length > 0) {
    yield* walk(inner, segments, path, siblings);
    return;
  }
  if (def.type === 'union' && segments.length > 0) {
    for (const option of narrowed(def, path, siblings)) {
      yield* walk(option, segments, path, siblings);
    }
    return;
  }
  if (def.type === 'intersection' && segments.length > 0) {
    yield* walk(def.left, segments, path, siblings);
    yield* walk(def.right, segments, path, siblings);
    return;
  }
  const [segment, ...rest] = segments;
  if (segment === undefined) {
    yield schema;
    return;
  }
  if (def.type === 'unknown' || def.type === 'any') {
    // Whatever is below is left open, too.
    yield schema;
    return;
  }
  const child = childOf(def, segment);
  if (child) yield* walk(child, rest, pathBelow(path, segment), siblings);
}

/**
 * Returns the schema that a wrapper (optional, nullable, default, …) wraps; for a pipe, the schema
 * of its output.
 */
export function unwrap(def: Def): Schema | undefined {
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'catch':
    case 'readonly':
      return def.innerType;
    case 'pipe':
      return def.out;
    case 'lazy':
      return lazyInner(def);
    default:
      return undefined;
  }
}

const lazySchemas = new WeakMap<core.$ZodLazyDef, Schema>();

/** The schema that a lazy one stands for: the same each time, so that a recursion ends. */
function lazyInner(def: core.$ZodLazyDef): Schema {
  const inner = lazySchemas.get(def) ?? def.getter();
  lazySchemas.set(def, inner);
  return inner;
}

function childOf(def: Def, segment: string): Schema | undefined {
  switch (def.type) {
    case 'object':
      if (Object.hasOwn(def.shape, segment)) return def.shape[segment];
      return def.catchall?._zod.def.type === 'never' ? undefined : def.catchall;
    case 'record':
      if (isKeyOf(def, segment)) return def.valueType;
      return def.mode === 'loose' ? ANYTHING : undefined;
    case 'array':
      return isPosition(segment) ? def.element : undefined;
    case 'tuple':
      return isPosition(segment)
        ? (def.items[Number(segment)] ?? def.rest ?? undefined)
        : undefined;
    default:
      return undefined;
  }
}

/** Schema of the values that a record in `loose` mode has under the keys that it does not know. */
const ANYTHING: Schema = z.unknown();

function isPosition(segment: string): boolean {
  return /^\d+$/.test(segment);
}

/**
 * Tells whether a name can be a key of a stored record: keys are texts, also those that numbers
 * make.
 */
function isKeyOf({ keyType }: core.$ZodRecordDef, name: string): boolean {
  const takes = (key: string | number): boolean => {
    const schema = keyType as z.ZodType;
    if (!isStable(schema)) return storedIssues(schema, key).length === 0;
    const result = schema.safeParse(key);
    return result.success && result.data === key;
  };
  return takes(name) || (String(Number(name)) === name && takes(Number(name)));
}

/** The options of a union that agree with what is known of its discriminator. */
function narrowed(
  def: core.$ZodUnionDef,
  path: string,
  siblings: Readonly<Record<string, unknown>>,
): readonly Schema[] {
  const { discriminator } = def as Partial<core.$ZodDiscriminatedUnionDef>;
  if (discriminator === undefined) return def.options;
  const known = siblings[path === '' ? discriminator : `${path}.${discriminator}`];
  const fits = def.options.filter((option) =>
    option._zod.propValues?.[discriminator]?.has(known as core.util.Primitive),
  );
  return fits.length > 0 ? fits : def.options;
}
