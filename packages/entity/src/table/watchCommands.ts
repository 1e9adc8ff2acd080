import type { CommandListener } from './Sender.js';
import type { Table } from './Table.js';
import { tableContext } from './TableContext.js';

/**
 * Calls a listener after every request of a table object and of its entities, as the option
 * `onCommand` does, from now on. Views of the table, such as namespaces, are separate objects.
 *
 * @param listener - errors that it throws are ignored. It is called in the asynchronous context of
 *   the operation that sends the request, so an `AsyncLocalStorage` can tell operations apart.
 * @returns a function that removes the listener.
 * @throws {@link EntityError} `InvalidInput` for anything but a table.
 *
 * @example
 * ```ts
 * import { watchCommands, type Table } from '@latchkey/entity';
 *
 * export async function countRequests(table: Table, work: () => Promise<void>): Promise<number> {
 *   let requests = 0;
 *   const stop = watchCommands(table, ({ attempts }) => (requests += attempts));
 *   await work().finally(stop);
 *   return requests;
 * }
 * ```
 */
export function watchCommands(table: Table, listener: CommandListener): () => void {
  return tableContext.of(table, 'watchCommands').sender.listen(listener);
}
