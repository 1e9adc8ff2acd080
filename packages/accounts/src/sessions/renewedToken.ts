import { EntityError } from '@latchkey/entity';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { IssuedAuthToken } from '../tokens/AuthTokens.js';
import type { SessionHooks } from './SessionHooks.js';
import type { LoginResult } from './SessionIssuer.js';
import type { CheckedSession } from './SessionVerifier.js';

/** Maximum number of attempts while concurrent requests rotate the same session. */
export const MAX_ATTEMPTS = 4;

/** The session with which a request continues. */
export interface ResumedSession extends LoginResult {
  /** Tells whether `authToken` differs from the request's token. */
  readonly isRenewed: boolean;
}

/** Sets a new token on its request, and runs the hooks before the token is used. */
export async function handToken(
  hooks: SessionHooks,
  request: SessionRequest,
  result: LoginResult,
): Promise<ResumedSession> {
  request.authToken = result.authToken;
  await hooks.refreshed({ request, ...result });
  return { ...result, isRenewed: true };
}

/** Returns the part of a token that a row keeps. */
export function storedFormOf({ secretDigest, kid }: IssuedAuthToken): {
  token: string;
  kid?: string;
} {
  return { token: secretDigest, ...(kid !== undefined && { kid }) };
}

/** A session without its secret fields, which are not enumerable. */
export function withoutSecrets(session: CheckedSession['session']): SessionDocument {
  return { ...session };
}

/**
 * Returns the result of a write; undefined if the session, the first item of the write, has changed
 * since it was read.
 */
export async function unlessStale<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write();
  } catch (error) {
    const isStale =
      EntityError.is(error) &&
      (error.code === 'ConditionFailed' || error.code === 'NotFound') &&
      (error.operation ?? 0) === 0;
    if (isStale) return undefined;
    throw error;
  }
}
