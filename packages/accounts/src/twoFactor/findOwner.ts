import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Flow } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import type { FactorContext } from './verifySecondFactor.js';
import { withFactors } from './readFactors.js';
import type { TwoFactorSettings } from './twoFactorSettings.js';

/** An owner who changes their factors. */
export interface FactorOwner extends FactorContext {
  readonly core: AccountsCore;
  readonly flow: Flow;
}

/**
 * Loads the account of a flow's owner with its factors. The session is read, too, since attempts are
 * counted before the commit would check it.
 *
 * @throws AccountError `InvalidSession`; `InvalidInput` without a request.
 */
export async function findOwner(
  core: AccountsCore,
  settings: TwoFactorSettings,
  flow: Flow,
): Promise<FactorOwner> {
  const { request } = flow.actor;
  if (!request) throw new AccountError('InvalidInput', { path: 'request', reason: 'notAnObject' });
  const { ip } = core.connectionOf(request);
  const factors = withFactors(await flow.load({ secrets: true, session: true }));
  return { core, settings, flow, factors, ip };
}
