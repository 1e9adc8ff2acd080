import type { Account, Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';

/** An account as this package gives it: without secrets. */
export type AccountDocument = Infer<typeof Account>;

/**
 * What this package knows of a request, and what it says of it. One object is good for one request:
 * what `handleRequest` has found out with it is true of that moment, and is not read again.
 */
export interface SessionRequest {
  /** The token that came with the request, if any. */
  authToken?: string;
  /** The client's address, at most 64 characters. */
  requestIp: string;
  /** The client's `User-Agent`; the first 1024 characters are kept. */
  userAgent: string;
  /** Is called when the session has ended, to clear a cookie, say; what it throws is ignored. */
  onCallDestroySession: null | ((request: SessionRequest) => unknown);
  /** Whose request it is: set by `handleRequest`, removed when the session ends. */
  user?: AccountDocument;
  /** Whether the session has ended during this request. */
  sessionDestroyed?: boolean;
}

/** Where a session comes from, as it is kept. */
export type ConnectionInfo = {
  readonly ip: string;
  readonly userAgent: string;
};

const MAX_IP = 64;
const MAX_USER_AGENT = 1024;

/**
 * Reads where a request comes from.
 *
 * @throws AccountError `InvalidInput` with the path `request`, `request.requestIp` or
 *   `request.userAgent`.
 */
export function readConnectionInfo(request: unknown): ConnectionInfo {
  requireObject(request, 'request');
  const { requestIp, userAgent } = request as Partial<SessionRequest>;
  if (typeof requestIp !== 'string') throw invalid('request.requestIp', 'notAString');
  if (requestIp.length > MAX_IP) throw invalid('request.requestIp', 'tooLong');
  if (typeof userAgent !== 'string') throw invalid('request.userAgent', 'notAString');
  return {
    ip: requestIp.toWellFormed(),
    userAgent: userAgent.slice(0, MAX_USER_AGENT).toWellFormed(),
  };
}

/** Takes the session off a request, then tells its owner. */
export async function destroySession(request: SessionRequest): Promise<void> {
  delete request.authToken;
  delete request.user;
  request.sessionDestroyed = true;
  try {
    await request.onCallDestroySession?.(request);
  } catch {
    // It is told, not asked: the session has ended, and the answer is the one that led to it.
  }
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
