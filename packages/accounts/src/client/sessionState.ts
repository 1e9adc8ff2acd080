import {
  coreOf,
  type AccountsClient,
  type KnownSession,
  type SessionListener,
} from './AccountsClient.js';

/** The session as it is known, without asking: null without one, undefined until it was asked for. */
export function currentSession(client: AccountsClient): KnownSession {
  return coreOf(client).session;
}

/**
 * Tells a listener of each change of the session: one that has begun or ended, or another state of its
 * user. Changes in other tabs count, unless a session is in a page's memory, where no other tab has it.
 *
 * A session that expires or is revoked elsewhere shows with the next call.
 *
 * @returns ends it.
 *
 * @example
 * ```ts
 * import { onSessionChange, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export const watch = (client: AccountsClient, show: (text: string) => void) =>
 *   onSessionChange(client, (session) => show(session?.user.username ?? 'signed out'));
 * ```
 */
export function onSessionChange(client: AccountsClient, listener: SessionListener): () => void {
  return coreOf(client).listen(listener);
}
