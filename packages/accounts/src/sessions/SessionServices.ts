import type { ChangeCore } from '../core/ChangeCore.js';
import type { SessionsOptions } from '../core/sessionPolicy.js';
import {
  createRequestServices,
  createSessionsContext,
  type RequestServices,
} from './RequestServices.js';
import { SessionReauthentication } from './SessionReauthentication.js';
import { SessionIssuer } from './SessionIssuer.js';
import { SessionLogout } from './SessionLogout.js';

/** The services that flows use for sessions; {@link Sessions} offers some of them to applications. */
export interface SessionServices extends RequestServices {
  readonly issuer: SessionIssuer;
  readonly reauthentication: SessionReauthentication;
  readonly logouts: SessionLogout;
}

/** Creates the services of one `Accounts`. */
export function createSessionServices(
  options: Pick<SessionsOptions, 'audience' | 'getTokenSecret'>,
  core: ChangeCore,
): SessionServices {
  const context = createSessionsContext(options, core);
  return {
    ...createRequestServices(context),
    issuer: new SessionIssuer(context, core.accounts),
    reauthentication: new SessionReauthentication(context),
    logouts: new SessionLogout(context),
  };
}
