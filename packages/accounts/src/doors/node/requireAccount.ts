import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import {
  createAccountGuard,
  type AccountGuardOptions,
  type AuthenticatedRequest,
} from '../../http/createAccountGuard.js';
import { addHeaders, send } from './sendResponse.js';
import { toConnection, toGuardHead } from './toHead.js';

/** Lets a request through, or answers it and gives undefined. */
export type NodeGuard<F extends AccountFields = NoFields> = (
  req: IncomingMessage,
  res: ServerResponse,
) => Promise<AuthenticatedRequest<F> | undefined>;

/**
 * Guards routes of an application on `node:http`. A new token is put on `res` before the route runs, so
 * it reaches the client with whatever the route answers.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import type { Guard } from '@latchkey/accounts/guard';
 * import { requireAccount } from '@latchkey/accounts/node';
 *
 * export function serveOrders(guard: Guard) {
 *   const check = requireAccount(guard, { permission: 'orders' });
 *   return createServer(async (req, res) => {
 *     const authenticated = await check(req, res);
 *     if (!authenticated) return; // 401 or 403 is sent
 *     res.end(`Orders of ${authenticated.account.accountId}`);
 *   });
 * }
 * ```
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): NodeGuard<F> {
  const check = createAccountGuard(guard, options);
  return async (req, res) => {
    const { authenticated, refused } = await check(toGuardHead(req), toConnection(req));
    if (refused) {
      send(res, refused.status, refused.headers, refused.body);
      return undefined;
    }
    addHeaders(res, authenticated.headers);
    return authenticated;
  };
}
