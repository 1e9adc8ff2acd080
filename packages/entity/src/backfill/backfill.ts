import { invalidInput } from '../entity/parseInput.js';
import { assertOptions } from '../options/assertOptions.js';
import { backfillOptions } from '../options/options.js';
import type { Table } from '../table/Table.js';
import { tableContext } from '../table/TableContext.js';
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

/**
 * Stores documents again as if they were written now: migrated, with defaults and computed fields,
 * with their keys in global indexes, their TTL and their unique items. Use it after adding an index,
 * a default or a migration to an entity with documents. Documents in the table's namespaces are
 * included.
 *
 * Each document is written by itself, with its unique items in one transaction, on condition that it
 * has not changed since it was read: it is safe alongside other writers, and can be interrupted and
 * repeated. Versions (`_v`) and `updatedAt` stay the same; no hooks run. A document whose unique
 * value is taken is left unchanged and reported.
 *
 * It reads, and is charged for, the whole table.
 *
 * @returns the counts, and all collisions and failures; with a `cursor` if the signal stopped it
 *   early.
 * @throws {@link EntityError} `InvalidInput`, `InvalidCursor`, `RequestFailed`, `BatchIncomplete`
 *
 * @example
 * ```ts
 * import { backfill, type Table } from '@latchkey/entity';
 *
 * export async function backfillFor(table: Table, ms: number, startAfter?: string) {
 *   const { cursor, collisions } = await backfill(table, {
 *     signal: AbortSignal.timeout(ms),
 *     ...(startAfter !== undefined && { startAfter }),
 *   });
 *   return { cursor, collisions };
 * }
 * ```
 */
export async function backfill(
  table: Table,
  options: BackfillOptions = {},
): Promise<BackfillResult> {
  const target = targetOf(table, options);
  const collisions: BackfillCollision[] = [];
  const failures: BackfillFailure[] = [];
  let counts = { scannedCount: 0, changedCount: 0, prunedCount: 0 };
  let cursor: string | null = null;
  for await (const progress of steps(target, options)) {
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

/** Describes the table to be worked on; a namespace that is met on the way is bound once. */
function targetOf(table: Table, options: BackfillOptions): BackfillTarget {
  const { tableName, prefix, sender, definitions, viewAt } = tableContext.of(table, 'backfill');
  assertOptions(tableName, 'backfill', backfillOptions, options);
  for (const definition of options.entities ?? []) definitions.add(definition);
  const views = new Map([[prefix, table]]);
  const entityAt: BackfillTarget['entityAt'] = (definition, at) => {
    const view = views.get(at) ?? viewAt(at);
    views.set(at, view);
    return tableContext.of(view, 'backfill').bind(definition);
  };
  return {
    tableName,
    prefix,
    sender,
    definitions: options.entities ?? definitions.all,
    entityAt,
  };
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
