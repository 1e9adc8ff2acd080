import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { type AccountDocument, type SessionRequest } from '../requests/SessionRequest.js';

/**
 * Refuses a request that carries a live session. Where nobody has looked at its token yet, that is
 * one request; a token without a live session does not count.
 *
 * @throws AccountError `UserAlreadySignedIn`; `InvalidInput`, `ServiceUnavailable`.
 */
export async function requireSignedOut(
  { connectionOf, sessions }: Pick<AccountsCore, 'connectionOf' | 'sessions'>,
  request: SessionRequest,
): Promise<void> {
  connectionOf(request);
  const owner = verifiedOwner(sessions, request) ?? (await ownerOfToken(sessions, request));
  if (!owner) return;
  const { username } = owner;
  throw new AccountError('UserAlreadySignedIn', { ...(username !== undefined && { username }) });
}

function verifiedOwner(
  sessions: AccountsCore['sessions'],
  request: SessionRequest,
): AccountDocument | undefined {
  try {
    return sessions.verifiedSessionOf(request).account;
  } catch (error) {
    if (AccountError.is(error) && error.code === 'InvalidSession') return undefined;
    throw error;
  }
}

async function ownerOfToken(
  sessions: AccountsCore['sessions'],
  request: SessionRequest,
): Promise<AccountDocument | undefined> {
  const { authToken } = request;
  if (authToken === undefined) return undefined;
  try {
    return (await sessions.check(authToken, request, {})).account;
  } catch (error) {
    if (AccountError.is(error) && error.status === 401) return undefined;
    throw error;
  }
}
