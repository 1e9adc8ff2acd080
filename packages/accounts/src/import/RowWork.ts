import type { RefusedRow } from './ImportOptions.js';

/** Result of a batch of rows. */
export interface BatchOutcome {
  readonly accounts: number;
  readonly present: number;
  readonly refused: readonly RefusedRow[];
}

/** Work on batches of rows: one object does one pass. */
export interface RowWork {
  work(rows: readonly unknown[], firstRow: number): Promise<BatchOutcome>;
}
