import type { AccountFields } from '@latchkey/schema';
import type { Accounts } from '../../accounts/Accounts.js';
import type { Guard } from '../../guard/Guard.js';
import type { AccountWith, NoFields } from '../../guard/OwnFields.js';
import {
  createAccountGuard,
  type AccountGuardOptions,
  type AuthenticatedRequest,
} from '../../http/createAccountGuard.js';
import { checkEvent } from './checkEvent.js';
import type { LambdaEvent } from './events.js';
import { withHeaders, type LambdaResultOf } from './results.js';

/** An event that was let through. */
export type AuthenticatedEvent<E, F extends AccountFields = NoFields> = E & {
  readonly account: AccountWith<F>;
  /** Its account, its session, and the request for further calls. */
  readonly authenticated: AuthenticatedRequest<F>;
};

/** Wraps a Lambda function, so that it gets only events that were let through. */
export type LambdaGuard<F extends AccountFields = NoFields> = <E extends LambdaEvent, C, R>(
  handler: (event: AuthenticatedEvent<E, F>, context: C) => Promise<R> | R,
) => (event: E, context: C) => Promise<LambdaResultOf<E> | R>;

/**
 * Guards an application's own functions, behind the triggers of `createLambdaHandler`: calls the function
 * with `event.account` for requests that have a session, and answers others with 401 or 403. A new token
 * is added to what the function returns.
 *
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import type { Guard } from '@latchkey/accounts/guard';
 * import {
 *   requireAccount,
 *   type AuthenticatedEvent,
 *   type HttpApiEvent,
 * } from '@latchkey/accounts/lambda';
 *
 * export const ordersOf = (guard: Guard) =>
 *   requireAccount(guard, { permission: 'orders' })(
 *     async ({ account }: AuthenticatedEvent<HttpApiEvent>) => ({
 *       statusCode: 200,
 *       body: account.accountId,
 *     }),
 *   );
 * ```
 */
export function requireAccount<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): LambdaGuard<F> {
  const check = createAccountGuard(guard, options);
  return <E extends LambdaEvent, C, R>(
      handler: (event: AuthenticatedEvent<E, F>, context: C) => Promise<R> | R,
    ) =>
    async (event: E, context: C) => {
      const { known, authenticated, refusal } = await checkEvent(check, event);
      if (refusal) return refusal as LambdaResultOf<E>;
      const { account, headers } = authenticated;
      const result = await handler({ ...event, account, authenticated }, context);
      return headers.length > 0 ? (withHeaders(known, result, headers) as R) : result;
    };
}
