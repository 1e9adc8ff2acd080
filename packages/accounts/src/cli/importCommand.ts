import { existsSync } from 'node:fs';
import { AccountError } from '../errors/AccountError.js';
import { IMPORT_FORMATS, readUsers, type ImportFormat } from '../import/formats/readUsers.js';
import { importAccounts } from '../import/importAccounts.js';
import type { ImportProgress, ImportResult, RefusedRow } from '../import/ImportOptions.js';
import { assertTable } from './assertTable.js';
import { EXIT, type Command, type CommandTools } from './Command.js';
import { loadAccounts } from './loadAccounts.js';
import { toSentence } from './toSentence.js';

const USAGE = `latchkey import --app <file> --from <file> --format <format> [options] brings the users of another
system along. It reads the file twice: all of it is checked before anything is written. Rows that
cannot be taken are printed with their reason; if there are any, nothing is written. Users that are
there already are passed over, so that it can be stopped with Ctrl-C and called again. Its options:
  --app <file>               the module that exports the application's Accounts
  --export <name>            the name of the export, if there are several
  --from <file>              the file of users
  --format <format>          ${IMPORT_FORMATS.slice(0, 5).join(', ')},
                             ${IMPORT_FORMATS.slice(5).join(' or ')}
  --dry-run                  checks, and writes nothing
  --skip-refused             imports the others if some cannot be taken
  --rate <units>             capacity units a second, of reads and of writes each (default: no limit)
  --concurrency <number>     accounts to write side by side, up to 64 (default: 8)
`;

const OPTIONS = {
  app: { type: 'string' },
  export: { type: 'string' },
  from: { type: 'string' },
  format: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'skip-refused': { type: 'boolean' },
  rate: { type: 'string' },
  concurrency: { type: 'string' },
} as const;

/** How often it is said how far the work has come. */
const EVERY_MS = 1000;

/**
 * The command `latchkey import`.
 *
 * @param load - loads the application's accounts.
 */
export const importCommand = (load: typeof loadAccounts = loadAccounts): Command => ({
  usage: USAGE,
  run: async (args, tools) => {
    const { app, exported, from, format, options } = parse(args, tools);
    const loaded = await load(app, exported, tools);
    await assertTable(loaded);
    const stop = new AbortController();
    const signalled = tools.waitForSignal();
    void signalled.then(() => stop.abort());
    try {
      const result = await importAccounts(loaded.accounts, readUsers(from, format), {
        ...options,
        signal: stop.signal,
        onProgress: report(tools),
      });
      tools.progress?.clear();
      return conclude(result, tools);
    } catch (error) {
      tools.progress?.clear();
      throw sentenceOf(error, from, tools);
    } finally {
      signalled.forget();
    }
  },
});

function parse(
  args: readonly string[],
  { UsageError, valuesOf }: CommandTools,
): {
  readonly app: string;
  readonly exported: string | undefined;
  readonly from: string;
  readonly format: ImportFormat;
  readonly options: Parameters<typeof importAccounts>[2] & object;
} {
  const values = valuesOf('import', OPTIONS, args);
  const text = (name: keyof typeof OPTIONS): string | undefined =>
    typeof values[name] === 'string' ? values[name] : undefined;
  const needed = (name: keyof typeof OPTIONS): string => {
    const value = text(name);
    if (value === undefined) throw new UsageError(`import needs --${name} (see --help).`);
    return value;
  };
  const number = (name: 'rate' | 'concurrency', isValid: (value: number) => boolean): number => {
    const value = Number(text(name));
    if (text(name) !== '' && isValid(value)) return value;
    const what = name === 'rate' ? 'a number above 0' : 'a whole number from 1 to 64';
    throw new UsageError(`--${name} must be ${what}.`);
  };
  const [app, from, format] = [needed('app'), needed('from'), needed('format')];
  if (!isFormat(format)) {
    throw new UsageError(`--format must be one of ${IMPORT_FORMATS.join(', ')}.`);
  }
  if (!existsSync(from)) throw new UsageError(`there is no file ${from}.`);
  return {
    app,
    exported: text('export'),
    from,
    format,
    options: {
      dryRun: values['dry-run'] === true,
      skipRefused: values['skip-refused'] === true,
      ...(text('rate') !== undefined && { rate: number('rate', (value) => value > 0) }),
      ...(text('concurrency') !== undefined && {
        concurrency: number(
          'concurrency',
          (value) => Number.isInteger(value) && value > 0 && value <= 64,
        ),
      }),
    },
  };
}

function isFormat(format: string): format is ImportFormat {
  return (IMPORT_FORMATS as readonly string[]).includes(format);
}

/** Prints rows that cannot be taken, each once, and from time to time how far the work has come. */
function report({ out, error, progress: line }: CommandTools): (progress: ImportProgress) => void {
  let toldAtMs = performance.now();
  /** Rows of the whole file, once it has been read. */
  let total: number | undefined;
  let checked = 0;
  const told = new Set<number>();
  return ({ phase, rows, accounts, present, refused }) => {
    if (phase === 'validate') checked = rows;
    else total ??= checked;
    for (const each of refused) {
      // The second pass finds most of them again.
      if (phase === 'write' && told.has(each.row)) continue;
      if (told.size < MAX_TOLD) told.add(each.row);
      line?.clear();
      out(`${lineOf(each)}\n`);
    }
    const done = phase === 'validate' ? 'can be imported' : 'imported';
    const text = `${phase}: ${rows} rows read, ${accounts} ${done}, ${present} there already.`;
    line?.show(text, total === undefined ? undefined : rows / total);
    if (line || performance.now() - toldAtMs < EVERY_MS) return;
    toldAtMs = performance.now();
    error(`${text}\n`);
  };
}

/** So many rows are remembered; those beyond are printed in both passes. */
const MAX_TOLD = 100_000;

/** Without any value of the row but its foreign id, in which nothing can move the cursor. */
function lineOf({ row, foreignId, error, sameAsRow }: RefusedRow): string {
  const { path = '', reason = '' } = error.details as { path?: string; reason?: string };
  return [
    `refused: row ${row}`,
    ...(foreignId === undefined ? [] : [` (${JSON.stringify(foreignId)})`]),
    `: ${error.code}`,
    ...(path === '' ? [] : [` ${JSON.stringify(path).slice(1, -1)}`]),
    ...(reason === '' ? [] : [` ${reason}`]),
    ...(sameAsRow === undefined ? [] : [`, as in row ${sameAsRow}`]),
  ].join('');
}

function conclude(result: ImportResult, { out, error }: CommandTools): number {
  const { outcome, rows, accounts, present, refusedCount } = result;
  const isWritten = outcome === 'imported' || outcome === 'stopped';
  const done = isWritten ? 'imported' : 'to be imported';
  out(
    `${rows} rows read, ${accounts} ${done}, ${present} there already, ${refusedCount} refused.\n`,
  );
  if (outcome === 'stopped') {
    error('latchkey: stopped; the same command goes on.\n');
    return EXIT.failed;
  }
  if (outcome === 'refused') {
    error('latchkey: nothing was written; correct these rows, or use --skip-refused.\n');
  }
  return refusedCount > 0 ? EXIT.lacking : EXIT.done;
}

/** An error in one sentence. */
function sentenceOf(error: unknown, from: string, tools: CommandTools): unknown {
  if (!AccountError.is(error)) return error;
  if (error.code === 'InvalidInput' && error.details.path === 'file') {
    return new tools.UsageError(`${from} is not of this format: ${error.details.reason}.`);
  }
  if (error.code === 'TrialExceededLimit') {
    const { maxAccounts } = error.details;
    return new Error(`these are more than the ${maxAccounts} accounts of the plan.`, {
      cause: error,
    });
  }
  return toSentence(error, tools);
}
