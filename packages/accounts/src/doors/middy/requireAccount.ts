import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { NoFields } from '../../guard/OwnFields.js';
import { createAccountGuard, type AccountGuardOptions } from '../../http/createAccountGuard.js';
import { checkEvent } from '../lambda/checkEvent.js';
import { knownEvent, type LambdaEvent } from '../lambda/events.js';
import type { AuthenticatedEvent } from '../lambda/requireAccount.js';
import { withHeaders } from '../lambda/results.js';

/** The part of a Middy request that is used; Middy need not be installed for the types to hold. */
export interface MiddyRequest<E> {
  event: E;
  response: unknown;
  earlyResponse?: unknown;
  error: Error | null;
  internal: object;
}

/** Middleware that adds `account` to events. */
export interface AccountMiddleware<E extends LambdaEvent, F extends AccountFields = NoFields> {
  readonly name: string;
  readonly before: (request: MiddyRequest<AuthenticatedEvent<E, F>>) => Promise<unknown>;
  readonly after: (request: MiddyRequest<AuthenticatedEvent<E, F>>) => void;
  readonly onError: (request: MiddyRequest<AuthenticatedEvent<E, F>>) => void;
}

/**
 * Middleware of Middy that lets events through that have a session, and sets `event.account` and
 * `event.authenticated`; answers others with 401 or 403. A new token is added to the response, also to one
 * that a middleware has made of an error.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import middy from '@middy/core';
 * import type { Guard } from '@latchkey/accounts/guard';
 * import type { HttpApiEvent } from '@latchkey/accounts/lambda';
 * import { requireAccount } from '@latchkey/accounts/middy';
 *
 * export const handlerOf = (guard: Guard) =>
 *   middy()
 *     .use(requireAccount<HttpApiEvent>(guard, { permission: 'orders' }))
 *     .handler(async (event) => ({ statusCode: 200, body: event.account.accountId }));
 * ```
 */
export function requireAccount<E extends LambdaEvent, F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): AccountMiddleware<E, F> {
  const check = createAccountGuard(guard, options);
  return {
    name: 'requireAccount',
    before: async ({ event }) => {
      const { authenticated, refusal } = await checkEvent(check, event);
      // What a middleware returns here ends the request.
      if (refusal) return refusal;
      Object.assign(event, { account: authenticated.account, authenticated });
      return undefined;
    },
    after: addNewToken,
    onError: addNewToken,
  };
}

function addNewToken<E extends LambdaEvent, F extends AccountFields>(
  request: MiddyRequest<AuthenticatedEvent<E, F>>,
): void {
  const { event, response } = request;
  const { headers = [] } = (event as Partial<AuthenticatedEvent<E, F>>).authenticated ?? {};
  const isAnswered = response !== null && response !== undefined;
  if (headers.length === 0 || !isAnswered) return;
  request.response = withHeaders(knownEvent(event), response, headers);
}
