import { CsvError, parse } from 'csv-parse';
import { pipeline, Readable } from 'node:stream';
import { AccountError } from '../../errors/AccountError.js';
import { UnreadableRow } from '../ImportRow.js';
import { MAX_RECORD_LENGTH } from './limits.js';

const FLAGS: ReadonlySet<string> = new Set([
  'emailVerified',
  'phoneVerified',
  'verifyElsewhere',
  'deactivated',
]);
const PROFILE = 'profile.';

/**
 * Reads rows from CSV (RFC 4180) whose first line has the names of the fields: those of `ImportRow` that are
 * no lists, the application's own, and `profile.` followed by a name. An empty cell is no field.
 *
 * @param chunks - the text, in pieces of any length.
 * @throws AccountError `InvalidInput` with reason `notCsv`
 */
export async function* readCsv(
  chunks: AsyncIterable<string>,
): AsyncGenerator<unknown, void, undefined> {
  const lines = parse({
    bom: true,
    max_record_size: MAX_RECORD_LENGTH,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  // An error of either ends the other, and the loop below throws it.
  pipeline(Readable.from(chunks), lines, () => undefined);
  let names: readonly string[] | undefined;
  try {
    for await (const cells of lines as AsyncIterable<string[]>) {
      if (!names) names = namesOf(cells);
      else if (cells.length === names.length) yield rowOf(names, cells);
      else yield new UnreadableRow('wrongNumberOfCells');
    }
  } catch (error) {
    // Its message would quote a cell.
    throw error instanceof CsvError ? refused() : error;
  }
}

function namesOf(cells: readonly string[]): readonly string[] {
  const names = cells.map((name) => name.trim());
  if (!names.includes('foreignId') || new Set(names).size < names.length) throw refused();
  return names;
}

function rowOf(names: readonly string[], cells: readonly string[]): unknown {
  const row: Record<string, unknown> = {};
  const profile: [string, unknown][] = [];
  for (const [at, name] of names.entries()) {
    const cell = cells[at] ?? '';
    if (cell === '') continue;
    if (name.startsWith(PROFILE)) profile.push([name.slice(PROFILE.length), cell]);
    else if (name !== '__proto__') row[name] = FLAGS.has(name) ? flagOf(cell) : cell;
  }
  if (profile.length > 0) row.profile = Object.fromEntries(profile);
  return row;
}

/** Anything else stays what it is, and is refused. */
function flagOf(cell: string): unknown {
  const text = cell.toLowerCase();
  return text === 'true' || text === 'false' ? text === 'true' : cell;
}

function refused(): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'file', reason: 'notCsv' });
}
