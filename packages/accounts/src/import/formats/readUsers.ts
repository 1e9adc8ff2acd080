import { createReadStream } from 'node:fs';
import { AccountError } from '../../errors/AccountError.js';
import { UnreadableRow, type ImportRow, type ImportSource } from '../ImportRow.js';
import { fromAuth0 } from './fromAuth0.js';
import { fromAuthJs } from './fromAuthJs.js';
import { fromBetterAuth } from './fromBetterAuth.js';
import { fromCognito } from './fromCognito.js';
import { fromFirebase } from './fromFirebase.js';
import { fromKeycloak } from './fromKeycloak.js';
import { readCsv } from './readCsv.js';
import { readElements } from './readElements.js';
import { readLines } from './readLines.js';
import type { ExportRecord } from './record.js';

/** How a file is read, and what its records are. */
interface Format {
  /** The name of the list of users in a document; undefined for a record in each line. */
  readonly list?: string;
  readonly toRow: (record: ExportRecord) => unknown;
}

/** A format of files of users: what a system exports, or rows as CSV or as JSON. */
export type ImportFormat =
  'auth0' | 'authjs' | 'better-auth' | 'cognito' | 'csv' | 'firebase' | 'jsonl' | 'keycloak';

const FORMATS: Readonly<Record<Exclude<ImportFormat, 'csv'>, Format>> = {
  auth0: { toRow: fromAuth0 },
  authjs: { toRow: fromAuthJs },
  'better-auth': { toRow: fromBetterAuth },
  cognito: { list: 'Users', toRow: fromCognito },
  firebase: { list: 'users', toRow: fromFirebase },
  jsonl: { toRow: (record) => record },
  keycloak: { list: 'users', toRow: fromKeycloak },
};

/** The names of all formats, in the order of the alphabet. */
export const IMPORT_FORMATS: readonly ImportFormat[] = [
  ...(Object.keys(FORMATS) as (keyof typeof FORMATS)[]),
  'csv' as const,
].sort();

/**
 * Reads the users of a file for `importAccounts`, one at a time, so that the file may be of any length. A
 * record that cannot be read is listed by the import, and does not stop it.
 *
 * - `cognito`: the output of `aws cognito-idp list-users`; several of them may follow each other.
 * - `firebase`: the output of `firebase auth:export` as JSON.
 * - `keycloak`: a realm, or its users, as `kc.sh export` writes them.
 * - `auth0`: the export of users, of their password hashes, or of both joined.
 * - `better-auth`, `authjs`: a user in each line, with the list `accounts`.
 * - `jsonl`: an `ImportRow` in each line. `csv`: one in each line, with the names of the fields in the first.
 *
 * A file with a record in each line may also be one JSON list.
 *
 * @param file - its path. It is opened once for each pass.
 * @param map - changes each row before it is validated, or leaves it out by returning null.
 * @throws AccountError `InvalidInput` with the path `format` for another format; while it is read, with the
 *   path `file` for a file that is not of its format; Node's own errors for one that cannot be opened.
 * @example
 * ```ts
 * import { readUsers } from '@latchkey/accounts/import';
 *
 * export const staff = readUsers('users.csv', 'csv', (row) =>
 *   row.email?.endsWith('@example.com') === true ? row : null,
 * );
 * ```
 */
export function readUsers(
  file: string,
  format: ImportFormat,
  map: (row: ImportRow) => ImportRow | null = (row) => row,
): ImportSource {
  if (!IMPORT_FORMATS.includes(format)) {
    throw new AccountError('InvalidInput', { path: 'format', reason: 'notAFormat' });
  }
  return async function* () {
    for await (const row of rowsOf(file, format)) {
      const isRow = !(row instanceof UnreadableRow) && typeof row === 'object' && row !== null;
      // Whatever else it is, the import says so.
      const mapped = isRow ? map(row as ImportRow) : (row as ImportRow | UnreadableRow);
      if (mapped !== null || !isRow) yield mapped as ImportRow;
    }
  };
}

async function* rowsOf(file: string, format: ImportFormat): AsyncGenerator {
  const chunks = withoutMark(createReadStream(file, 'utf8'));
  if (format === 'csv') {
    yield* readCsv(chunks);
    return;
  }
  const { list, toRow }: Format = FORMATS[format];
  const records = list === undefined ? readLinesOrList(chunks) : readElements(chunks, list);
  for await (const record of records) {
    const isRecord = typeof record === 'object' && record !== null && !Array.isArray(record);
    if (!isRecord || record instanceof UnreadableRow) yield record;
    else {
      const row = toRow(record as ExportRecord);
      if (row !== undefined) yield row;
    }
  }
}

/** Leaves out the mark that some programs write at the beginning of a file. */
async function* withoutMark(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let isFirst = true;
  for await (const chunk of chunks) {
    yield isFirst && chunk.startsWith('\ufeff') ? chunk.slice(1) : chunk;
    isFirst = false;
  }
}

/** Looks at the beginning of a file: a list, or a record in each line. */
async function* readLinesOrList(chunks: AsyncGenerator<string>): AsyncGenerator {
  const begin = (await chunks.next()) as IteratorResult<string, undefined>;
  if (begin.done === true) return;
  const first = begin.value;
  const all = (async function* () {
    yield first;
    yield* chunks;
  })();
  yield* first.trimStart().startsWith('[') ? readElements(all, '') : readLines(all);
}
