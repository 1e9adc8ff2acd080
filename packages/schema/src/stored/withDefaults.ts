import * as z from 'zod';
import { safeParse } from 'zod/v4/core';
import { unwrap } from '../paths/schemasAt.js';
import { schemasWithin } from './schemasWithin.js';

type Schema = z.core.$ZodType;
type Def = z.core.$ZodTypes['_zod']['def'];
type Fields = Record<string, unknown>;

/** Known facts about one schema, worked out once. */
interface Filler {
  /** Makes what stands for a value that is not there. */
  readonly absent?: () => unknown;
  /** A value that is there, with what it lacks; the value itself where that is nothing. */
  readonly within?: (value: unknown) => unknown;
}

const known = new WeakMap<Schema, Filler>();

/**
 * A stored value together with the schema's defaults for what is not there: fields of objects, of
 * elements of lists and of records, at any depth. What is there stays as it is. Of a union, the
 * options are told apart by the discriminator or, without one, by what they are: an object, a list;
 * where nothing says which option is meant, nothing is added.
 *
 * A set that is not there is empty where the schema requires one, whatever its default: no database
 * of ours holds an empty set, so that it was left out.
 *
 * @returns the value itself where nothing is missing.
 *
 * @example
 * ```ts
 * import { withDefaults } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * const schema = z.object({ size: z.int(), colour: z.string().default('red') });
 * console.log(withDefaults(schema, { size: 5 })); // { size: 5, colour: 'red' }
 * ```
 */
export function withDefaults(schema: z.ZodType, value: unknown): unknown {
  return filled(fillerOf(schema), value);
}

/**
 * The value that a parse gives where there is none; undefined where it gives none or refuses.
 *
 * @internal
 */
export function defaultOf(schema: Schema): unknown {
  const result = safeParse(schema, undefined);
  return result.success ? result.data : undefined;
}

/**
 * Tells whether values of the schema may be stored without something that {@link withDefaults} adds
 * at or below the value.
 *
 * @internal
 */
export function canLackDefaults(schema: z.ZodType): boolean {
  const { absent, within } = fillerOf(schema);
  return absent !== undefined || within !== undefined;
}

function filled({ absent, within }: Filler, value: unknown): unknown {
  if (value === undefined) return absent?.();
  return within ? within(value) : value;
}

function fillerOf(schema: Schema): Filler {
  const before = known.get(schema);
  if (before) return before;
  const filler = { ...absence(schema), ...inside(schema) };
  known.set(schema, filler);
  return filler;
}

function absence(schema: Schema): Pick<Filler, 'absent'> {
  if (isSet(schema)) {
    const { success, data } = safeParse(schema, undefined);
    return success && data === undefined ? {} : { absent: () => new Set() };
  }
  return hasDefault(schema) ? { absent: () => copyOf(defaultOf(schema)) } : {};
}

/** A default belongs to the schema, and whoever reads a document may change that. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Set) return new Set<unknown>(value);
  if (!isObject(value) || !isPlain(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copyOf(field)]));
}

/** Tells whether an object has no class, in whatever realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Tells whether a schema is one of sets, or takes sets among others. */
function isSet(schema: Schema): boolean {
  const def = schema._zod.def as Def;
  if (def.type === 'set') return true;
  if (def.type === 'union') return def.options.some(isSet);
  const inner = unwrap(def);
  return inner !== undefined && isSet(inner);
}

/** Tells whether something in a schema makes a value of none. */
function hasDefault(schema: Schema): boolean {
  const def = schema._zod.def as Def;
  switch (def.type) {
    case 'default':
    case 'prefault':
    case 'catch':
    case 'transform':
      return true;
    case 'pipe':
      return hasDefault(def.in);
    case 'union':
      return def.options.some(hasDefault);
    case 'intersection':
      return hasDefault(def.left) && hasDefault(def.right);
    default: {
      const inner = unwrap(def);
      return inner !== undefined && hasDefault(inner);
    }
  }
}

function inside(schema: Schema): Pick<Filler, 'within'> {
  if (!hasDefaultsWithin(schema)) return {};
  const def = schema._zod.def as Def;
  switch (def.type) {
    case 'object':
      return { within: fillObject(def) };
    case 'record':
      return { within: fillRecord(def) };
    case 'array':
      return { within: fillList([], def.element) };
    case 'tuple':
      return { within: fillList(def.items, def.rest) };
    case 'union':
      return { within: fillUnion(def) };
    case 'intersection':
      return {
        within: (value) => filled(fillerOf(def.right), filled(fillerOf(def.left), value)),
      };
    default: {
      if (kindsOf(schema).length === 0) return {};
      return {
        within: (value) => {
          // Not before there is a value: a schema may be made anew at every level, without end.
          const inner = unwrap(def);
          return inner ? filled(fillerOf(inner), value) : value;
        },
      };
    }
  }
}

function hasDefaultsWithin(schema: Schema): boolean {
  return [...schemasWithin(schema)].some(({ _zod }) =>
    ['default', 'prefault', 'catch', 'transform', 'set'].includes((_zod.def as Def).type),
  );
}

function fillObject({ shape, catchall }: z.core.$ZodObjectDef): (value: unknown) => unknown {
  let own: (readonly [string, Filler])[] | undefined;
  const isOpen = catchall !== undefined && catchall._zod.def.type !== 'never';
  return (value) => {
    if (!isObject(value)) return value;
    // Not before there is a value: the schema may contain itself.
    own ??= Object.entries(shape)
      .map(([name, field]) => [name, fillerOf(field)] as const)
      .filter(([, { absent, within }]) => absent ?? within);
    let result = fill(value, own);
    if (isOpen) {
      const others = Object.keys(value).filter((name) => !Object.hasOwn(shape, name));
      result = fill(
        result,
        others.map((name) => [name, fillerOf(catchall)] as const),
      );
    }
    return result;
  };
}

function fillRecord(def: z.core.$ZodRecordDef): (value: unknown) => unknown {
  const { keyType, valueType } = def;
  // A record of known keys has all of them.
  const isWhole = (def as { partial?: boolean }).partial !== true;
  const keys = isWhole ? [...(keyType._zod.values ?? [])].map(String) : [];
  return (value) => {
    if (!isObject(value)) return value;
    const filler = fillerOf(valueType);
    const names = new Set([...keys, ...Object.keys(value)]);
    return fill(
      value,
      Array.from(names, (name) => [name, filler] as const),
    );
  };
}

function fillList(items: readonly Schema[], rest: Schema | null): (value: unknown) => unknown {
  return (value) => {
    if (!Array.isArray(value)) return value;
    const list = value as readonly unknown[];
    const result = list.map((element, at) => {
      const schema = items[at] ?? rest;
      return schema ? filled(fillerOf(schema), element) : element;
    });
    return result.some((element, at) => element !== list[at]) ? result : list;
  };
}

function fillUnion(def: z.core.$ZodUnionDef): (value: unknown) => unknown {
  const { discriminator } = def as Partial<z.core.$ZodDiscriminatedUnionDef>;
  return (value) => {
    const options = def.options.filter((option) => {
      if (discriminator === undefined) return kindsOf(option).includes(kindOf(value));
      const known = isObject(value) ? value[discriminator] : undefined;
      return option._zod.propValues?.[discriminator]?.has(known as z.core.util.Primitive);
    });
    const [option] = options;
    return option && options.length === 1 ? filled(fillerOf(option), value) : value;
  };
}

/** The kinds of values that a schema takes, as far as they can lack something. */
function kindsOf(schema: Schema): readonly string[] {
  const def = schema._zod.def as Def;
  switch (def.type) {
    case 'object':
    case 'record':
    case 'intersection':
      return ['object'];
    case 'array':
    case 'tuple':
      return ['list'];
    case 'union':
      return def.options.flatMap(kindsOf);
    case 'unknown':
    case 'any':
    case 'transform':
      return ['object', 'list'];
    default: {
      const inner = unwrap(def);
      return inner ? kindsOf(inner) : [];
    }
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  return isObject(value) ? 'object' : 'scalar';
}

function fill(value: Fields, fillers: readonly (readonly [string, Filler])[]): Fields {
  let result = value;
  for (const [name, filler] of fillers) {
    const before = Object.hasOwn(value, name) ? value[name] : undefined;
    const after = filled(filler, before);
    if (after === before) continue;
    if (result === value) result = { ...value };
    result[name] = after;
  }
  return result;
}

/** By its tag, for a date, a set or bytes of whatever realm are no objects with fields. */
function isObject(value: unknown): value is Fields {
  return Object.prototype.toString.call(value) === '[object Object]';
}
