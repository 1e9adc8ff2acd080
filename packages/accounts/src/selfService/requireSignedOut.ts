import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/**
 * Refuses a request that carries a live session. Where nobody has looked at its token yet, that is
 * one request; a token without a live session does not count.
 *
 * @throws AccountError `UserAlreadySignedIn`; `InvalidInput`, `ServiceUnavailable`.
 */
export async function requireSignedOut(
  {
    connectionOf,
    sessions,
    verified,
  }: Pick<AccountsCore, 'connectionOf' | 'sessions' | 'verified'>,
  request: SessionRequest,
): Promise<void> {
  connectionOf(request);
  const { authToken } = request;
  let account = verified.find(request)?.account;
  if (!account && authToken !== undefined) {
    try {
      ({ account } = await sessions.authenticator.check(authToken, request, {}));
    } catch (error) {
      if (!AccountError.is(error) || error.status !== 401) throw error;
    }
  }
  if (!account) return;
  const { username } = account;
  throw selfServiceError('UserAlreadySignedIn', { ...(username !== undefined && { username }) });
}
