/** One thing that is wrong with an input. */
export interface InputIssue {
  /** Where, as a dotted path. */
  readonly path: string;
  /** The problem, as a sentence; never the value itself. */
  readonly message: string;
}

/** Why an index does not answer a filter. */
export interface WhyNot {
  /** The index's name. */
  readonly index: string;
  /**
   * - `PartitionKey`: the filter does not name the whole partition key by equality.
   * - `MissingPart`: the index leaves out documents without the fields at `paths`, and the filter
   *   does not.
   * - `Where`: the index's `where` leaves out documents that the filter does not.
   * - `OptionalPart`: the filter does not say whether the optional part of the key is there.
   * - `ImpossibleKey`: no key can hold what the filter asks for.
   * - `Consistent`: a global secondary index has no consistent reads.
   * - `Contradiction`: no document can match the filter.
   * - `OtherIndex`: it could answer, but the filter says more of the key of the one that does, or
   *   the call names one.
   */
  readonly reason:
    | 'PartitionKey'
    | 'MissingPart'
    | 'Where'
    | 'OptionalPart'
    | 'ImpossibleKey'
    | 'Consistent'
    | 'Contradiction'
    | 'OtherIndex';
  /** The fields that the reason is about. */
  readonly paths: readonly string[];
  /** The reason as a sentence, with what to do. */
  readonly message: string;
}

/** Details of every error of a request to DynamoDB. */
export interface RequestDetails {
  /** The DynamoDB operation, such as `PutItem`. */
  readonly command: string;
  /** The same request may succeed later, without anybody doing anything. */
  readonly retryable: boolean;
  /** The name of the SDK's error, such as `AccessDeniedException`. */
  readonly sdkError: string;
}

/** Details of the fault for each {@link EntityError} code, by code. */
export interface EntityErrorDetails {
  /** The input does not fit the schema; nothing was sent. */
  InvalidInput: { entity: string; path: string; issues: readonly InputIssue[] };
  /** A value cannot be part of a key: too long, empty, not well-formed, or missing. */
  InvalidKey: { path: string; reason: string; entity?: string };
  /** A value cannot be stored: `NaN`, a function, a class instance, a `Date` where none is declared… */
  UnsupportedValue: { path: string; reason: string; entity?: string };
  /** Another document has the same value in a unique index; `ownerId` is its `id`. */
  UniqueViolation: { entity: string; index: string; paths: readonly string[]; ownerId?: string };
  /** A document with the same key exists: `item`. */
  AlreadyExists: { entity: string; item: unknown };
  /**
   * The change, together with what is stored, would break the schema at `path`: a number out of its
   * bounds, a list too long, fields that do not fit each other. Nothing was written.
   */
  UpdateRefused: { entity: string; path: string; issues: readonly InputIssue[] };
  /**
   * The condition on the document was not met; `item` is the document as it stands, undefined if it
   * cannot be read.
   */
  ConditionFailed: { entity: string; item: unknown };
  /** The document has another version than asked for; `item` is the document as it stands. */
  VersionConflict: { entity: string; item: unknown };
  /** The document that a transaction would change, or delete on a condition, does not exist. */
  NotFound: { entity: string };
  /**
   * A document cannot get another partition key, since related documents would stay behind; with
   * `count` where more are to be moved with it than one transaction takes.
   */
  RelatedDocuments: { entity: string; count?: number };
  /**
   * No index, or not the one that was asked for, is sure to hold every document that can match;
   * `reasons` says why not of each.
   */
  NoIndexFits: {
    entity: string;
    /** The fields that the filter speaks of. */
    fields: readonly string[];
    /** The indexes, each with the parts of its partition key. */
    indexes: readonly string[];
    reasons: readonly WhyNot[];
  };
  /** A filter that must name one document matches several. */
  AmbiguousFilter: { entity: string };
  /** There is more to read than the call allows. */
  TooManyPages: { entity: string; maxPages: number };
  /** The value given as the image of a stream record is not one; `path` says where. */
  InvalidImage: { path: string };
  /** A cursor of another query, or text that is no cursor. */
  InvalidCursor: { entity: string };
  /** DynamoDB left a part of a batch undone; `undone` are the positions of those operations. */
  BatchIncomplete: { undone: readonly number[] };
  /** Others kept changing the same items; every attempt met one of them. */
  TransactionConflict: { attempts: number };
  /** A transaction holds too many items, or two operations on one item. */
  InvalidTransaction: { reason: string };
  /**
   * A stored item is not as the schema says: `path` names the value, `id` the document. With
   * `written`, the change or delete that was asked for is done, and only its answer cannot be given:
   * do not try again.
   */
  UnreadableItem: { entity: string; id: string; path: string; reason: string; written?: true };
  /**
   * Two definitions in one table cannot live together, a relation cannot be between them or have its
   * name, or a name is no table or namespace name.
   */
  InvalidTable: { reason: string };
  /** There is no such table where the client looks for it. `cause` is what the SDK threw. */
  TableNotFound: RequestDetails & { table: string };
  /**
   * The table's key is another than the definitions need, an index is missing, or its TTL is missing
   * or goes by another attribute.
   */
  TableMismatch: RequestDetails & { table: string; lacking: 'key' | 'index' | 'timeToLive' };
  /** The client's credentials are missing or not valid, or do not allow the request. */
  AccessDenied: RequestDetails & { reason: 'permission' | 'credentials' };
  /** The client has no valid Region, or an endpoint that is not a URL or is not allowed. */
  InvalidClient: RequestDetails & { reason: 'region' | 'endpoint' };
  /** Nothing answers at the client's endpoint, or another server does. */
  Unreachable: RequestDetails & { reason: 'noConnection' | 'notDynamoDB' };
  /**
   * DynamoDB did not carry out the request for another reason; `cause` is what the SDK threw.
   *
   * - `temporary`: throttling, a fault of the service, a timeout, a lost connection.
   * - `refused`: the request is not valid for this table.
   * - `outcomeUnknown`: an answer was lost, and the request may have been carried out.
   * - `unknown`: an error that did not come from DynamoDB, from middleware for example.
   */
  RequestFailed: RequestDetails & {
    reason: 'temporary' | 'refused' | 'outcomeUnknown' | 'unknown';
  };
}

/** The stable codes of {@link EntityError}. */
export type EntityErrorCode = keyof EntityErrorDetails;

/** Any {@link EntityError}, so that testing `code` narrows `details`. */
export type AnyEntityError = { [C in EntityErrorCode]: EntityError<C> }[EntityErrorCode];

const brand: unique symbol = Symbol.for('@latchkey/entity/EntityError') as never;

/**
 * Error between a program and its table. Messages and details never hold a secret field.
 *
 * @example
 * ```ts
 * import { EntityError } from '@latchkey/entity';
 *
 * export function takenField(error: unknown): string | undefined {
 *   if (!EntityError.is(error) || error.code !== 'UniqueViolation') return undefined;
 *   return error.details.paths[0];
 * }
 * ```
 */
export class EntityError<C extends EntityErrorCode = EntityErrorCode> extends Error {
  override readonly name: string = 'EntityError';
  /** The kind of the error; it determines the shape of `details`. */
  readonly code: C;
  /** Details of the error, by its code; never a secret. */
  readonly details: EntityErrorDetails[C];

  /** The position in `table.transact` of the operation that failed. */
  operation?: number;
  /** How many documents `updateMany` or `deleteMany` had written when the error stopped it. */
  doneCount?: number;

  constructor(code: C, message: string, details: EntityErrorDetails[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Tells whether a value is an `EntityError`, also one from another copy of this package. */
  static is(value: unknown): value is AnyEntityError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
