import type { TableFeatures } from '../infrastructure/TableFeatures.js';
import type { TableNames } from '../keys/TableAttributes.js';
import { UsageError } from './UsageError.js';

/** The texts that an option was given, in order. */
type Texts = (option: string) => readonly string[];

/**
 * The names and features of a table, as a command line gives them. What the names and numbers must
 * be like is checked where the table is described.
 *
 * @throws {@link UsageError} for an option of another form.
 */
export function parseTableOptions(texts: Texts): TableNames & TableFeatures {
  const attributes = Object.fromEntries(
    texts('attribute').map((text) => pairOf('attribute', text)),
  );
  const indexes = Object.fromEntries(
    texts('index').map((text) => {
      const [index, names] = pairOf('index', text);
      const [name = '', PK = '', SK = '', ...more] = names.split(',');
      if (SK === '' || more.length > 0) throw malformed('index', '_id2=name,PK,SK');
      return [index, { name, PK, SK }];
    }),
  );
  const warm = unitsOf('warm-throughput', texts);
  const maximum = unitsOf('maximum-throughput', texts);
  const [stream] = texts('stream');
  const replicas = texts('replica');
  return {
    ...(Object.keys(attributes).length > 0 && { attributes }),
    ...(Object.keys(indexes).length > 0 && { indexes }),
    ...(warm && { warmThroughput: named(warm, 'readUnitsPerSecond', 'writeUnitsPerSecond') }),
    ...(maximum && { maximumThroughput: named(maximum, 'readRequestUnits', 'writeRequestUnits') }),
    ...(stream !== undefined && { stream: stream as NonNullable<TableFeatures['stream']> }),
    ...(replicas.length > 0 && { replicas }),
  };
}

function pairOf(option: string, text: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw malformed(option, option === 'index' ? '_id2=name,PK,SK' : 'PK=name');
}

/** Reads and writes, either of which may be left out: `1000,`. */
function unitsOf(option: string, texts: Texts): readonly string[] | undefined {
  const [text] = texts(option);
  if (text === undefined) return undefined;
  const units = text.split(',');
  if (units.length === 2) return units;
  throw malformed(option, '<reads>,<writes>');
}

function named(units: readonly string[], ...names: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    names.flatMap((name, at) => (units[at] === '' ? [] : [[name, Number(units[at])] as const])),
  );
}

function malformed(option: string, form: string): UsageError {
  return new UsageError(`--${option} must have the form ${form}.`);
}
