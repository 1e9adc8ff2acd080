import type { AnyEntityDefinition } from '@latchkey/schema';

/** Input of `table.backfill`. */
export interface BackfillOptions {
  /** The entities whose documents are brought up to date (default: all that are bound to the table). */
  readonly entities?: readonly AnyEntityDefinition[];
  /** Reads, plans and reports, but writes nothing (default: false). */
  readonly dryRun?: boolean;
  /**
   * The capacity units a second that it takes at most, of reads and of writes each (default: no
   * limit). What global secondary indexes take for themselves is not counted.
   */
  readonly rate?: number;
  /** How many parts of the table to work on side by side: 1 to 100 (default: 1). */
  readonly segments?: number;
  /** The `cursor` of an earlier call, after which to go on (default: from the beginning). */
  readonly startAfter?: string;
  /** Stops between two documents; the result then has a cursor. */
  readonly signal?: AbortSignal;
  /**
   * Deletes the unique items of indexes that the definitions no longer have, too (default: false).
   * Only for definitions that are the latest: a program with others would miss them.
   */
  readonly prune?: boolean;
  /** Is told how far it has come, and waited for. What it throws ends the call. */
  readonly onProgress?: (progress: BackfillProgress) => unknown;
}

/** A document, as a report names it. */
export interface BackfillDocument {
  /** The name of its entity. */
  readonly entity: string;
  /** Input of `findById`, in the document's namespace. */
  readonly id: string;
  /** The fields of its key, by dotted path. */
  readonly key: Readonly<Record<string, unknown>>;
}

/** Two documents with one value of a unique index. Nothing says what the value is. */
export interface BackfillCollision extends BackfillDocument {
  readonly index: string;
  /** The fields of the index. */
  readonly paths: readonly string[];
  /** The document that holds the value, and keeps it. */
  readonly other: BackfillDocument;
}

/** A document that could not be brought up to date. */
export interface BackfillFailure extends BackfillDocument {
  /** Mostly an `EntityError`: `UnreadableItem`, `InvalidKey`, `UnsupportedValue`. */
  readonly error: Error;
}

/** How far a back-fill has come. */
export interface BackfillProgress {
  /** How many documents this call has looked at. */
  readonly scannedCount: number;
  /** How many of them it has changed, or in a dry run would change. */
  readonly changedCount: number;
  /** How many unique items without an index it has deleted, or in a dry run would delete. */
  readonly prunedCount: number;
  /** The collisions found since it was last told. */
  readonly collisions: readonly BackfillCollision[];
  /** The failures since it was last told. */
  readonly failures: readonly BackfillFailure[];
  /** Where another call can go on; null once all is done. */
  readonly cursor: string | null;
}

/**
 * Result of a back-fill: the same fields as its progress, with all collisions and failures of the
 * call.
 */
export type BackfillResult = BackfillProgress;
