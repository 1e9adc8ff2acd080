import type { ActingAccount } from './actingAccount.js';
import type { AccountsCore } from './AccountsCore.js';

/**
 * Refuses an owner who has not proven for a while who they are, before what decides who gets into
 * the account is changed (ASVS 7.5.1): whoever has found an open session must not be able to keep the
 * account. Where the application acts, it decides.
 *
 * @throws AccountError `RecentLoginRequired`, `ImpersonatedSession`, `InvalidSession`
 */
export function requireRecentLogin(
  { recentLogin, sessions }: Pick<AccountsCore, 'recentLogin' | 'sessions'>,
  { request }: ActingAccount,
): void {
  if (request && recentLogin !== false) sessions.guards.assertRecentLogin(request, recentLogin);
}
