import type { AnyEntityDefinition } from '@latchkey/schema';

/** Input of `backfill`. */
export interface BackfillOptions {
  /** The entities to back-fill (default: all that are bound to the table). */
  readonly entities?: readonly AnyEntityDefinition[];
  /** Reads, plans and reports, but writes nothing (default: false). */
  readonly dryRun?: boolean;
  /**
   * Maximum capacity units per second, for reads and for writes each (default: no limit). Global
   * secondary indexes are not counted.
   */
  readonly rate?: number;
  /** Number of parts of the table to work on in parallel: 1 to 100 (default: 1). */
  readonly segments?: number;
  /** The `cursor` of an earlier call, to continue from there (default: from the beginning). */
  readonly startAfter?: string;
  /** Stops between two documents; the result then has a cursor. */
  readonly signal?: AbortSignal;
  /**
   * Also deletes the unique items of indexes that the definitions no longer have (default: false).
   * Use it only with the latest definitions, since other programs may still need these items.
   */
  readonly prune?: boolean;
  /** Called and awaited with the progress. An error that it throws ends the call. */
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

/** Two documents with the same value of a unique index. The value itself is not included. */
export interface BackfillCollision extends BackfillDocument {
  readonly index: string;
  /** The fields of the index. */
  readonly paths: readonly string[];
  /** The document that has the value, and keeps it. */
  readonly other: BackfillDocument;
}

/** A document that could not be back-filled. */
export interface BackfillFailure extends BackfillDocument {
  /** The error, usually an `EntityError`: `UnreadableItem`, `InvalidKey`, `UnsupportedValue`. */
  readonly error: Error;
}

/** Progress of a back-fill. */
export interface BackfillProgress {
  /** How many documents this call has read. */
  readonly scannedCount: number;
  /** How many of them it has changed, or would change in a dry run. */
  readonly changedCount: number;
  /** How many unique items without an index it has deleted, or would delete in a dry run. */
  readonly prunedCount: number;
  /** The collisions since the last report. */
  readonly collisions: readonly BackfillCollision[];
  /** The failures since the last report. */
  readonly failures: readonly BackfillFailure[];
  /** Where another call can continue; null if all is done. */
  readonly cursor: string | null;
}

/**
 * Result of a back-fill: the same fields as its progress, with all collisions and failures of the
 * call.
 */
export type BackfillResult = BackfillProgress;
