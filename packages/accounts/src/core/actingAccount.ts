import { AccountError } from '../errors/AccountError.js';
import { readObject, requireUlid } from '../errors/requireObject.js';
import { connectionContext } from '../events/connectionContext.js';
import type { EventContext } from '../events/accountEvents.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { VerifiedRequests } from './VerifiedRequests.js';

/**
 * Account of an operation: the owner's own, by a request that `handleRequest` accepted, or any
 * account, by id, if the application acts on its own authority.
 */
export type ActingAccount =
  | { readonly request: SessionRequest; readonly accountId?: undefined }
  | { readonly accountId: string; readonly request?: undefined };

/**
 * Gives what is known of who acts: the account's id and, with a request, its session and client.
 *
 * @throws AccountError `InvalidInput` unless exactly one of `request` and `accountId` is given;
 *   `InvalidSession` for a request that `handleRequest` has not accepted; `ImpersonatedSession` for
 *   an impersonation session.
 */
export function actingAccount(
  input: ActingAccount,
  verified: Pick<VerifiedRequests, 'of'>,
): EventContext & { readonly accountId: string } {
  input = readObject(input, '');
  const { accountId, request } = input;
  if (request === undefined) {
    requireUlid(accountId, 'accountId');
    return { accountId };
  }
  if ((accountId as unknown) !== undefined) {
    throw new AccountError('InvalidInput', { path: 'accountId', reason: 'notBesideRequest' });
  }
  const { account, session } = verified.of(request);
  if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
  return {
    ...connectionContext(request),
    accountId: account.accountId,
    sessionId: session.ulid,
  };
}
