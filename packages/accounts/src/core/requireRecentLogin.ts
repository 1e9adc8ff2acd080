import { AccountError } from '../errors/AccountError.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import type { RequestCore } from './ChangeCore.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/**
 * Refuses a session whose owner has not proven for a while who they are, by a login or by
 * `reauthenticate` (ASVS 7.5.1): whoever has found an open session must not be able to keep the
 * account.
 *
 * @throws AccountError `RecentLoginRequired`, `ImpersonatedSession`, `InvalidSession`,
 *   `InvalidConfiguration` for the age.
 */
export function requireRecentLogin(
  { table, verified }: Pick<RequestCore, 'table' | 'verified'>,
  request: SessionRequest,
  maxAge: Duration,
): void {
  const maxAgeMs = parseDuration(maxAge, 'maxAge');
  const { session } = verified.read(request);
  if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
  const provenMs = session.authTime?.getTime() ?? -Infinity;
  if (table.now().getTime() < provenMs + maxAgeMs) return;
  throw new AccountError('RecentLoginRequired', { maxAgeSeconds: Math.ceil(maxAgeMs / 1000) });
}
