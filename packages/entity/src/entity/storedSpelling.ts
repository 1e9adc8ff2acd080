import { scalarTypes, storedSchema, type ScalarType } from '@latchkey/schema';
import type { FieldSchema } from '../expressions/FieldScope.js';

/** Known facts about a schema's stored values; worked out once. */
interface StoredKind {
  /** The types that they can have; undefined where they can be something else than scalars. */
  readonly types: ReadonlySet<ScalarType> | undefined;
  /** Tells whether some of them may be scalars. */
  readonly mayBeScalars: boolean;
  /** Tells whether the schema changes the spelling of the strings that it is given. */
  readonly normalises: boolean;
}

/** Kinds of schema whose values are lists or objects. */
const HAS_NO_SCALARS: ReadonlySet<string> = new Set([
  'array',
  'object',
  'record',
  'set',
  'tuple',
  'map',
]);

const kinds = new WeakMap<FieldSchema, StoredKind>();

/**
 * A value as the schemas would store it: a string in the spelling that their normalisers
 * (`.trim()`, `.toLowerCase()`) give it. Where they do not agree, it is taken as it is.
 *
 * @param schemas - those of stored values; at least one.
 * @returns undefined for a value of another type than any of them has.
 */
export function storedSpelling(schemas: readonly FieldSchema[], value: unknown): unknown {
  const type = scalarTypeOf(value);
  let isOfType = false;
  const spellings = new Set<unknown>();
  for (const schema of schemas) {
    const { types, mayBeScalars, normalises } = kindOf(schema);
    const isOwn = type === undefined ? types === undefined : (types?.has(type) ?? mayBeScalars);
    isOfType ||= isOwn;
    if (type !== 'string' || !isOwn) continue;
    const result = normalises ? schema.safeParse(value) : { success: true, data: value };
    if (result.success) spellings.add(result.data);
  }
  if (!isOfType) return undefined;
  const ofElement = (element: unknown): unknown => elementSpelling(schemas, element);
  if (Array.isArray(value)) return value.map(ofElement);
  if (value instanceof Set) return new Set(Array.from(value, ofElement));
  const [spelling = value] = spellings.size === 1 ? spellings : [];
  return spelling;
}

/** An element of a list or set, in the spelling in which it is stored there. */
export function elementSpelling(schemas: readonly FieldSchema[], element: unknown): unknown {
  const own = schemas.flatMap(({ _zod }) => {
    const { element: ofList, valueType } = _zod.def as {
      element?: FieldSchema;
      valueType?: FieldSchema;
    };
    const schema = _zod.def.type === 'set' ? valueType : ofList;
    return schema ? [storedSchema(schema)] : [];
  });
  return own.length > 0 ? (storedSpelling(own, element) ?? element) : element;
}

function kindOf(schema: FieldSchema): StoredKind {
  const before = kinds.get(schema);
  if (before) return before;
  const { def } = schema._zod;
  const kind = {
    types: scalarTypes(schema),
    mayBeScalars: !HAS_NO_SCALARS.has(def.type),
    normalises:
      def.type === 'string' &&
      (def.checks ?? []).some((check) => check._zod.def.check === 'overwrite'),
  };
  kinds.set(schema, kind);
  return kind;
}

/** The type of a value that can be compared by its order; undefined for others and for none. */
function scalarTypeOf(value: unknown): ScalarType | undefined {
  if (value instanceof Date) return 'date';
  const type = typeof value;
  switch (type) {
    case 'string':
    case 'number':
    case 'bigint':
    case 'boolean':
      return type;
    default:
      return undefined;
  }
}
