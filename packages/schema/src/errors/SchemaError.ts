/** Details of the fault for each {@link SchemaError} code, by code. */
export interface SchemaErrorDetails {
  /** An option of the definition does not exist, or has the wrong type. */
  InvalidDefinition: { entity: string; path: string; reason: string };
  /** The entity's name is not letters and digits, starting with a letter. */
  InvalidEntityName: { name: string };
  /** A path in an index, in `secrets`, in `where` or in `expiresAt` names no field of the schema. */
  UnknownPath: { entity: string; path: string };
  /** A path in an index names an object, a list or a mixed type, which cannot be part of a key. */
  PathNotScalar: { entity: string; path: string };
  /** An index part is neither `.path` nor `#literal`, or has a `?` where none is allowed. */
  InvalidIndexPart: { entity: string; index: string; part: string };
  /** The first index is not `_id`, or a further one is not `_id2`, `_id3`, … */
  InvalidIndexName: { entity: string; index: string };
  /** Two indexes of the entity have the same name. */
  DuplicateIndexName: { entity: string; index: string };
  /** The partition key of a `relatedTo` index can never equal its parent's. */
  RelatedKeyMismatch: { entity: string; index: string; parent: string };
  /** The field named by `expiresAt` is not a date. */
  ExpiryNotDate: { entity: string; path: string };
  /** A field mixes dates and strings, or bigints and numbers. */
  AmbiguousType: { path: string };
  /** A field's values cannot be stored; `reason` says why, and what to use instead. */
  NotStorable: { entity: string; path: string; reason: string };
  /** A secret field is part of the document's own key, which its `id` shows. */
  SecretInKey: { entity: string; path: string };
  /** The schema declares a field that every document already has, such as `createdAt`. */
  ReservedField: { entity: string; path: string };
  /** A normaliser of the field at `path` changes its own result when it is run again. */
  UnstableNormaliser: { entity: string; path: string };
  /** A refinement or transform of the field at `path` is asynchronous. */
  AsynchronousSchema: { entity: string; path: string };
}

/** The stable codes of {@link SchemaError}. */
export type SchemaErrorCode = keyof SchemaErrorDetails;

/** Any {@link SchemaError}, as a union that `code` narrows. */
export type AnySchemaError = { [C in SchemaErrorCode]: SchemaError<C> }[SchemaErrorCode];

const brand = Symbol.for('@latchkey/schema/SchemaError');

/**
 * Error for a fault in an entity definition, thrown when the definition is created.
 *
 * @example
 * ```ts
 * import { defineEntity, SchemaError } from '@latchkey/schema';
 * import * as z from 'zod';
 *
 * try {
 *   defineEntity({
 *     name: 'two words',
 *     schema: z.object({ a: z.string() }),
 *     indexes: [{ name: '_id', PK: ['.a'] }],
 *   });
 * } catch (error) {
 *   if (SchemaError.is(error) && error.code === 'InvalidEntityName') console.log(error.details.name);
 * }
 * ```
 */
export class SchemaError<C extends SchemaErrorCode = SchemaErrorCode> extends Error {
  override readonly name: string = 'SchemaError';
  /** The kind of the error; it determines the shape of `details`. */
  readonly code: C;
  /** Details of the error, by its code; never a secret. */
  readonly details: SchemaErrorDetails[C];

  constructor(code: C, message: string, details: SchemaErrorDetails[C]) {
    super(message);
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Tells whether a value is a `SchemaError`, including one from another copy of this package. */
  static is(value: unknown): value is AnySchemaError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
