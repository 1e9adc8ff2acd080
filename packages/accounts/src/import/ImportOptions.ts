import type { AnyAccountError } from '../errors/AccountError.js';

/** Options of `importAccounts`. */
export interface ImportOptions {
  /** Called and awaited after every 100 rows of each pass. An error that it throws ends the call. */
  readonly onProgress?: (progress: ImportProgress) => unknown;
  /** Validates and reports, but writes nothing (default: false). */
  readonly dryRun?: boolean;
  /**
   * Imports the other rows if some cannot be taken (default: false, nothing is written then). Rows that
   * somebody else gets in the way of after the validation are skipped in either case.
   */
  readonly skipRefused?: boolean;
  /** Maximum capacity units per second, for reads and for writes each (default: no limit). */
  readonly rate?: number;
  /** How many accounts are written at once, 1 to 64 (default: 8). */
  readonly concurrency?: number;
  /** Stops between two rows. What was written stays; a repeated import goes on from there. */
  readonly signal?: AbortSignal;
}

/** A row that cannot be taken. */
export interface RefusedRow {
  /** Its number in the source, from 1. */
  readonly row: number;
  /** Its `foreignId`, if it has a valid one. */
  readonly foreignId?: string;
  /** The fault, with the path of the field in its `details`. */
  readonly error: AnyAccountError;
  /** The earlier row of the source that has the same value. */
  readonly sameAsRow?: number;
}

/** Progress of an import. */
export interface ImportProgress {
  /** `validate` for the first pass over the source, `write` for the second. */
  readonly phase: 'validate' | 'write';
  /** How many rows the pass has read. */
  readonly rows: number;
  /** How many accounts were created, or, in the first pass, can be. */
  readonly accounts: number;
  /** How many rows have an account already, by their `foreignId`. */
  readonly present: number;
  /** How many rows cannot be taken. */
  readonly refusedCount: number;
  /** The rows that cannot be taken, since the last report. */
  readonly refused: readonly RefusedRow[];
}

/** Result of an import. */
export interface ImportResult extends Omit<ImportProgress, 'phase'> {
  /**
   * - `imported`: everything that can be taken is in the table.
   * - `refused`: some rows cannot be taken, and nothing was written.
   * - `validated`: nothing was written because of `dryRun`.
   * - `stopped`: the signal ended it early.
   */
  readonly outcome: 'imported' | 'refused' | 'validated' | 'stopped';
  /** The first 1000 rows that cannot be taken; `onProgress` is told of all. */
  readonly refused: readonly RefusedRow[];
}
