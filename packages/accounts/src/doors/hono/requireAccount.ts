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
import { setVariable, type HonoContext } from './HonoContext.js';

/** Middleware of Hono. */
export type HonoMiddleware = (
  context: HonoContext,
  next: () => Promise<void>,
) => Promise<Response | undefined>;

/**
 * Variables of the context of a request that {@link requireAccount} has let through, for the types of an
 * application: `new Hono<{ Variables: AccountVariables }>()`.
 */
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
): HonoMiddleware {
  const { getConnInfo, ...requirements } = options;
  const connectionOptions = getConnInfo ? { getConnInfo } : {};
  const check = createAccountGuard(guard, requirements);
  return async (context, next) => {
    const { raw } = context.req;
    const { authenticated, refused } = await check(raw, connectionOf(context, connectionOptions));
    if (refused) {
      const { status, body } = refused;
      return new Response(body, { status, headers: refused.headers.map(([...pair]) => pair) });
    }
    setVariable(context, 'account', authenticated.account);
    setVariable(context, 'authenticated', authenticated);
    await next();
    // Afterwards, since a `Response` that a route makes by itself replaces what was set before.
    for (const [name, value] of authenticated.headers) {
      context.header(name, value, { append: name.toLowerCase() === 'set-cookie' });
    }
    return undefined;
  };
}
