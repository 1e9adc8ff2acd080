import type { AccountsCore } from '../core/AccountsCore.js';
import { Actor } from '../core/Actor.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import { readConnectionInfo, type SessionRequest } from '../core/SessionRequest.js';
import type { FactorContext } from './proveSecondFactor.js';
import { readFactors } from './readFactors.js';
import type { SecondStepContext } from './secondStep.js';

/** Who changes their factors. */
export interface FactorOwner extends FactorContext {
  readonly core: AccountsCore;
  readonly request: SessionRequest;
  readonly actor: Actor;
}

/**
 * Finds whose request it is, with their factors.
 *
 * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`; `RecentLoginRequired`
 *   unless it need not be recent.
 */
export async function findOwner(
  { core, settings, facts }: SecondStepContext,
  request: SessionRequest,
  { isRecent = true }: { readonly isRecent?: boolean } = {},
): Promise<FactorOwner> {
  requireObject(request, 'request');
  const actor = new Actor(core, { request });
  Object.assign(facts, actor.facts);
  if (isRecent) core.sessions.guards.assertRecentLogin(request, settings.recentLogin);
  const { ip } = readConnectionInfo(request);
  const family = await readFactors(core, actor.accountId);
  // Deleted since the request was let through.
  if (!family) throw new AccountError('InvalidSession', {});
  actor.requireAlive(family.account);
  return { core, settings, family, ip, request, actor };
}
