import { compare, hash } from 'bcryptjs';
import type { Piscina } from 'piscina';
import { HashQueue } from '../HashQueue.js';
import type { CompareTask, HashTask } from './bcryptWorker.cjs';
import { openThreads } from './openThreads.cjs';

/** Bounds of {@link BcryptThreads}. */
export interface BcryptThreadsOptions {
  /** How many threads hash at once; 0 hashes in place, one password at a time. */
  readonly threads: number;
  readonly maxQueued: number;
  /** Hashes in place until two passwords come at once: for a process that has one request at a time. */
  readonly whenShared?: boolean;
}

/**
 * bcrypt in worker threads, so that the event loop stays free, or in place where there are none.
 * The threads start with the first password that needs one.
 */
export class BcryptThreads {
  readonly #options: BcryptThreadsOptions;
  // In place, two at once would take no less time, and would hold up the event loop twice as long.
  readonly #queue: HashQueue;
  #pool: Piscina | undefined;
  #isOpen = false;

  constructor(options: BcryptThreadsOptions) {
    this.#options = options;
    this.#queue = new HashQueue({ concurrency: 1, maxQueued: options.maxQueued });
  }

  /** @throws AccountError `TooBusy` */
  hash(task: HashTask): Promise<string> {
    return this.#run<string>('hash', task, () => hash(task.input, task.cost));
  }

  /** @throws AccountError `TooBusy` */
  compare(task: CompareTask): Promise<boolean> {
    return this.#run<boolean>('compare', task, () => compare(task.input, task.bcryptHash));
  }

  #run<T>(name: string, task: object, inPlace: () => Promise<T>): Promise<T> {
    // Once shared, always shared: the next two may come a moment apart.
    if (this.#options.whenShared !== true || this.#queue.isBusy) this.#open();
    return this.#queue.run(async () => {
      const pool = this.#pool;
      if (!pool) return inPlace();
      try {
        return (await pool.run(task, { name })) as T;
      } catch {
        // bcrypt does not refuse what it is given here, so it was the thread that failed.
        this.#giveUp(pool);
        return inPlace();
      }
    });
  }

  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { threads } = this.#options;
    const pool = threads > 0 ? openThreads(threads) : undefined;
    if (!pool) return;
    this.#pool = pool;
    // A thread that cannot start leaves its tasks waiting: only this event says so.
    pool.on('error', () => this.#giveUp(pool));
    this.#queue.resize(threads);
  }

  /** Hashes in place from now on; what the threads had to do is refused there and done here. */
  #giveUp(pool: Piscina): void {
    if (this.#pool !== pool) return;
    this.#pool = undefined;
    this.#queue.resize(1);
    void pool.destroy();
  }
}
