import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { BackfillOptions } from '../backfill/BackfillOptions.js';
import type { IamRole } from '../infrastructure/toIamPolicy.js';
import type { TableFeatures } from '../infrastructure/TableFeatures.js';
import type { TableNames } from '../keys/TableAttributes.js';
import { closestTo } from './closestTo.js';
import { parseTableOptions } from './parseTableOptions.js';
import { UsageError } from './UsageError.js';

/** Options as Node's `parseArgs` takes them. */
export type Options = NonNullable<ParseArgsConfig['options']>;

/** The options that say what a table is like. */
export const COMMON: Options = {
  name: { type: 'string' },
  definitions: { type: 'string', multiple: true },
  attribute: { type: 'string', multiple: true },
  index: { type: 'string', multiple: true },
};
const FEATURES = {
  stream: { type: 'string' },
  replica: { type: 'string', multiple: true },
  'warm-throughput': { type: 'string' },
  'maximum-throughput': { type: 'string' },
} satisfies Options;
const LIVE = {
  endpoint: { type: 'string' },
  region: { type: 'string' },
} satisfies Options;
const SAFEGUARDS = {
  'no-point-in-time-recovery': { type: 'boolean' },
  'no-deletion-protection': { type: 'boolean' },
  'no-encryption': { type: 'boolean' },
} satisfies Options;
const RETAIN = { 'no-retain': { type: 'boolean' } } satisfies Options;
const IAM = {
  role: { type: 'string' },
  'table-arn': { type: 'string' },
  scan: { type: 'boolean' },
  namespace: { type: 'string', multiple: true },
} satisfies Options;
const BACKFILL = {
  entity: { type: 'string', multiple: true },
  namespace: { type: 'string', multiple: true },
  'dry-run': { type: 'boolean' },
  prune: { type: 'boolean' },
  rate: { type: 'string' },
  segments: { type: 'string' },
  resume: { type: 'string' },
} satisfies Options;

/** A command of `latchkey table`. */
export type CommandName =
  | 'create-input'
  | 'cloudformation'
  | 'cdk'
  | 'terraform'
  | 'iam'
  | 'workbench'
  | 'restored'
  | 'create'
  | 'describe'
  | 'diff'
  | 'backfill';

/** The options that each command takes besides the common ones. */
const COMMANDS: Readonly<Record<CommandName, Options>> = {
  'create-input': FEATURES,
  cloudformation: { ...FEATURES, ...SAFEGUARDS, ...RETAIN },
  cdk: { ...FEATURES, ...SAFEGUARDS },
  terraform: { ...FEATURES, ...SAFEGUARDS, ...RETAIN },
  iam: IAM,
  workbench: {},
  restored: {},
  create: LIVE,
  describe: LIVE,
  diff: { ...FEATURES, ...LIVE },
  backfill: { ...LIVE, ...BACKFILL },
};

/** Flags of `backfill`. */
interface BackfillFlags extends Pick<
  BackfillOptions,
  'dryRun' | 'prune' | 'rate' | 'segments' | 'startAfter'
> {
  /** The names of the entities; empty for all. */
  readonly entities: readonly string[];
}

/** A command line, taken apart. */
export interface ParsedCommand {
  readonly name: CommandName;
  readonly tableName: string;
  /**
   * Names of the table's attributes and indexes, and the features that the table has beyond them.
   */
  readonly options: TableNames & TableFeatures;
  /** The files that hold the definitions; none stands for the account entities. */
  readonly files: readonly string[];
  readonly off: ReadonlySet<string>;
  readonly iam: { role: IamRole; tableArn: string; scan: boolean };
  /** One namespace inside another; empty for the whole table. */
  readonly namespace: readonly string[];
  readonly backfill: BackfillFlags;
  readonly endpoint?: string;
  readonly region?: string;
}

/**
 * Parses what follows `latchkey table`.
 *
 * @throws {@link UsageError} when it makes no sense.
 */
export function parseCommand(args: readonly string[]): ParsedCommand {
  const [name, ...rest] = args;
  if (name === undefined || !isCommand(name)) {
    const commands = Object.keys(COMMANDS);
    const hint = hintOf(closestTo(name ?? '', commands));
    throw new UsageError(`expected "table" followed by one of ${commands.join(', ')} (${hint}).`);
  }
  const values = valuesOf(name, { ...COMMON, ...COMMANDS[name] }, rest);
  const texts = (option: string): readonly string[] => [values[option] ?? []].flat().map(String);
  const text = (option: string): string | undefined => texts(option)[0];
  const needed = (option: string): string => {
    const value = text(option);
    if (value === undefined) throw new UsageError(`${name} needs --${option} (see --help).`);
    return value;
  };
  const [endpoint, region, startAfter] = [text('endpoint'), text('region'), text('resume')];
  const [rate, segments] = [numberOf('rate', text('rate')), numberOf('segments', text('segments'))];
  return {
    name,
    tableName: needed('name'),
    options: parseTableOptions(texts),
    files: texts('definitions'),
    off: new Set(Object.keys(values).filter((option) => option.startsWith('no-'))),
    iam: {
      role: name === 'iam' ? roleOf(needed('role')) : 'read-only',
      tableArn: name === 'iam' ? needed('table-arn') : '',
      scan: values.scan === true,
    },
    namespace: texts('namespace'),
    backfill: {
      entities: texts('entity'),
      dryRun: values['dry-run'] === true,
      prune: values.prune === true,
      ...(rate !== undefined && { rate }),
      ...(segments !== undefined && { segments }),
      ...(startAfter !== undefined && { startAfter }),
    },
    ...(endpoint !== undefined && { endpoint: urlOf(endpoint) }),
    ...(region !== undefined && { region }),
  };
}

/**
 * The values of a command's options.
 *
 * @throws {@link UsageError} for an option that the command does not have.
 */
export function valuesOf(
  name: string,
  options: Options,
  args: readonly string[],
): Record<string, unknown> {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    // Node explains more than one sentence does.
    const reason = (error as Error).message.split(/[.\n]/, 1)[0] ?? '';
    const meant =
      (error as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION'
        ? meantOption(args, options)
        : undefined;
    const hint = meant === undefined ? '' : ` (${hintOf(`--${meant}`)})`;
    throw new UsageError(`${name}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}${hint}.`);
  }
}

/** The option that the first unknown one was probably meant to be. */
function meantOption(args: readonly string[], options: Options): string | undefined {
  const unknown = args
    .filter((arg) => arg.startsWith('--'))
    .map((arg) => arg.slice(2).split('=', 1)[0] ?? '')
    .find((option) => !Object.hasOwn(options, option));
  return closestTo(unknown ?? '', Object.keys(options));
}

/** Tells what was probably meant; else, where everything is listed. */
export function hintOf(meant: string | undefined): string {
  return meant === undefined ? 'see --help' : `did you mean ${meant}?`;
}

function numberOf(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`--${option} must be a number above 0.`);
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function roleOf(role: string): IamRole {
  if (role === 'read-only' || role === 'read-write') return role;
  throw new UsageError('--role must be read-only or read-write.');
}

function urlOf(endpoint: string): string {
  const protocol = URL.canParse(endpoint) ? new URL(endpoint).protocol : '';
  if (protocol === 'http:' || protocol === 'https:') return endpoint;
  throw new UsageError('--endpoint must be a URL such as http://localhost:8000.');
}
