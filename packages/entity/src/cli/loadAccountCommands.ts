import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CliOutput } from './CliOutput.js';
import { closestTo } from './closestTo.js';
import { hintOf, valuesOf } from './parseCommand.js';
import { ask, progressOn, styleFor, type ProgressLine, type Style } from './terminal.js';
import { UsageError } from './UsageError.js';
import { waitForSignal } from './waitForSignal.js';

/** The parts of `latchkey` that a command of another package works with. */
export interface CommandTools extends CliOutput {
  readonly valuesOf: typeof valuesOf;
  readonly hintFor: (word: string, names: Iterable<string>) => string;
  readonly ask: typeof ask;
  readonly style: { readonly out: Style; readonly error: Style };
  readonly progress: ProgressLine | undefined;
  readonly waitForSignal: typeof waitForSignal;
  readonly UsageError: typeof UsageError;
}

/** A command of another package. */
export interface Command {
  /** Its part of `latchkey --help`. */
  readonly usage: string;
  /** Runs it with what follows its name on the command line, and gives the exit code. */
  readonly run: (args: readonly string[], tools: CommandTools) => Promise<number>;
}

/** The tools that every command gets. */
export function commandTools(output: CliOutput): CommandTools {
  return {
    ...output,
    valuesOf,
    hintFor: (word, names) => hintOf(closestTo(word, names)),
    ask,
    style: { out: styleFor(output, 'out'), error: styleFor(output, 'error') },
    progress: progressOn(output),
    waitForSignal,
    UsageError,
  };
}

const SPECIFIER = '@latchkey/accounts/cli';
/** Node's codes for a package that is not installed, and for one that has no such entry. */
const ABSENT = ['MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'];

/**
 * The commands of `@latchkey/accounts`, by name: of the copy that the application itself uses, or else
 * of the one in the current folder.
 *
 * @param args - the command line, for its `--app`.
 * @returns undefined where the package is not installed.
 */
export async function loadAccountCommands(
  args: readonly string[],
): Promise<Readonly<Record<string, Command>> | undefined> {
  const app = appOf(args);
  const places = [...(app === undefined ? [] : [resolve(app)]), join(process.cwd(), 'latchkey')];
  for (const place of places) {
    const file = resolveFrom(place);
    if (file === undefined) continue;
    const { commands } = (await import(pathToFileURL(file).href)) as {
      readonly commands: Readonly<Record<string, Command>>;
    };
    return commands;
  }
  return undefined;
}

/**
 * The command of `@latchkey/accounts` with a name.
 *
 * @throws {@link UsageError} if there is none, or the package is not installed.
 */
export async function loadAccountCommand(args: readonly string[]): Promise<Command> {
  const [name = ''] = args;
  const commands = await loadAccountCommands(args);
  if (commands && Object.hasOwn(commands, name) && commands[name]) return commands[name];
  const others = commands ? Object.keys(commands) : [];
  const list = others.map((each) => `"${each}", `).join('');
  const hint = hintOf(closestTo(name, [...others, 'local', 'table']));
  const expected = `expected ${list}"local" or "table" (${hint})`;
  if (commands) throw new UsageError(`${expected}.`);
  throw new UsageError(
    `${expected}; commands for accounts, such as "console", need @latchkey/accounts, which is not installed here.`,
  );
}

function resolveFrom(place: string): string | undefined {
  try {
    return createRequire(place).resolve(SPECIFIER);
  } catch (error) {
    if (ABSENT.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** The value of `--app`, before it is known which options the command has. */
function appOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((arg) => arg === '--app' || arg.startsWith('--app='));
  const found = args[at];
  return found === '--app' ? args[at + 1] : found?.slice('--app='.length);
}
