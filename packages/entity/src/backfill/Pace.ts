import { setTimeout as sleep } from 'node:timers/promises';

/** Lets through as many units a second as it may. */
export class Pace {
  readonly #rate: number;
  readonly #signal: AbortSignal | undefined;
  /** When all that was let through is paid for. */
  #freeAtMs = 0;

  /** @param rate - units a second; `Infinity` for no limit. */
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
