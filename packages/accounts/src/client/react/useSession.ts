import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { AccountsClient, KnownSession } from '../AccountsClient.js';
import { currentSession, onSessionChange } from '../sessionState.js';
import { session as askForSession } from '../signInCalls.js';

/** The session, as a component shows it. */
export interface SessionView {
  /** Null without one; undefined until the server has answered. */
  readonly session: KnownSession;
  /** Why the server could not be asked, while the session is not known. */
  readonly error: unknown;
}

/**
 * The session of a client, in React: the component renders again whenever it changes, in this tab or
 * another. The server is asked once, when it is not known yet. On a server, it never is.
 *
 * @example
 * ```ts
 * import { init } from '@latchkey/accounts/client';
 * import { useSession } from '@latchkey/accounts/react';
 *
 * const client = init();
 *
 * export function Greeting() {
 *   const { session, error } = useSession(client);
 *   if (error !== undefined) return 'There is no connection.';
 *   if (session === undefined) return 'One moment…';
 *   return session ? `Hello, ${session.user.username ?? 'you'}!` : 'Please sign in.';
 * }
 * ```
 */
export function useSession(client: AccountsClient): SessionView {
  const [error, setError] = useState<unknown>();
  const subscribe = useCallback(
    (onChange: () => void) => onSessionChange(client, onChange),
    [client],
  );
  const session = useSyncExternalStore(subscribe, () => currentSession(client), unknown);
  useEffect(() => {
    if (currentSession(client) === undefined) askForSession(client).catch(setError);
  }, [client]);
  return { session, error: session === undefined ? error : undefined };
}

const unknown = (): undefined => undefined;
