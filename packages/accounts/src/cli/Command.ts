import type { ParseArgsConfig } from 'node:util';

/** Formats a text for a terminal; where nothing shows colours, it leaves the text as it is. */
export type Style = (format: 'bold' | 'dim' | 'red', text: string) => string;

/** A line on a terminal that shows how far the work has come. */
interface ProgressLine {
  /** Writes the line anew; `done` is a fraction from 0 to 1, where that is known. */
  show(text: string, done?: number): void;
  /** Takes the line away, before something else is written. */
  clear(): void;
}

/** The parts of `latchkey` that its commands work with. */
export interface CommandTools {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
  /** The values of a command's options; it refuses an option that the command does not have. */
  readonly valuesOf: (
    name: string,
    options: NonNullable<ParseArgsConfig['options']>,
    args: readonly string[],
  ) => Record<string, unknown>;
  /** Tells which of the names was probably meant, or else where all are listed. */
  readonly hintFor: (word: string, names: Iterable<string>) => string;
  /** Asks a question on the terminal, and gives the line that was typed; empty at the end of the input. */
  readonly ask: (question: string) => Promise<string>;
  /** Formats what goes to standard output, and to standard error. */
  readonly style: { readonly out: Style; readonly error: Style };
  /** Progress on standard error; undefined where that is not a terminal. */
  readonly progress: ProgressLine | undefined;
  /** Waits for the first of the signals that end a program. */
  readonly waitForSignal: () => Promise<void> & { forget(): void };
  /** An error for a command line that makes no sense; its message is one sentence. */
  readonly UsageError: new (message: string) => Error;
}

/** A command of `latchkey`. */
export interface Command {
  /** Its part of `latchkey --help`. */
  readonly usage: string;
  /** Runs it with what follows its name on the command line, and gives the exit code. */
  readonly run: (args: readonly string[], tools: CommandTools) => Promise<number>;
}

/** Exit codes of the commands: those of `latchkey`, but for wrong usage, which is a `UsageError`. */
export const EXIT = { done: 0, lacking: 1, failed: 3 } as const;
