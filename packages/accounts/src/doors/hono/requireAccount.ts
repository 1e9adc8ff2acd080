import type { MiddlewareHandler } from 'hono';
import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { AccountWith, NoFields } from '../../guard/OwnFields.js';
import {
  createAccountGuard,
  type AccountGuardOptions,
  type AuthenticatedRequest,
} from '../../http/createAccountGuard.js';
import { connectionOf, type ConnectionOptions } from './connectionOf.js';

/** Variables of the context of a request that {@link requireAccount} has let through. */
export interface AccountVariables<F extends AccountFields = NoFields> {
  readonly account: AccountWith<F>;
  /** Its account, its session, and the request for further calls. */
  readonly authenticated: AuthenticatedRequest<F>;
}

/**
 * Lets requests through that have a session, and sets `account` and `authenticated` on the context;
 * answers others with 401 or 403. A new token is on whatever the route answers.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions & ConnectionOptions = {},
): MiddlewareHandler<{ Variables: AccountVariables<F> }> {
  const check = createAccountGuard(guard, options);
  return async (context, next) => {
    const { raw } = context.req;
    const { authenticated, refused } = await check(raw, connectionOf(context, options));
    if (refused) {
      const { status, body } = refused;
      return new Response(body, { status, headers: refused.headers.map(([...pair]) => pair) });
    }
    context.set('account', authenticated.account);
    context.set('authenticated', authenticated);
    await next();
    // Afterwards, since a `Response` that a route makes by itself replaces what was set before.
    for (const [name, value] of authenticated.headers) {
      context.header(name, value, { append: name.toLowerCase() === 'set-cookie' });
    }
    return undefined;
  };
}
