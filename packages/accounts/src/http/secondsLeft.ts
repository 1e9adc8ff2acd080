import type { VerifiedSession } from '../core/VerifiedRequests.js';

/** How many seconds a client's cookie lasts with a session, by the clock that the client goes by, too. */
export function secondsLeft({ session: { expiresAt } }: VerifiedSession): number {
  return (expiresAt.getTime() - Date.now()) / 1000;
}
