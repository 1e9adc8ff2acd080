import type { RequestCore } from '../core/ChangeCore.js';
import type { SessionsOptions } from '../core/sessionPolicy.js';
import { AuthTokens } from '../tokens/AuthTokens.js';
import { RequestAuthenticator } from './RequestAuthenticator.js';
import { SessionGuards } from './SessionGuards.js';
import { SessionHooks } from './SessionHooks.js';
import { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';

/** The parts of sessions that check requests, without those that begin and end sessions. */
export interface RequestServices {
  readonly hooks: SessionHooks;
  readonly authenticator: RequestAuthenticator;
  readonly guards: SessionGuards;
}

/**
 * Makes what the services share.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function createSessionsContext(
  { getTokenSecret, audience }: Pick<SessionsOptions, 'audience' | 'getTokenSecret'>,
  core: RequestCore,
): SessionsContext {
  const { table, accounts, sessionEntity, events, verified, sessionPolicy, connectionOf } = core;
  const tokens = new AuthTokens({
    getTokenSecret,
    ...(audience !== undefined && { audience }),
    now: () => table.now().getTime(),
  });
  return {
    table,
    accounts,
    sessions: sessionEntity,
    tokens,
    connectionOf,
    events,
    hooks: new SessionHooks(events),
    policy: sessionPolicy,
    verified,
  };
}

/** Makes the services that check requests. */
export function createRequestServices(context: SessionsContext): RequestServices {
  const verifier = new SessionVerifier(context);
  const rotation = new SessionRotation(context, verifier);
  return {
    hooks: context.hooks,
    authenticator: new RequestAuthenticator(context, rotation, verifier),
    guards: new SessionGuards(context),
  };
}
