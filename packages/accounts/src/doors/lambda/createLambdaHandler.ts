import { requireHandler } from '../shared/requireHandler.js';
import type { AccountsHandler } from '../../http/createAccountsHandler.js';
import { eventRequest } from './eventRequest.js';
import { knownEvent, type LambdaEvent } from './events.js';
import { toResult, type LambdaResultOf } from './results.js';

/** A Lambda function behind any trigger that brings requests over HTTP. */
export type LambdaHandler = <E extends LambdaEvent>(event: E) => Promise<LambdaResultOf<E>>;

/**
 * Serves accounts as a Lambda function behind an API Gateway HTTP API (payload format 2.0 or 1.0), a REST
 * API, a function URL or an Application Load Balancer. Events are told apart by their shape.
 *
 * The client's address is the source address that API Gateway gives, or, behind a load balancer, which
 * must append it (`routing.http.xff_header_processing.mode`), the last of `X-Forwarded-For`. The name of a
 * stage at the beginning of a path does not count. The function throws a `TypeError` for an event of
 * another kind.
 *
 * @example
 * ```ts
 * import type { Accounts } from '@latchkey/accounts';
 * import { createAccountsHandler } from '@latchkey/accounts/http';
 * import { createLambdaHandler } from '@latchkey/accounts/lambda';
 *
 * export const handlerOf = (accounts: Accounts) =>
 *   createLambdaHandler(createAccountsHandler(accounts));
 * ```
 */
export function createLambdaHandler(handler: AccountsHandler): LambdaHandler {
  requireHandler(handler);
  return async <E extends LambdaEvent>(event: E) => {
    const known = knownEvent(event);
    const { request, connection } = eventRequest(known);
    const response = await handler(request, connection);
    const { status, headers } = response;
    const parts = { status, headers: [...headers], body: await response.text() };
    return toResult(known, parts) as LambdaResultOf<E>;
  };
}
