import { createInterface } from 'node:readline';
import { styleText } from 'node:util';
import type { CliOutput } from './CliOutput.js';

/** Formats a text for a terminal; where nothing shows colours, it leaves the text as it is. */
export type Style = (format: 'bold' | 'dim' | 'red', text: string) => string;

const EVERY_MS = 100;
const BAR = 24;
const PERCENT = 100;
/** To the start of the line, and erase it. */
const AGAIN = '\r\u001b[K';

/** Formats what goes to one of the streams. */
export function styleFor({ terminals }: CliOutput, stream: 'out' | 'error'): Style {
  const isShown = terminals?.[stream] === true && terminals.colours;
  return (format, text) => (isShown ? styleText(format, text, { validateStream: false }) : text);
}

/** A line on a terminal that shows how far the work has come. */
export class ProgressLine {
  readonly #write: (text: string) => unknown;
  readonly #now: () => number;
  #shownAtMs = -Infinity;
  #isShown = false;

  constructor(write: (text: string) => unknown, now = (): number => performance.now()) {
    this.#write = write;
    this.#now = now;
  }

  /** Writes the line anew, at most ten times a second; `done` is a fraction, where that is known. */
  show(text: string, done?: number): void {
    if (this.#now() - this.#shownAtMs < EVERY_MS) return;
    this.#shownAtMs = this.#now();
    this.#isShown = true;
    this.#write(`${AGAIN}${done === undefined ? '' : `${barOf(done)} `}${text}`);
  }

  /** Takes the line away, before something else is written. */
  clear(): void {
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#write(AGAIN);
  }
}

/** Progress on standard error; undefined where that is not a terminal. */
export function progressOn({ error, terminals }: CliOutput): ProgressLine | undefined {
  return terminals?.error === true ? new ProgressLine(error) : undefined;
}

/** Asks on standard error, and gives the next line of standard input; empty at its end. */
export async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise((resolve) => {
      lines.once('close', () => resolve(''));
      lines.question(question, resolve);
    });
  } finally {
    lines.close();
  }
}

function barOf(done: number): string {
  const part = Math.min(1, Math.max(0, done));
  const full = Math.round(part * BAR);
  const percent = String(Math.floor(part * PERCENT)).padStart(3);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${percent}%`;
}
