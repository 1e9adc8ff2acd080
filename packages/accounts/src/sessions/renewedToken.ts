import { EntityError } from '@latchkey/entity';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { IssuedAuthToken } from '../tokens/AuthTokens.js';
import type { SessionHooks } from './SessionHooks.js';
import type { LoginResult } from './SessionIssuer.js';
import type { CheckedSession } from './SessionVerifier.js';

/** Maximum number of attempts when others rotate the same session at the same moment. */
export const MAX_ATTEMPTS = 4;

/** Session with which a request goes on. */
export interface ResumedSession extends LoginResult {
  /** Tells whether `authToken` is another than the one that came. */
  readonly isRenewed: boolean;
}

/** Puts a new token on its request, and tells the hooks before anybody is let in by it. */
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
 * Returns the result of a write; undefined where the session, the first item of the write, is not
 * as it was read.
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
