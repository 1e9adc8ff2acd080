import type { InferWithSecrets, Session } from '@latchkey/schema';
import type { VerifiedAuthToken } from '../tokens/AuthTokens.js';
import { digestMatches } from '../tokens/digestSecret.js';
import type { AcceptsIssuedAt } from '../tokens/parseValidFrom.js';
import type { SessionPolicy } from './sessionPolicy.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { SessionDocument } from './VerifiedRequests.js';

/** The rules by which sessions can be used. */
export interface ActiveSessionPolicy extends SessionPolicy {
  readonly acceptsIssuedAt: AcceptsIssuedAt;
}

/** Tells whether a session of an account can be used now. */
export function isSessionActive(
  session: SessionDocument,
  account: AccountDocument,
  now: Date,
  policy: ActiveSessionPolicy,
): boolean {
  // A row comes from outside: what is missing in it must make every comparison false (ASVS 16.5.3).
  return (
    (session.valid as unknown) === true &&
    session.generation === account.sessionGeneration &&
    // TTL removes rows late, by days: the clock decides.
    session.expiresAt > now &&
    // When it began: a token of today may continue a session from before the restore.
    policy.acceptsIssuedAt(session.createdAt) &&
    isAmongNewest(session, account) &&
    isInUse(session, now.getTime(), policy)
  );
}

/**
 * Tells whether a session and its account may have been read before and after the session was carried
 * over to another generation: a `BatchGetItem` does not read its items at one moment.
 */
export function mayBeTorn(
  session: SessionDocument | null,
  account: AccountDocument | null,
): boolean {
  return (
    session?.valid === true &&
    account?.deactivated === false &&
    session.generation !== account.sessionGeneration
  );
}

/** Impersonation sessions do not count towards `maxSessions`. */
function isAmongNewest(
  { impersonatedBy, ulid }: SessionDocument,
  account: AccountDocument,
): boolean {
  const { sessionsFrom } = account;
  return sessionsFrom === undefined || impersonatedBy !== undefined || ulid >= sessionsFrom;
}

function isInUse(
  session: SessionDocument,
  nowMs: number,
  { idleTimeoutMs }: SessionPolicy,
): boolean {
  if (idleTimeoutMs === undefined || session.remembered === true) return true;
  return nowMs < lastSeenMs(session) + idleTimeoutMs;
}

/**
 * End of a session whose token is replaced now: later than before, if the policy extends sessions and
 * nobody has asked for its end. Never earlier.
 */
export function extendedEnd(
  { createdAt, expiresAt, fixedEnd, impersonatedBy }: SessionDocument,
  now: Date,
  { extend }: Pick<SessionPolicy, 'extend'>,
): Date {
  if (!extend || fixedEnd === true || impersonatedBy !== undefined) return expiresAt;
  const { byMs, atMostMs } = extend;
  const endMs = Math.min(now.getTime() + byMs, createdAt.getTime() + atMostMs);
  // False for NaN, so that a broken clock extends nothing (ASVS 16.5.3).
  return endMs > expiresAt.getTime() ? new Date(endMs) : expiresAt;
}

/** When a request was last seen in a session, as far as it was written. */
export function lastSeenMs({ lastSeenAt, createdAt }: SessionDocument): number {
  return (lastSeenAt ?? createdAt).getTime();
}

/** Status of a genuine token in its session. */
export type TokenStatus =
  /** The one in use. */
  | 'current'
  /** The one before, in its time of grace. */
  | 'previous'
  /** The one before a new proof of who its owner is, which has ended it. */
  | 'replaced'
  /** An older one: it, or its successor, is in wrong hands. */
  | 'reused'
  /** None that the session has had. */
  | 'unknown';

/** Tells what a token whose signature was verified is to a live session. */
export function tokenStatus(
  { rotation, secret }: VerifiedAuthToken,
  session: InferWithSecrets<typeof Session>,
  now: Date,
  { graceMs }: SessionPolicy,
): TokenStatus {
  if (rotation === session.rotation) {
    return digestMatches(secret, session.token) ? 'current' : 'unknown';
  }
  // False for a row without rotation, too.
  if (!(rotation < session.rotation)) return 'unknown';
  if (rotation < session.rotation - 1) return 'reused';
  const { previousToken, rotatedAt } = session;
  if (previousToken !== undefined && !digestMatches(secret, previousToken)) return 'unknown';
  const isInGrace = rotatedAt !== undefined && now.getTime() < rotatedAt.getTime() + graceMs;
  if (!isInGrace) return 'reused';
  return previousToken === undefined ? 'replaced' : 'previous';
}
