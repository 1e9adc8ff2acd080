import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import type { AccountGuardOptions, AuthenticatedRequest } from '../../http/createAccountGuard.js';
import type { AccountDocument } from '../../requests/SessionRequest.js';
import { requireAccount as requireNodeAccount } from '../node/requireAccount.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express's types are extended in its namespace
  namespace Express {
    interface Request {
      /** The account of a request that `requireAccount` has let through. */
      account?: AccountDocument;
      /** Its account, its session, and the request for further calls. */
      authenticated?: AuthenticatedRequest;
    }
  }
}

/** Middleware of Express. */
export type AccountMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>;

/**
 * Lets requests through that have a session, and sets `req.account` and `req.authenticated`; answers
 * others with 401 or 403. A new token is on `res` before the next handler runs.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): AccountMiddleware {
  const check = requireNodeAccount(guard, options);
  return async (req, res, next) => {
    const authenticated = await check(req, res);
    if (!authenticated) return;
    Object.assign(req, { account: authenticated.account, authenticated });
    next();
  };
}
