import type * as z from 'zod';
import { SchemaError } from '../errors/SchemaError.js';
import { splitPath } from '../paths/fieldPath.js';
import { scalarTypes, type ScalarType } from '../paths/scalarTypes.js';
import type { AnyEntityDefinition, Index, KeyPart, UncheckedIndex } from './EntityDefinition.js';
import { fieldSchemas } from './fieldSchemas.js';

const ENTITY_NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const SYSTEM_SCALARS: ReadonlyMap<string, ScalarType> = new Map([
  ['ulid', 'string'],
  ['createdAt', 'date'],
  ['createdBy', 'string'],
]);

/** Checks one index against its entity's schema and takes its parts apart. */
export function compileIndex(entity: string, schema: z.ZodObject, input: UncheckedIndex): Index {
  const parse = (parts: readonly string[], mayBeOptional: boolean): readonly KeyPart[] =>
    parts.map((part, at) =>
      parsePart(entity, schema, input.name, part, mayBeOptional && at === parts.length - 1),
    );
  const PK = parse(input.PK, input.unique === true);
  const SK = parse(input.SK ?? [], false);
  const where = Object.entries(input.where ?? {}).map(([path, condition]) => {
    const segments = splitPath(path);
    if (typesAt(schema, segments) === undefined) throw unknownPath(entity, path);
    return Object.freeze({ ...condition, segments });
  });
  const { relatedTo } = input;
  if (typeof relatedTo === 'string') assertEntityName(relatedTo);
  if (typeof relatedTo === 'object') assertPartitionOf(entity, schema, { ...input, PK }, relatedTo);
  const parent = typeof relatedTo === 'object' ? relatedTo.name : relatedTo;
  const root = typeof relatedTo === 'object' ? relatedTo.indexes[0].partition : relatedTo;
  return Object.freeze({
    name: input.name,
    PK: Object.freeze(PK),
    SK: Object.freeze(SK),
    unique: input.unique === true,
    ...(parent !== undefined && { relatedTo: parent }),
    partition: root ?? entity,
    where: Object.freeze(where),
  });
}

/** @throws {@link SchemaError} `InvalidEntityName` */
export function assertEntityName(name: string): void {
  if (ENTITY_NAME.test(name)) return;
  throw new SchemaError(
    'InvalidEntityName',
    'The name of an entity must be letters and digits, starting with a letter.',
    { name },
  );
}

/**
 * Refuses a `relatedTo` index whose partition key can never be equal to the parent's: another
 * number of parts, other fixed text, or fields of other types.
 *
 * @throws {@link SchemaError} `RelatedKeyMismatch`
 *
 * @internal
 */
export function assertPartitionOf(
  entity: string,
  schema: z.ZodObject,
  index: Pick<Index, 'name' | 'PK'>,
  parent: AnyEntityDefinition,
): void {
  const parentPK = parent.indexes[0].PK;
  const fits =
    index.PK.length === parentPK.length &&
    index.PK.every((part, at) => {
      const other = parentPK[at];
      if (part.kind === 'literal') return other?.kind === 'literal' && other.value === part.value;
      if (other?.kind !== 'field') return false;
      const types = typesAt(schema, part.segments);
      const parentTypes = typesAt(parent.schema, other.segments);
      return [...(types ?? [])].some((type) => parentTypes?.has(type));
    });
  if (fits) return;
  throw new SchemaError(
    'RelatedKeyMismatch',
    `The partition key of ${entity}'s index "${index.name}" can never equal ${parent.name}'s.`,
    { entity, index: index.name, parent: parent.name },
  );
}

function parsePart(
  entity: string,
  schema: z.ZodObject,
  index: string,
  part: string,
  mayBeOptional: boolean,
): KeyPart {
  if (part.startsWith('#')) return Object.freeze({ kind: 'literal', value: part.slice(1) });
  const optional = part.endsWith('?');
  if (!part.startsWith('.') || (optional && !mayBeOptional)) {
    throw new SchemaError(
      'InvalidIndexPart',
      `"${part}" in ${entity}'s index "${index}" is neither ".path" nor "#literal" (only the last part of a unique index's PK may be ".path?").`,
      { entity, index, part },
    );
  }
  const path = part.slice(1, optional ? -1 : undefined);
  const segments = splitPath(path);
  const types = typesAt(schema, segments);
  if (!types) throw unknownPath(entity, path);
  if (types.size === 0) {
    throw new SchemaError(
      'PathNotScalar',
      `"${path}" of ${entity} is not a string, number, boolean or date, so it cannot be part of a key.`,
      { entity, path },
    );
  }
  return Object.freeze({ kind: 'field', path, segments: Object.freeze(segments), optional });
}

/** The scalar types at a path: undefined where there is no such path, empty where no scalar. */
function typesAt(schema: z.ZodObject, segments: readonly string[]): Set<ScalarType> | undefined {
  const system = SYSTEM_SCALARS.get(segments.join('.'));
  if (system) return new Set([system]);
  const schemas = fieldSchemas(schema, segments);
  if (schemas.length === 0) return undefined;
  const types = new Set<ScalarType>();
  for (const candidate of schemas) {
    const own = scalarTypes(candidate);
    if (!own) return new Set();
    for (const type of own) types.add(type);
  }
  return types;
}

export function unknownPath(entity: string, path: string): SchemaError<'UnknownPath'> {
  return new SchemaError('UnknownPath', `${entity}'s schema has no field "${path}".`, {
    entity,
    path,
  });
}
