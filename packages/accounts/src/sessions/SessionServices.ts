import type { ChangeCore } from '../core/ChangeCore.js';
import type { SessionsOptions } from '../core/sessionPolicy.js';
import { AuthTokens } from '../tokens/AuthTokens.js';
import { RequestAuthenticator } from './RequestAuthenticator.js';
import { SessionGuards } from './SessionGuards.js';
import { SessionHooks } from './SessionHooks.js';
import { SessionIssuer } from './SessionIssuer.js';
import { SessionLogout } from './SessionLogout.js';
import { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';

/** The parts of sessions that flows work with; {@link Sessions} shows applications some of it. */
export interface SessionServices {
  readonly hooks: SessionHooks;
  readonly issuer: SessionIssuer;
  readonly rotation: SessionRotation;
  readonly authenticator: RequestAuthenticator;
  readonly logouts: SessionLogout;
  readonly guards: SessionGuards;
}

/** Makes the services of one `Accounts`. */
export function createSessionServices(
  { getTokenSecret, audience }: Pick<SessionsOptions, 'audience' | 'getTokenSecret'>,
  core: ChangeCore,
): SessionServices {
  const { table, accounts, sessionEntity, events, verified, sessionPolicy, connectionOf } = core;
  const tokens = new AuthTokens({
    getTokenSecret,
    ...(audience !== undefined && { audience }),
    now: () => table.now().getTime(),
  });
  const hooks = new SessionHooks(events);
  const context: SessionsContext = {
    table,
    accounts,
    sessions: sessionEntity,
    tokens,
    connectionOf,
    events,
    hooks,
    policy: sessionPolicy,
    verified,
  };
  const verifier = new SessionVerifier(context);
  const rotation = new SessionRotation(context, verifier);
  return {
    hooks,
    rotation,
    issuer: new SessionIssuer(context),
    authenticator: new RequestAuthenticator(context, rotation, verifier),
    logouts: new SessionLogout(context),
    guards: new SessionGuards(context),
  };
}
