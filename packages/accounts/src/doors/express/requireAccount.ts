import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import type { AccountGuardOptions } from '../../http/createAccountGuard.js';
import { requireAccount as requireNodeAccount } from '../node/requireAccount.js';
import type { RequestAccount } from '../shared/RequestAccount.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- Express's types are extended in its namespace
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- a name for what is added
    interface Request extends RequestAccount {}
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
