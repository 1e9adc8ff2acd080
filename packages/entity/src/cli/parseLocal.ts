import type { TableNames } from '../keys/TableAttributes.js';
import { COMMON, valuesOf } from './parseCommand.js';
import { parseTableOptions } from './parseTableOptions.js';
import { UsageError } from './UsageError.js';

const DEFAULT_NAME = 'my-application';
const MAX_PORT = 65_535;

/** The command line of `latchkey local`, taken apart. */
export interface LocalCommand {
  readonly tableName: string;
  readonly options: TableNames;
  /** The files that hold the definitions; none stands for the account entities. */
  readonly files: readonly string[];
  /** undefined for a free one. */
  readonly port: number | undefined;
}

/** @throws {@link UsageError} when it makes no sense. */
export function parseLocal(args: readonly string[]): LocalCommand {
  const values = valuesOf('local', { ...COMMON, port: { type: 'string' } }, args);
  const texts = (option: string): readonly string[] => [values[option] ?? []].flat().map(String);
  const [port] = texts('port');
  return {
    tableName: texts('name')[0] ?? DEFAULT_NAME,
    options: parseTableOptions(texts),
    files: texts('definitions'),
    port: port === undefined ? undefined : portOf(port),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= MAX_PORT) return port;
  throw new UsageError(`--port must be a whole number from 1 to ${MAX_PORT}.`);
}
