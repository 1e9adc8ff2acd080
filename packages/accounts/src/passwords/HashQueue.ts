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
  #concurrency: number;
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
      this.#running--;
      this.#admit();
    }
  }

  /** Tells whether a job runs or waits. */
  get isBusy(): boolean {
    return this.#running > 0;
  }

  /** Lets more, or fewer, jobs run at once from now on; those that run already go on. */
  resize(concurrency: number): void {
    this.#concurrency = concurrency;
    this.#admit();
  }

  async #turn(): Promise<void> {
    if (this.#running < this.#concurrency) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#maxQueued) throw new AccountError('TooBusy', {});
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Gives free places to those who wait; whoever comes meanwhile finds them taken. */
  #admit(): void {
    while (this.#running < this.#concurrency) {
      const next = this.#waiting.shift();
      if (!next) return;
      this.#running++;
      next();
    }
  }
}
