/** Where a command writes. */
export interface CliOutput {
  readonly out: (text: string) => unknown;
  readonly error: (text: string) => unknown;
  /** Terminals among the two; without them, nothing is coloured or written again. */
  readonly terminals?: {
    readonly out: boolean;
    readonly error: boolean;
    readonly colours: boolean;
  };
}

/** Exit codes of a command. */
export const EXIT_CODES = { done: 0, lacking: 1, usage: 2, failed: 3 } as const;
