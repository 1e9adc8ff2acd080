import type * as z from 'zod';
import type { EntityHooks } from './EntityHooks.js';
import type {
  DatePath,
  FieldPath,
  OmitPaths,
  OpenInput,
  Prettify,
  ScalarPath,
  ValueAt,
} from '../paths/Path.js';
import type { ValueShape } from './ValueShape.js';

/** The fields that every document has besides those of its schema. */
export interface SystemFields {
  /** Opaque identifier derived from the document's key, for `findById`. */
  id: string;
  /** ULID, which sorts documents by time of creation (https://github.com/ulid/spec). */
  ulid: string;
  createdAt: Date;
  updatedAt: Date;
  createdBy?: string;
  updatedBy?: string;
}

/** The system fields that can be part of a key: they never change. */
type KeySystemFields = Pick<SystemFields, 'ulid' | 'createdAt' | 'createdBy'>;

/**
 * A part of a key: the value of a field, or fixed text. Only the last part of a PK may be optional.
 * If the schema's fields are only known at run time, any text is accepted and checked then.
 */
export type IndexPart<S extends z.ZodObject> = string extends keyof z.output<S>
  ? string
  : | `.${ScalarPath<z.output<S>> | keyof KeySystemFields}`
    | `.${ScalarPath<z.output<S>>}?`
    | `#${string}`;

/** The names that an index can have: `_id`, `_id2` and so on. */
type IndexName<S extends z.ZodObject> = string extends keyof z.output<S>
  ? string
  : `_id${number | ''}`;

/** Condition on a field that limits the documents in an index. */
export interface IndexCondition {
  readonly $in?: readonly (string | number | boolean)[];
  readonly $notIn?: readonly (string | number | boolean)[];
}

/** One index in the input of {@link defineEntity}. */
export interface IndexInput<S extends z.ZodObject = z.ZodObject> {
  /** `_id` is the table's own key; `_id2`, `_id3`, … are secondary. */
  readonly name: IndexName<S>;
  /** The parts of the partition key. */
  readonly PK: readonly IndexPart<S>[];
  /** The parts of the sort key (default: none). */
  readonly SK?: readonly IndexPart<S>[];
  /**
   * Tells whether the values must be unique across documents (secondary indexes only; default:
   * false).
   */
  readonly unique?: boolean;
  /** The entity whose partition stores the documents: its name or its definition. */
  readonly relatedTo?: string | AnyEntityDefinition;
  /** Leaves out documents that do not meet every condition. */
  readonly where?: Readonly<Partial<Record<ScalarPath<z.output<S>>, IndexCondition>>>;
}

/** An index as any author may have written it, from JavaScript, too. */
export interface UncheckedIndex {
  readonly name: string;
  readonly PK: readonly string[];
  readonly SK?: readonly string[];
  readonly unique?: boolean;
  readonly relatedTo?: string | AnyEntityDefinition;
  readonly where?: Readonly<Record<string, IndexCondition | undefined>>;
}

/** A parsed part of a key. */
export type KeyPart =
  | { readonly kind: 'literal'; readonly value: string }
  | {
      readonly kind: 'field';
      readonly path: string;
      readonly segments: readonly string[];
      readonly optional: boolean;
    };

/** One index of an entity, validated and parsed. */
export interface Index {
  readonly name: string;
  readonly PK: readonly KeyPart[];
  readonly SK: readonly KeyPart[];
  readonly unique: boolean;
  /** The name of the entity that the documents belong to. */
  readonly relatedTo?: string;
  /** The start of the partition key: the name of the entity at the root of the partition. */
  readonly partition: string;
  readonly where: readonly (IndexCondition & { readonly segments: readonly string[] })[];
}

/** Input of {@link defineEntity}. */
export interface EntityInput<
  N extends string,
  S extends z.ZodObject,
  I extends readonly IndexInput<S>[],
  X extends string,
> {
  /** Letters and digits, starting with a letter; lower-cased, it starts the entity's keys. */
  readonly name: N;
  /**
   * The document's own fields. Unknown fields are refused, unless the schema accepts them
   * (`z.looseObject()`, `.catchall()`).
   */
  readonly schema: S;
  /** `_id` first. */
  readonly indexes: I;
  /** The date field at which DynamoDB may remove the document (its TTL). */
  readonly expiresAt?: DatePath<z.output<S>>;
  /** Fields that are left out of results, errors and logs. */
  readonly secrets?: readonly (X & ScalarPath<z.output<S>>)[];
  /** Fields that can only be set when a document is created. */
  readonly readOnly?: readonly FieldPath<z.output<S>>[];
  /** Fields that are derived from others, and recomputed whenever one of those changes. */
  readonly computed?: {
    readonly [K in keyof z.output<S> & string]?: ComputedField<z.output<S>, K>;
  };
  /** Short names under which fields are stored, for small items. */
  readonly aliases?: Readonly<Partial<Record<keyof z.output<S> & string, string>>>;
  /**
   * Migrations from each older stored form to the next, oldest first. A document is migrated when
   * it is read, and stored in the new form when it is next written.
   */
  readonly migrations?: readonly Migration[];
  readonly hooks?: EntityHooks;
}

/** A field that is derived from others. */
export interface ComputedField<T, K extends keyof T> {
  /** The fields that it is derived from. */
  readonly from: readonly (keyof T & string)[];
  /** Computes the value. It must be deterministic. */
  readonly compute: (fields: Readonly<T>) => T[K] | undefined;
}

/**
 * Turns the fields of one stored form into those of the next. It gets the stored values: dates as
 * text (ISO 8601), numbers as numbers, or as bigints if they are whole and a number would lose
 * digits. It may return dates as text or `Date`, and bigints as number or bigint: they are
 * converted to the schema's type.
 */
export type Migration = (stored: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** The types of an entity's documents. This is only a type; no such value exists. */
export interface DocumentTypes<
  N extends string = string,
  Output = Record<string, unknown>,
  Input = Record<string, unknown>,
  PKFields extends string = string,
  SKFields extends string = string,
  X extends string = string,
  Name extends string = string,
> {
  /** The document's own fields in stored form, including secret ones. */
  readonly output: Output;
  /** Input that creates a document. */
  readonly input: Input;
  /** The fields of its partition key and its sort key. */
  readonly PK: PKFields;
  readonly SK: SKFields;
  /** The dotted paths of the secret fields. */
  readonly secret: X;
  /** The names of its indexes. */
  readonly index: Name;
  readonly entity: EntityTypes<N, Output, Input, PKFields, SKFields, X, Name>;
}

/**
 * The document types of a definition. An editor shows an entity as an `Entity<EntityTypes<'Order',
 * …>>`, without the schema's own type.
 */
export interface EntityTypes<
  N extends string = string,
  Output = Record<string, unknown>,
  Input = Record<string, unknown>,
  PK extends string = string,
  SK extends string = string,
  X extends string = string,
  Name extends string = string,
> {
  /** Type-only property; always undefined. */
  readonly '~types'?: DocumentTypes<N, Output, Input, PK, SK, X, Name>;
}

/** Carrier of an entity's types: the entity's definition, for one. */
export interface Typed {
  readonly '~types'?: DocumentTypes;
}

/** The types of an entity's documents. */
export type TypesOf<D extends Typed> = NonNullable<D['~types']>;

/** Definition of an entity: its fields, keys and hooks. */
export interface EntityDefinition<
  N extends string = string,
  S extends z.ZodObject = z.ZodObject,
  I extends readonly UncheckedIndex[] = readonly UncheckedIndex[],
  X extends string = string,
> {
  readonly name: N;
  readonly schema: S;
  /** `_id` first, as in {@link EntityInput.indexes}, validated and parsed. */
  readonly indexes: readonly [Index, ...Index[]];
  readonly expiresAt?: string;
  /** The dotted paths of the secret fields. */
  readonly secrets: readonly X[];
  /** The dotted paths of the fields that never change. */
  readonly readOnly: readonly string[];
  /** The computed fields, by name. */
  readonly computed: ReadonlyMap<string, ComputedField<Record<string, unknown>, string>>;
  /** The stored names of fields with an alias. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly migrations: readonly Migration[];
  readonly hooks: EntityHooks;
  /** The positions of dates and bigints in the schema. */
  readonly shape: ValueShape;
  /** Type-only property; always undefined. */
  readonly '~types'?: DocumentTypes<
    N,
    z.output<S>,
    OpenInput<z.input<S>>,
    FieldOf<PartsOf<I, 'PK'>>,
    FieldOf<PartsOf<I, 'SK'>>,
    X,
    I[number]['name']
  >;
}

/** Any entity definition, whatever its types. */
export interface AnyEntityDefinition extends Omit<EntityDefinition, 'schema' | '~types'> {
  readonly schema: z.ZodObject;
  readonly '~types'?: DocumentTypes;
}

type PartsOf<I extends readonly { readonly name: string }[], K extends 'PK' | 'SK'> =
  Extract<I[number], { name: '_id' }> extends Readonly<Record<K, readonly (infer Part)[]>>
    ? Part
    : never;
type FieldOf<P> = P extends `.${infer Path}?` ? Path : P extends `.${infer Path}` ? Path : never;

/** The dotted paths of a document's fields, system fields included. */
export type InferPath<D extends Typed> = D extends unknown ? FieldPath<InferWithSecrets<D>> : never;

/** A document with its secret fields, as it is stored. */
export type InferWithSecrets<D extends Typed> = Prettify<TypesOf<D>['output'] & SystemFields>;

/** A document as an operation returns it: without its secret fields. */
export type Infer<D extends Typed> = Prettify<VisibleFields<D> & SystemFields>;

/** A document's own fields without its secret ones. */
export type VisibleFields<D extends Typed> = string extends TypesOf<D>['secret']
  ? TypesOf<D>['output']
  : OmitPaths<TypesOf<D>['output'], TypesOf<D>['secret']>;

/** Input that creates a document: the schema's input, where defaults may be left out. */
export type InferInput<D extends Typed> = TypesOf<D>['input'];

/** The names of the fields of a document's partition key. */
export type InferPartition<D extends Typed> = TypesOf<D>['PK'];

/** The fields, by dotted path, that name one document: those of its `_id` index. */
export type InferKey<D extends Typed> = Prettify<{
  [P in TypesOf<D>['PK' | 'SK']]: Exclude<
    ValueAt<TypesOf<D>['output'] & SystemFields, P>,
    null | undefined
  >;
}>;
