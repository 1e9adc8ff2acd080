import type {
  InferInput,
  InferPartition,
  InferPath,
  InferWithSecrets,
  JoinedPath,
  PickPaths,
  Prettify,
  SystemFields,
  Typed,
  TypesOf,
  VisibleFields,
} from '@latchkey/schema';
import type { Condition } from '../expressions/Condition.js';
import type { Update } from '../expressions/Update.js';
import type { OperationContext } from './EntityContext.js';

/**
 * A document's own and system fields, including secret ones: the fields that conditions and filters
 * can use.
 */
export type Stored<D extends Typed> = InferWithSecrets<D>;

/** Option of every operation. */
export interface ContextOption {
  /** Passed to hooks; `userId` becomes `createdBy` and `updatedBy`. */
  readonly context?: OperationContext;
}

/** Tells whether results include the secret fields, as non-enumerable properties. */
export interface SecretsOption<S extends boolean = boolean> {
  readonly secrets?: S;
}

/** The segments of a path, for names that contain a dot, such as keys of a record. */
export type PathSegments = readonly [string | number, ...(string | number)[]];

/** A field to read: its dotted path, or the segments of it. */
export type Projected<D extends Typed> = InferPath<D> | PathSegments;

/** The fields to read (default: all). */
export interface ProjectOption<P extends string | PathSegments> {
  readonly project?: readonly P[];
}

/** The dotted paths of fields to read. */
type PathsOf<P> = P extends PathSegments ? JoinedPath<P> : P extends string ? P : never;

/** The names of an entity's indexes. */
export type IndexName<D extends Typed> = TypesOf<D>['index'];

/** Choice of the index. */
export interface IndexOption<D extends Typed> {
  /**
   * The index to use (default: the one whose key the filter covers best). An index that may miss
   * matching documents is refused with `NoIndexFits`.
   */
  readonly index?: IndexName<D>;
}

/**
 * A document as an operation returns it: the fields asked for (`P`), without secret ones unless
 * asked for (`S`).
 */
export type Document<
  D extends Typed,
  S extends boolean = false,
  P extends string | PathSegments = never,
> = [P] extends [never]
  ? Prettify<Visible<D, S> & DocumentFields>
  : Prettify<
      PickPaths<Visible<D, S> & SystemFields, PathsOf<P>> & Pick<DocumentFields, 'id' | '_v'>
    >;

/** The fields that every document has besides its own. */
interface DocumentFields extends SystemFields {
  /** Its version, which is not enumerable. */
  readonly _v: number;
}

type Visible<D extends Typed, S extends boolean> = S extends true
  ? TypesOf<D>['output']
  : VisibleFields<D>;

/** The relations of an entity, by name. */
export type Relations = Readonly<Record<string, Typed>>;

/** The relations of an entity that has none. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- it is what is meant
export type NoRelations = Readonly<Record<never, Typed>>;

/** The system fields of a new document, for imports. */
export interface SystemFieldsInput {
  /** A ULID, in upper or lower case; stored in upper case (default: a new one for `createdAt`). */
  readonly ulid?: string;
  /** Default: now. */
  readonly createdAt?: Date;
  /** Default: `createdAt`. */
  readonly updatedAt?: Date;
  /** Default: the context's `userId`. */
  readonly createdBy?: string;
  /** Default: `createdBy`. */
  readonly updatedBy?: string;
}

/** A document to create with its parent: the parent's partition key is the default for its own. */
export type RelatedInput<C extends Typed> = Prettify<
  Omit<InferInput<C>, InferPartition<C>> &
    Partial<Pick<InferInput<C>, InferPartition<C> & keyof InferInput<C>>> &
    SystemFieldsInput
>;

/** Input that creates one document. */
export interface CreateOneInput<D extends Typed> extends ContextOption, SystemFieldsInput {
  readonly item: InferInput<D>;
}

/** Input that creates one document and related ones. */
export interface CreateFamilyInput<
  D extends Typed,
  R extends Relations,
  N extends RelatedInputs<R> = RelatedInputs<R>,
> extends CreateOneInput<D> {
  /** Documents to create in the same transaction, by relation. */
  readonly related?: N;
}

/** Documents to create with their parent, by relation. */
export type RelatedInputs<R extends Relations> = {
  readonly [K in keyof R]?: readonly RelatedInput<R[K]>[];
};

/** Related documents, by relation. */
export type Included<R extends Relations, N, S extends boolean = false> = {
  readonly [K in keyof N & keyof R as N[K] extends false | undefined ? never : K]:
    | Document<R[K], S>[]
    | (false extends N[K] ? undefined : undefined extends N[K] ? undefined : never);
};

// These three are aliases, since an editor puts an interface with all its types before a property.
/** Filter by which a document is looked for. */
type FilterOption<D extends Typed> = {
  /** Values or comparisons by dotted path; they must say what an index's whole partition key is. */
  readonly filter: Condition<Stored<D>>;
};

/** Condition that a document must meet, besides being found. */
type ConditionOption<D extends Typed> = {
  /** Values or comparisons by dotted path, all of which must hold. */
  readonly condition?: Condition<Stored<D>>;
};

/** How documents are changed. */
type UpdateOption<D extends Typed> = {
  /** Operators, each with values by dotted path. */
  readonly update: Update<TypesOf<D>['output'], InferInput<D>>;
};

/** Input that finds one document. */
export interface FindOneInput<D extends Typed, P extends Projected<D> = Projected<D>>
  extends FilterOption<D>, ProjectOption<P>, IndexOption<D>, ContextOption {
  /** Sees every earlier write (default: false); always true for a unique index. */
  readonly consistent?: boolean;
  /** Maximum number of pages of up to 1 MB to read (default: 100); then `TooManyPages`. */
  readonly maxPages?: number;
}

/** Related documents of one relation to include. */
export interface IncludeOptions {
  /** At most this many (default: all). */
  readonly limit?: number;
  /** Order by sort key; the limit counts from that end (default: `ascending`). */
  readonly sort?: 'ascending' | 'descending';
}

/** Related documents to include: all of a relation, some, or none. */
export type Include<R extends Relations> = {
  readonly [K in keyof R]?: boolean | IncludeOptions | undefined;
};

/** Input that finds one document with its related ones. */
export interface FindOneWithInput<
  D extends Typed,
  R extends Relations,
  P extends Projected<D> = Projected<D>,
  N extends Include<R> = Include<R>,
> extends FindOneInput<D, P> {
  /**
   * Related documents to include; the filter must be the whole key. They are read in one Query, or
   * in several in parallel if one would read unrequested documents.
   */
  readonly include?: N;
}

/** Input that finds documents. */
export interface FindManyInput<
  D extends Typed,
  P extends Projected<D> = Projected<D>,
> extends FindOneInput<D, P> {
  /** At most this many matching documents (default: all). */
  readonly limit?: number;
  /** By sort key (default: `ascending`). */
  readonly sort?: 'ascending' | 'descending';
}

/** Input that asks for one page. */
export interface PaginateInput<D extends Typed, P extends Projected<D> = Projected<D>> extends Omit<
  FindManyInput<D, P>,
  'limit'
> {
  /** Size of a page from the beginning or after a cursor: 1 to 1000 (default: 25). */
  readonly first?: number;
  readonly after?: string | null;
  /** Size of a page from the end or before a cursor: 1 to 1000. */
  readonly last?: number;
  readonly before?: string | null;
  /**
   * Number of items that the first request reads where the filter has more than key fields: a whole
   * number of at least 1 (default: all in 1 MB, as DynamoDB filters only what it has read and charged).
   * If too few of them match, further requests read 1 MB each; none does with `maxPages: 1`, which gives a
   * short page whose `endCursor` leads on.
   */
  readonly scanFirst?: number;
}

/** One page (https://relay.dev/graphql/connections.htm). */
export interface Connection<T> {
  readonly edges: { readonly node: T; readonly cursor: string }[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** Input that reads the whole table. */
export interface ScanInput<D extends Typed, P extends Projected<D> = Projected<D>> extends Pick<
  FindManyInput<D, P>,
  'consistent' | 'project' | 'limit' | 'maxPages' | 'context'
> {
  /** Condition that a document must meet. */
  readonly condition?: Condition<Stored<D>>;
  /** Number of parts of the table to read in parallel: 1 to 1000 (default: 1). */
  readonly segments?: number;
}

/** Input that changes documents. */
export interface UpdateInput<D extends Typed>
  extends FilterOption<D>, UpdateOption<D>, ConditionOption<D>, ContextOption {
  /**
   * Handling of the related documents in a document's partition when the document gets another
   * partition key (default: `refuse`).
   *
   * - `refuse`: the update fails with `RelatedDocuments` if there are any. It takes a strongly
   *   consistent query; a document that is created at the same moment may be missed.
   * - `move`: they get the new key in the same transaction, which must have room for all of them.
   * - `leave`: they stay where they are.
   */
  readonly related?: 'refuse' | 'move' | 'leave';
}

/** Input that changes one document. */
export interface UpdateOneInput<D extends Typed> extends UpdateInput<D> {
  /**
   * The version (`_v`) that the document must have; otherwise `VersionConflict`. Not together with
   * `upsert`.
   */
  readonly version?: number;
  /**
   * Creates a missing document (default: false), with the values that the filter requires by
   * equality. `InvalidInput` for a filter that no document can match; `AlreadyExists` if a document
   * has the new key but does not match the filter. A `condition` applies only to an existing
   * document.
   */
  readonly upsert?: boolean;
}

/** Input that changes many documents. */
export interface UpdateManyInput<D extends Typed>
  extends UpdateInput<D>, Pick<FindManyInput<D>, 'index' | 'limit' | 'maxPages'> {}

/**
 * Input that deletes one document; if the document does not meet the condition, `ConditionFailed`.
 */
export interface DeleteOneInput<D extends Typed>
  extends FilterOption<D>, ConditionOption<D>, ContextOption {}

/** Input that deletes many documents. */
export interface DeleteManyInput<D extends Typed>
  extends DeleteOneInput<D>, Pick<FindManyInput<D>, 'index' | 'limit' | 'maxPages'> {}
