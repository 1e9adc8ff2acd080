import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Lets through as many capacity units per second as it may, evenly: for work on a table that must leave
 * room for others, such as `backfill` with `rate`.
 *
 * @example
 * ```ts
 * import { Pace, writeUnits } from '@latchkey/entity';
 * import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
 *
 * const pace = new Pace(100);
 *
 * export const beforeWriting = (writes: readonly TransactWriteItem[]) =>
 *   pace.take(writeUnits(writes));
 * ```
 */
export class Pace {
  readonly #rate: number;
  readonly #signal: AbortSignal | undefined;
  /** When all that was let through is paid for. */
  #freeAtMs = 0;

  /**
   * @param rate - units per second, above 0; `Infinity` for no limit.
   * @param signal - ends all waiting.
   */
  constructor(rate: number, signal?: AbortSignal) {
    this.#rate = rate;
    this.#signal = signal;
  }

  /** Resolves when the units before these are paid for; at once when the signal aborts. */
  async take(units: number): Promise<void> {
    const nowMs = performance.now();
    const startMs = Math.max(nowMs, this.#freeAtMs);
    this.#freeAtMs = startMs + (units / this.#rate) * 1000;
    if (startMs === nowMs) return;
    const options = this.#signal ? { signal: this.#signal } : {};
    await sleep(startMs - nowMs, undefined, options).catch((error: unknown) => {
      if (!this.#signal?.aborted) throw error;
    });
  }
}
