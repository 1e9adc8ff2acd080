import type { AccountFields } from '@latchkey/schema';
import type { AccountGuard, AuthenticatedRequest } from '../../http/createAccountGuard.js';
import { eventHead } from './eventRequest.js';
import { knownEvent, type KnownEvent, type LambdaEvent } from './events.js';
import { toResult, type AlbResult, type HttpApiResult, type RestApiResult } from './results.js';

/** An event that was let through, or the response to it. */
export type CheckedEvent<F extends AccountFields> =
  | {
      readonly known: KnownEvent;
      readonly authenticated: AuthenticatedRequest<F>;
      readonly refusal?: undefined;
    }
  | {
      readonly known: KnownEvent;
      readonly authenticated?: undefined;
      readonly refusal: AlbResult | HttpApiResult | RestApiResult;
    };

/**
 * Checks an event by a guard.
 *
 * @throws TypeError for an event that brings no request over HTTP.
 */
export async function checkEvent<F extends AccountFields>(
  check: AccountGuard<F>,
  event: LambdaEvent,
): Promise<CheckedEvent<F>> {
  const known = knownEvent(event);
  const { head, connection } = eventHead(known);
  const { authenticated, refused } = await check(head, connection);
  if (authenticated) return { known, authenticated };
  const body = head.method === 'HEAD' ? '' : refused.body;
  return { known, refusal: toResult(known, { ...refused, body }) };
}
