/** One problem with an input. */
export interface InputIssue {
  /** Location of the problem, as a dotted path. */
  readonly path: string;
  /** The problem, as a sentence; never the value itself. */
  readonly message: string;
}

/** Reason why an index is not used for a filter. */
export interface WhyNot {
  /** The index's name. */
  readonly index: string;
  /**
   * - `PartitionKey`: the filter does not give the whole partition key by equality.
   * - `MissingPart`: the index leaves out documents without the fields at `paths`, and the filter
   *   does not.
   * - `Where`: the index's `where` leaves out documents that the filter does not.
   * - `OptionalPart`: the filter does not say whether the optional part of the key exists.
   * - `ImpossibleKey`: a value in the filter cannot be part of a key.
   * - `Consistent`: a global secondary index does not support consistent reads.
   * - `Contradiction`: no document can match the filter.
   * - `OtherIndex`: it could be used, but another index was named or matches the filter better.
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
  /** The reason as a sentence, including the remedy. */
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

/** Details of each {@link EntityError} code, by code. */
export interface EntityErrorDetails {
  /** The input does not match the schema; nothing was sent. */
  InvalidInput: { entity: string; path: string; issues: readonly InputIssue[] };
  /** A value cannot be part of a key: too long, empty, not well-formed, or missing. */
  InvalidKey: { path: string; reason: string; entity?: string };
  /** A value cannot be stored: `NaN`, a function, a class instance, a `Date` where none is declared… */
  UnsupportedValue: { path: string; reason: string; entity?: string };
  /** Another document has the same value in a unique index; `ownerId` is its `id`. */
  UniqueViolation: { entity: string; index: string; paths: readonly string[]; ownerId?: string };
  /** A document with the same key already exists: `item`. */
  AlreadyExists: { entity: string; item: unknown };
  /**
   * Combined with the stored document, the change would violate the schema at `path`: a number out
   * of bounds, a list that is too long, fields that contradict each other. Nothing was written.
   */
  UpdateRefused: { entity: string; path: string; issues: readonly InputIssue[] };
  /**
   * The condition on the document was not met; `item` is the current document, undefined if it
   * cannot be read.
   */
  ConditionFailed: { entity: string; item: unknown };
  /** The document does not have the requested version; `item` is the current document. */
  VersionConflict: { entity: string; item: unknown };
  /** The document that a transaction would change, or delete on a condition, does not exist. */
  NotFound: { entity: string };
  /**
   * A document cannot get another partition key, because related documents would stay behind; with
   * `count` if there are more than one transaction can move.
   */
  RelatedDocuments: { entity: string; count?: number };
  /**
   * No index, or not the one that was named, is certain to hold every match; `reasons` has the
   * reason for each.
   */
  NoIndexFits: {
    entity: string;
    /** The fields in the filter. */
    fields: readonly string[];
    /** The indexes, each with the parts of its partition key. */
    indexes: readonly string[];
    reasons: readonly WhyNot[];
  };
  /** A filter for a single document matches several. */
  AmbiguousFilter: { entity: string };
  /** The result has more pages than the call allows. */
  TooManyPages: { entity: string; maxPages: number };
  /** The value given as the image of a stream record is not one; `path` says where. */
  InvalidImage: { path: string };
  /** The cursor belongs to another query, or is not a cursor. */
  InvalidCursor: { entity: string };
  /**
   * DynamoDB left a part of a batch unprocessed; `undone` are the positions of those operations.
   */
  BatchIncomplete: { undone: readonly number[] };
  /** Other writers got in the way of every attempt. */
  TransactionConflict: { attempts: number };
  /** A transaction has too many items, or two operations on one item. */
  InvalidTransaction: { reason: string };
  /**
   * A stored item does not match the schema: `path` names the value, `id` the document. With
   * `written`, the change or delete succeeded, but its result cannot be returned: do not retry.
   */
  UnreadableItem: { entity: string; id: string; path: string; reason: string; written?: true };
  /**
   * Two definitions cannot share a table, a relation between them or its name is not valid, or the
   * name of a table or namespace is not valid.
   */
  InvalidTable: { reason: string };
  /** The table does not exist in the client's Region and account. `cause` is the SDK's error. */
  TableNotFound: RequestDetails & { table: string };
  /**
   * The table's key does not match the definitions, an index is missing, or its TTL is missing or
   * uses another attribute.
   */
  TableMismatch: RequestDetails & { table: string; lacking: 'key' | 'index' | 'timeToLive' };
  /** The client's credentials are missing or not valid, or do not allow the request. */
  AccessDenied: RequestDetails & { reason: 'permission' | 'credentials' };
  /** The client has no valid Region, or an endpoint that is not a URL or is not allowed. */
  InvalidClient: RequestDetails & { reason: 'region' | 'endpoint' };
  /** Nothing responds at the client's endpoint, or the server there is not DynamoDB. */
  Unreachable: RequestDetails & { reason: 'noConnection' | 'notDynamoDB' };
  /**
   * DynamoDB could not carry out the request for another reason; `cause` is the SDK's error.
   *
   * - `temporary`: throttling, a fault of the service, a timeout, a lost connection.
   * - `refused`: the request is not valid for this table.
   * - `outcomeUnknown`: the response was lost, and the request may have been carried out.
   * - `unknown`: an error that did not come from DynamoDB, from middleware for example.
   */
  RequestFailed: RequestDetails & {
    reason: 'temporary' | 'refused' | 'outcomeUnknown' | 'unknown';
  };
}

/** The stable codes of {@link EntityError}. */
export type EntityErrorCode = keyof EntityErrorDetails;

/** Any {@link EntityError}, as a union that `code` narrows. */
export type AnyEntityError = { [C in EntityErrorCode]: EntityError<C> }[EntityErrorCode];

const brand: unique symbol = Symbol.for('@latchkey/entity/EntityError') as never;

/**
 * Error class of this package. Messages and details never contain a secret field.
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
  /** Number of documents that `updateMany` or `deleteMany` had written before the error. */
  doneCount?: number;

  constructor(code: C, message: string, details: EntityErrorDetails[C], options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
    Object.defineProperty(this, brand, { value: true });
  }

  /** Tells whether a value is an `EntityError`, including one from another copy of this package. */
  static is(value: unknown): value is AnyEntityError {
    return typeof value === 'object' && value !== null && brand in value;
  }
}
