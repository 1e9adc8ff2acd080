import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { readConnectionInfo, type SessionRequest } from '../sessions/SessionRequest.js';

/**
 * Refuses a request that carries a live session. Where nobody has looked at its token yet, that is
 * one request; a token without a live session does not count.
 *
 * @throws AccountError `UserAlreadySignedIn`; `InvalidInput`, `ServiceUnavailable`.
 */
export async function requireSignedOut(
  { sessions }: Pick<AccountsCore, 'sessions'>,
  request: SessionRequest,
): Promise<void> {
  readConnectionInfo(request);
  const isLive = isVerified(sessions, request) || (await carriesLiveToken(sessions, request));
  if (isLive) throw new AccountError('UserAlreadySignedIn', {});
}

function isVerified(sessions: AccountsCore['sessions'], request: SessionRequest): boolean {
  try {
    sessions.verifiedSessionOf(request);
    return true;
  } catch (error) {
    if (AccountError.is(error) && error.code === 'InvalidSession') return false;
    throw error;
  }
}

async function carriesLiveToken(
  sessions: AccountsCore['sessions'],
  request: SessionRequest,
): Promise<boolean> {
  const { authToken } = request;
  if (authToken === undefined) return false;
  try {
    await sessions.check(authToken, request, {});
    return true;
  } catch (error) {
    if (AccountError.is(error) && error.status === 401) return false;
    throw error;
  }
}
