import { AccountError } from '../errors/AccountError.js';
import { requireWhole } from './requireWhole.js';

/** How many passwords wait at most, unless configured otherwise. */
export const DEFAULT_MAX_QUEUED = 64;

/** How many passwords may be made to wait at most. */
export const HIGHEST_MAX_QUEUED = 10_000;

/** How many passwords may be hashed at once at most. */
export const HIGHEST_CONCURRENCY = 64;

/** Bounds of a {@link HashQueue}. */
export interface HashQueueOptions {
  /** How many jobs run at once. */
  readonly concurrency: number;
  /** How many more wait. The next one is refused. */
  readonly maxQueued: number;
}

/**
 * Runs costly jobs a few at a time, first come, first served. When too many wait, the next is
 * refused at once: a quick "busy" instead of a process that no longer answers (ASVS 15.1.3, 15.2.2).
 */
export class HashQueue {
  readonly #concurrency: number;
  readonly #maxQueued: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @throws AccountError `InvalidConfiguration` for bounds that are no such numbers. */
  constructor({ concurrency, maxQueued }: HashQueueOptions) {
    requireWhole('concurrency', concurrency, 1, HIGHEST_CONCURRENCY);
    requireWhole('maxQueued', maxQueued, 0, HIGHEST_MAX_QUEUED);
    this.#concurrency = concurrency;
    this.#maxQueued = maxQueued;
  }

  /** @throws AccountError `TooBusy`; whatever the job throws. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await job();
    } finally {
      const next = this.#waiting.shift();
      // The place passes from hand to hand, so that nobody who comes now can take it in between.
      if (next) next();
      else this.#running--;
    }
  }

  async #turn(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#maxQueued) throw new AccountError('TooBusy', {});
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
