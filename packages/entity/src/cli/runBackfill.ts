import { backfill } from '../backfill/backfill.js';
import type {
  BackfillDocument,
  BackfillProgress,
  BackfillResult,
} from '../backfill/BackfillOptions.js';
import { EntityError } from '../errors/EntityError.js';
import type { DescribedTable } from '../infrastructure/DescribedTable.js';
import type { Table } from '../table/Table.js';
import { type CliOutput, EXIT_CODES } from './CliOutput.js';
import type { LiveDynamoDB } from './LiveDynamoDB.js';
import type { ParsedCommand } from './parseCommand.js';
import { progressOn } from './terminal.js';
import { UsageError } from './UsageError.js';

/** How often it is said how far the work has come. */
const EVERY_MS = 1000;

/**
 * Brings the documents of a table to their present form. Collisions and failures are printed as they
 * are found; how far it has come, once a second, goes to the other stream. Ctrl-C stops it between
 * two documents, with what it takes to go on.
 */
export async function runBackfill(
  described: DescribedTable,
  { namespace, backfill: { entities, ...options } }: ParsedCommand,
  live: LiveDynamoDB,
  output: CliOutput,
): Promise<number> {
  const table = namespace.reduce(
    (view: Table, name) => view.namespace(name),
    live.table(described),
  );
  const chosen = described.definitions.filter(
    ({ name }) => entities.length === 0 || entities.includes(name),
  );
  const unknown = entities.find((name) => !chosen.some((each) => each.name === name));
  if (unknown !== undefined) throw new UsageError(`no definition is named ${unknown}.`);
  const stop = new AbortController();
  const onSignal = (): void => {
    stop.abort();
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  const isDry = options.dryRun === true;
  const counts = { collisions: 0, failures: 0 };
  const at: { cursor: string | null; toldAtMs: number } = {
    cursor: null,
    toldAtMs: performance.now(),
  };
  const line = progressOn(output);
  const onProgress = (progress: BackfillProgress): void => {
    const found = findings(progress);
    if (found.length > 0) line?.clear();
    for (const each of found) output.out(`${each}\n`);
    counts.collisions += progress.collisions.length;
    counts.failures += progress.failures.length;
    at.cursor = progress.cursor;
    line?.show(summary(progress, counts, isDry));
    if (line) return;
    if (performance.now() - at.toldAtMs < EVERY_MS || progress.cursor === null) return;
    at.toldAtMs = performance.now();
    output.error(`${summary(progress, counts, isDry)} --resume ${progress.cursor}\n`);
  };
  try {
    const result = await backfill(table, {
      ...options,
      entities: chosen,
      signal: stop.signal,
      onProgress,
    });
    line?.clear();
    output.out(`${summary(result, counts, isDry)}\n`);
    if (result.cursor !== null) {
      output.error(`latchkey: stopped; to continue: --resume ${result.cursor}\n`);
      return EXIT_CODES.failed;
    }
    return counts.collisions + counts.failures > 0 ? EXIT_CODES.lacking : EXIT_CODES.done;
  } catch (error) {
    line?.clear();
    if (at.cursor !== null) output.error(`latchkey: to continue: --resume ${at.cursor}\n`);
    throw error;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

function findings({ collisions, failures }: BackfillProgress): string[] {
  return [
    ...collisions.map(
      ({ index, paths, other, ...document }) =>
        `collision: ${nameOf(document)} has the value of ${nameOf(other)} in ${index} (${paths.join(', ')})`,
    ),
    ...failures.map(({ error, ...document }) => {
      // What another's error says may hold what is stored.
      const reason = EntityError.is(error) ? error.message : error.name;
      return `failure: ${nameOf(document)}: ${reason}`;
    }),
  ];
}

function nameOf({ entity, key }: BackfillDocument): string {
  const text = JSON.stringify(key, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return `${entity} ${text}`;
}

function summary(
  { scannedCount, changedCount, prunedCount }: BackfillResult,
  { collisions, failures }: { collisions: number; failures: number },
  isDry: boolean,
): string {
  const counts = [
    `${some(scannedCount, 'document')} read`,
    `${changedCount} ${isDry ? 'to be changed' : 'changed'}`,
    ...(prunedCount > 0
      ? [`${some(prunedCount, 'unique item')} ${isDry ? 'to be ' : ''}pruned`]
      : []),
    some(collisions, 'collision'),
    some(failures, 'failure'),
  ];
  return `${counts.join(', ')}.`;
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
