import type { AccountDocument } from '../requests/SessionRequest.js';
import { ulidAfter } from './ulidAfter.js';

/** Part of an account that tells which of its sessions can be active. */
export type SessionMarks = Pick<
  AccountDocument,
  'sessionGeneration' | 'sessionsFrom' | 'sessionsTo'
>;

/** Marks of a revocation, as they are written. */
export interface RevocationMarks {
  readonly sessionGeneration: string;
  readonly sessionsTo: string;
  readonly sessionsFrom?: string;
}

/** Range of ulids outside which no session of an account is active, impersonations apart. */
export interface SessionRange {
  /** Least ulid; undefined where any session may be active. */
  readonly from: string | undefined;
  /** Set where of the sessions before this ulid none but that at `from` can be active. */
  readonly since: string | undefined;
}

/** Length of a ULID: the generation of an account whose sessions were never revoked is shorter. */
const ULID_LENGTH = 26;

/**
 * Fields of an account by which all of its sessions end, apart from one that is carried over. The next
 * sessions come after `sessionsTo`, and so after the generation.
 *
 * @param sessionGeneration - a new ULID.
 * @param carriedOver - ulid of the session that goes on; every other one of the generation is newer.
 */
export function marksOfRevocation(
  sessionGeneration: string,
  carriedOver?: string,
): RevocationMarks {
  if (carriedOver === undefined) return { sessionGeneration, sessionsTo: sessionGeneration };
  const sessionsTo = newest(sessionGeneration, carriedOver);
  return { sessionGeneration, sessionsFrom: carriedOver, sessionsTo };
}

/**
 * Gives a session that begins now its ulid: after every mark of its account, by whatever server's clock
 * those were made.
 */
export function nextSession(marks: SessionMarks, fresh: string): string {
  return ulidAfter(lastMark(marks), fresh);
}

/**
 * Range in which an account's active sessions lie. A generation that `sessionsTo` is not behind was made
 * by {@link marksOfRevocation}; any other says nothing of the ulids of its sessions.
 */
export function activeRange({
  sessionGeneration,
  sessionsFrom,
  sessionsTo,
}: SessionMarks): SessionRange {
  const isMarked =
    isUlid(sessionGeneration) && sessionsTo !== undefined && sessionsTo >= sessionGeneration;
  if (!isMarked) return { from: sessionsFrom, since: undefined };
  if (sessionsFrom === undefined) return { from: sessionGeneration, since: undefined };
  const isApart = sessionsFrom < sessionGeneration;
  return { from: sessionsFrom, since: isApart ? sessionGeneration : undefined };
}

function lastMark({ sessionGeneration, sessionsFrom, sessionsTo }: SessionMarks): string {
  const generation = isUlid(sessionGeneration) ? sessionGeneration : '';
  return newest(generation, newest(sessionsFrom ?? '', sessionsTo ?? ''));
}

function isUlid(generation: string): boolean {
  return generation.length === ULID_LENGTH;
}

function newest(one: string, other: string): string {
  return one > other ? one : other;
}
