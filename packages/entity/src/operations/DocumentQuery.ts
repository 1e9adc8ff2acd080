/**
 * Documents that are read on demand: page by page with `for await`, in constant memory, or all at
 * once with `await`, as `{ items }`.
 *
 * @example
 * ```ts
 * import type { Table } from '@latchkey/entity';
 * import { Session } from '@latchkey/schema';
 *
 * export async function countValid(table: Table, accountId: string) {
 *   let valid = 0;
 *   for await (const session of table.entity(Session).findMany({ filter: { accountId } })) {
 *     if (session.valid) valid++;
 *   }
 *   return valid;
 * }
 * ```
 */
export class DocumentQuery<T> implements AsyncIterable<T>, Promise<{ items: T[] }> {
  readonly [Symbol.toStringTag]: string = 'DocumentQuery';
  readonly #start: () => AsyncGenerator<T>;

  /** @internal */
  constructor(start: () => AsyncGenerator<T>) {
    this.#start = start;
  }

  [Symbol.asyncIterator](): AsyncGenerator<T> {
    return this.#start();
  }

  /** Reads all documents; the result has them as `items`. */
  then<A = { items: T[] }, B = never>(
    onFulfilled?: ((value: { items: T[] }) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#all().then(onFulfilled, onRejected);
  }

  /** Handles the error of reading all documents. */
  catch<B = never>(
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<{ items: T[] } | B> {
    return this.#all().catch(onRejected);
  }

  /** Runs a function once all documents are read, or reading has failed. */
  finally(onFinally?: (() => void) | null): Promise<{ items: T[] }> {
    return this.#all().finally(onFinally);
  }

  async #all(): Promise<{ items: T[] }> {
    const items: T[] = [];
    for await (const item of this) items.push(item);
    return { items };
  }
}
