import type { ParseArgsConfig } from 'node:util';

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
