import type { core } from 'zod';
import { dropsFields, knowsItsFields } from './intersectionFields.js';
import { unwrap } from '../paths/schemasAt.js';

type Schema = core.$ZodType;
type Def = core.$ZodTypes['_zod']['def'];
type DefOf<K> = Extract<Def, { readonly type: K }>;

type NumberType = 'number' | 'bigint';

/** One schema's facts about the values at a position, and the schemas that go on from there. */
export interface ShapeParts {
  /** Kinds of value that stored strings and numbers represent. */
  readonly strings?: 'string' | 'date';
  readonly numbers?: NumberType | readonly NumberType[];
  /** There is nothing to store. */
  readonly absent?: true;
  /** The schemas of named fields, of fields without a declared name, and of elements. */
  readonly fields?: Readonly<Record<string, Schema>>;
  readonly rest?: Schema;
  readonly elements?: readonly Schema[];
  /** Other schemas of the same position, which this one is made of. */
  readonly inner?: readonly Schema[];
  /** Besides those, the position can have null. */
  readonly orNull?: true;
  /** The reason why its values cannot be stored, and what to do instead. */
  readonly refused?: string;
}

const OPEN: ShapeParts = { strings: 'string', numbers: 'number' };
const NO_TYPE: ShapeParts = {};
const NOTHING: ShapeParts = { absent: true };

function refused(reason: string): () => ShapeParts {
  return () => ({ refused: reason });
}

function wrapper(def: Def): ShapeParts {
  const inner = unwrap(def);
  return inner ? { inner: [inner] } : OPEN;
}

/**
 * Every kind of zod schema, and how its values are stored: the one place that says which can be.
 * DynamoDB keeps strings (dates, as text), numbers (bigints), booleans, null, bytes, lists, maps
 * with names, and sets of strings, numbers or bytes.
 */
const KINDS: {
  readonly [K in core.$ZodTypeDef['type']]: (def: DefOf<K>, schema: Schema) => ShapeParts;
} = {
  string: () => ({ strings: 'string' }),
  template_literal: () => ({ strings: 'string' }),
  date: () => ({ strings: 'date' }),
  number: () => ({ numbers: 'number' }),
  int: () => ({ numbers: 'number' }),
  bigint: () => ({ numbers: 'bigint' }),
  boolean: () => NO_TYPE,
  null: () => NO_TYPE,
  success: () => NO_TYPE,
  enum: ({ entries }) => literals(Object.values(entries)),
  literal: ({ values }) => literals(values),
  never: () => NO_TYPE,
  undefined: () => NOTHING,
  void: () => NOTHING,

  object: ({ shape, catchall }) => ({ fields: shape, ...(catchall && { rest: catchall }) }),
  record: ({ valueType }) => ({ rest: valueType }),
  array: ({ element }) => ({ elements: [element] }),
  tuple: ({ items, rest }) => ({ elements: rest ? [...items, rest] : items }),
  set: ({ valueType }) => ({ elements: [valueType] }),

  union: ({ options }) => ({ inner: options }),
  intersection: intersectionParts,
  optional: wrapper,
  nullable: (def) => ({ ...wrapper(def), orNull: true }),
  default: wrapper,
  prefault: wrapper,
  nonoptional: wrapper,
  catch: wrapper,
  readonly: wrapper,
  pipe: wrapper,
  lazy: wrapper,

  any: () => OPEN,
  unknown: () => OPEN,
  transform: () => OPEN,
  custom: (_, schema) => instances(schema),

  map: refused('it is a Map: use z.record(), or a list of pairs'),
  file: refused('it is a File: use z.instanceof(Uint8Array) for its bytes, or store its location'),
  function: refused('it is a function'),
  symbol: refused('it is a symbol: use z.enum()'),
  promise: refused('it is a Promise: await it first'),
  nan: refused('it is NaN, which DynamoDB cannot store: use z.null()'),
};

/**
 * Returns a schema's facts about its values: those of the schema itself, not of the schema that it
 * wraps.
 */
export function shapeParts(schema: Schema): ShapeParts {
  const def = schema._zod.def as Def;
  const kind = KINDS[def.type] as ((def: Def, schema: Schema) => ShapeParts) | undefined;
  return kind ? kind(def, schema) : { refused: `this version does not support z.${def.type}()` };
}

function intersectionParts(def: DefOf<'intersection'>): ShapeParts {
  const { left, right } = def;
  if (knowsItsFields(def) || !(dropsFields(left) || dropsFields(right))) {
    return { inner: [left, right] };
  }
  return {
    refused:
      'it is an intersection that includes a schema other than an object, or two objects that share ' +
      'a field of object type: a misspelt field would be dropped silently. Use z.object() with ' +
      '.extend(), in each option of a union',
  };
}

function literals(values: readonly unknown[]): ShapeParts {
  if (values.every((value) => value === undefined)) return NOTHING;
  const has = (type: string): boolean => values.some((value) => typeof value === type);
  return {
    ...(has('string') && { strings: 'string' }),
    numbers: (['number', 'bigint'] as const).filter(has),
  };
}

/** The classes whose instances come back as they went in, and what they are for a database. */
const CLASSES: ReadonlyMap<unknown, ShapeParts> = new Map<unknown, ShapeParts>([
  [Uint8Array, NO_TYPE],
  [Date, { strings: 'date' }],
  [Set, NO_TYPE],
  [Array, OPEN],
  [Object, OPEN],
]);

function instances(schema: Schema): ShapeParts {
  // zod keeps the class of `z.instanceof()` here; any other custom schema takes what it likes.
  const { Class } = schema._zod.bag as { readonly Class?: abstract new () => unknown };
  if (Class === undefined) return OPEN;
  const known = CLASSES.get(Class);
  if (known) return known;
  const name = Class.name === '' ? 'a class' : Class.name;
  const instead =
    Class.prototype instanceof Uint8Array
      ? 'use z.instanceof(Uint8Array)'
      : 'store the data it is built from, and build it when you read';
  return { refused: `it is an instance of ${name}: ${instead}` };
}

/** The kinds of schema whose values a set can hold, since DynamoDB's sets can. */
const SET_ELEMENTS: ReadonlySet<string> = new Set([
  'string',
  'template_literal',
  'date',
  'number',
  'int',
  'bigint',
  'enum',
  'literal',
  'any',
  'unknown',
  'transform',
  'custom',
  'never',
]);

/** The reason why a schema's values cannot be elements of a set; undefined if they can. */
export function refusedInSet(schema: Schema): string | undefined {
  const def = schema._zod.def as Def;
  const isBoolean =
    def.type === 'literal' && def.values.some((value) => typeof value === 'boolean');
  if (SET_ELEMENTS.has(def.type) && !isBoolean) return undefined;
  return 'a set can only hold strings, numbers, dates or bytes: use z.array()';
}
