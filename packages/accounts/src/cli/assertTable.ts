import type { LoadedAccounts } from './loadAccounts.js';

/**
 * Reads from the table once, so that a table that is not there, has other keys or does not answer is told
 * before anything else is done.
 *
 * @throws EntityError `TableNotFound`, `TableMismatch`, `AccessDenied`, `InvalidClient`, `Unreachable`,
 *   `RequestFailed`
 */
export async function assertTable({ flows }: LoadedAccounts): Promise<void> {
  await flows.core.accounts.findKey({ filter: { username: 'latchkey' } });
}
