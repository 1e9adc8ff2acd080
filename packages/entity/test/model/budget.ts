import { randomInt } from 'node:crypto';

const { MODEL_SEED, MODEL_RUNS, MODEL_PATH } = process.env;

/** How many programs are run. */
export const RUNS = Number(MODEL_RUNS ?? 120);

/** So many programs are run side by side, each in a namespace of its own. */
export const SIDE_BY_SIDE = MODEL_PATH === undefined ? 8 : 1;

/** Another one for every run; that of a run before repeats it. */
export const SEED = Number(MODEL_SEED ?? randomInt(2 ** 31 - SIDE_BY_SIDE));

/** Where fast-check has found the smallest failing program, to begin with it. */
export const PATH = MODEL_PATH;

/**
 * When no more programs are begun. It grows with their number, as the time of one depends on the
 * machine: a slow one runs fewer, and is not wrong for that.
 */
export const LIMIT_MS = 60_000 + RUNS * 100;

/** When a test has hung. */
export const TIMEOUT_MS = 2 * LIMIT_MS + 120_000;

/** Says what was run, and how to run it again. */
export function report(what: string): void {
  process.stdout.write(`model: ${what}\n`);
}
