import type { Account, StoredToken } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { Actor } from '../core/Actor.js';
import { Flow } from '../core/changeAccount.js';
import type { ConnectionInfo } from '../requests/SessionRequest.js';
import type { AccountFlow, EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { countToken, type ShownToken } from '../flows/countToken.js';

/** The flow that somebody begins by showing a token. */
export interface TokenFlowStart {
  readonly flow: AccountFlow;
  readonly shown: ShownToken;
  /** Checks what else was given, before anything is read. */
  readonly begin?: () => unknown;
}

/** A token that was found, and the account that it belongs to. */
export interface ShownByHolder {
  readonly account: Account<StoredToken>;
  readonly token: StoredToken;
  /** Kept as the token's `usageLocations`. */
  readonly usedFrom: ConnectionInfo | undefined;
}

/**
 * Runs a flow of an account by a token: `changeAccount` for who holds one. The holder acts in the
 * account's own session if the request is of one, which must not have ended then.
 *
 * @throws AccountError `InvalidInput`, `TooManyRequests`, `TokenVerificationFailed`, and what the flow
 *   throws.
 */
export function changeByToken<T>(
  core: AccountsCore,
  { flow, shown, begin }: TokenFlowStart,
  run: (flow: Flow, found: ShownByHolder) => Promise<T>,
): Promise<T> {
  const { request, kind } = shown;
  const eventContext: EventContext = { ...connectionContext(request), method: kind };
  return core.events.run(flow, eventContext, async () => {
    begin?.();
    const { account, token } = await core.oneTimeTokens.find(await countToken(core, shown), kind);
    const actor = Actor.holding(core, account.accountId, request);
    const usedFrom = request && core.connectionOf(request);
    const started = new Flow(core, actor, Object.assign(eventContext, actor.eventContext));
    return started.run(() => run(started, { account, token, usedFrom }));
  });
}
