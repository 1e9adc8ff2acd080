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
}

/**
 * bcrypt in worker threads, so that the event loop stays free, or in place where there are none.
 * The threads start with the first password.
 */
export class BcryptThreads {
  readonly #options: BcryptThreadsOptions;
  #queue: HashQueue | undefined;
  #pool: Piscina | undefined;

  constructor(options: BcryptThreadsOptions) {
    this.#options = options;
  }

  /** @throws AccountError `TooBusy` */
  hash(task: HashTask): Promise<string> {
    return this.#run<string>('hash', task, () => hash(task.input, task.cost));
  }

  /** @throws AccountError `TooBusy` */
  compare(task: CompareTask): Promise<boolean> {
    return this.#run<boolean>('compare', task, () => compare(task.input, task.bcryptHash));
  }

  async #run<T>(name: string, task: object, inPlace: () => Promise<T>): Promise<T> {
    this.#queue ??= this.#open();
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

  #open(): HashQueue {
    const { threads, maxQueued } = this.#options;
    const pool = threads > 0 ? openThreads(threads) : undefined;
    this.#pool = pool;
    // A thread that cannot start leaves its tasks waiting: only this event says so.
    pool?.on('error', () => this.#giveUp(pool));
    // In place, two at once would take no less time, and would hold up the event loop twice as long.
    return new HashQueue({ concurrency: pool ? threads : 1, maxQueued });
  }

  /** Hashes in place from now on; what the threads had to do is refused there and done here. */
  #giveUp(pool: Piscina): void {
    if (this.#pool !== pool) return;
    this.#pool = undefined;
    void pool.destroy();
  }
}
