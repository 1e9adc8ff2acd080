import { invalidInput } from '../entity/parseInput.js';
import type { BackfillTarget } from './BackfillTarget.js';
import type {
  BackfillCollision,
  BackfillFailure,
  BackfillOptions,
  BackfillProgress,
  BackfillResult,
} from './BackfillOptions.js';
import {
  decodeBackfillCursor,
  encodeBackfillCursor,
  MAX_SEGMENTS,
  type BackfillScope,
  type Position,
} from './backfillCursor.js';
import { allOf } from './allOf.js';
import { ChunkWorker } from './ChunkWorker.js';
import { Pace } from './Pace.js';
import { scanSegment } from './scanSegment.js';

/** Brings the documents of a table to their present form; see `Table.backfill`. */
export async function backfillTable(
  table: BackfillTarget,
  options: BackfillOptions,
): Promise<BackfillResult> {
  const collisions: BackfillCollision[] = [];
  const failures: BackfillFailure[] = [];
  let counts = { scannedCount: 0, changedCount: 0, prunedCount: 0 };
  let cursor: string | null = null;
  for await (const progress of steps(table, options)) {
    collisions.push(...progress.collisions);
    failures.push(...progress.failures);
    const { scannedCount, changedCount, prunedCount } = progress;
    counts = { scannedCount, changedCount, prunedCount };
    ({ cursor } = progress);
    await options.onProgress?.(progress);
    if (options.signal?.aborted) break;
  }
  return { ...counts, collisions, failures, cursor };
}

async function* steps(
  table: BackfillTarget,
  options: BackfillOptions,
): AsyncGenerator<BackfillProgress> {
  const { sender, definitions } = table;
  const { startAfter, signal, rate = Infinity, prune = false } = options;
  const names = definitions.map(({ name }) => name);
  if (names.length === 0) return;
  const scope: BackfillScope = { tableName: table.tableName, prefix: table.prefix, names };
  assertPositive(names, 'rate', rate);
  const count = segmentsOf(names, options.segments);
  const positions: Position[] =
    startAfter === undefined
      ? Array.from({ length: count }, () => 'start')
      : decodeBackfillCursor(scope, startAfter);
  const scan = { scope, sender, pace: new Pace(rate, signal), withUniques: prune };
  const worker = new ChunkWorker(table, options, new Pace(rate, signal));
  const segments = positions.map((from, at) =>
    scanSegment(scan, { at, of: positions.length }, from),
  );
  const isDone = (): boolean => positions.every((position) => position === 'end');
  const report = (): BackfillProgress => ({
    ...worker.report(),
    cursor: isDone() ? null : encodeBackfillCursor(scope, positions),
  });
  if (signal?.aborted) yield report();
  while (!isDone()) {
    // All segments come on together, so that the cursor is true of each.
    await allOf(
      segments.map(async (segment, at) => {
        const next = await segment.next();
        if (next.done === true) return;
        await worker.work(next.value.items);
        positions[at] = next.value.position;
      }),
    );
    yield report();
  }
}

function segmentsOf(names: readonly string[], segments = 1): number {
  if (Number.isInteger(segments) && segments > 0 && segments <= MAX_SEGMENTS) return segments;
  const message = `must be a whole number from 1 to ${String(MAX_SEGMENTS)}`;
  throw invalidInput(names.join(', '), [{ path: 'segments', message }]);
}

function assertPositive(names: readonly string[], path: string, value: number): void {
  if (value > 0) return;
  throw invalidInput(names.join(', '), [{ path, message: 'must be a number above 0' }]);
}
