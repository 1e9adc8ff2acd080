import type { Infer, Session } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import {
  destroySession,
  requireRequest,
  type AccountDocument,
  type SessionRequest,
} from '../requests/SessionRequest.js';
import { marksOfRevocation } from './sessionMarks.js';

/** A session as this package returns it: without secrets. */
export type SessionDocument = Infer<typeof Session>;

/** Account and session of a request, as `handleRequest` has found them. */
export interface VerifiedSession {
  readonly account: AccountDocument;
  readonly session: SessionDocument;
}

/** The sessions of the requests that were let through; nothing of it lies on the requests. */
export class VerifiedRequests {
  /** Only what was verified here counts, whatever a request says of itself (CVE-2025-61928). */
  readonly #sessions = new WeakMap<SessionRequest, VerifiedSession>();
  readonly #now: () => Date;

  constructor(now: () => Date) {
    this.#now = now;
  }

  /**
   * Returns the account and session of a request that is about to do something: the outcome is put
   * on the request.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` for a request without such a session.
   */
  of(request: SessionRequest): VerifiedSession {
    requireRequest(request);
    return this.read(request);
  }

  /**
   * Returns the account and session of a request on which nothing is put: the request may have been
   * frozen meanwhile.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` for a request without such a session.
   */
  read(request: SessionRequest): VerifiedSession {
    requireObject(request, 'request');
    const verified = this.find(request);
    if (!verified) throw new AccountError('InvalidSession', {});
    return verified;
  }

  /** The session of a request, if one was put on it that has not expired since (ASVS 7.3.2). */
  find(request: SessionRequest): VerifiedSession | undefined {
    const verified = this.#sessions.get(request);
    return verified && verified.session.expiresAt > this.#now() ? verified : undefined;
  }

  /** The session that was put on a request last, also where that has expired since. */
  last(request: SessionRequest): VerifiedSession | undefined {
    return this.#sessions.get(request);
  }

  /** Puts a session on a request. */
  put(request: SessionRequest, verified: VerifiedSession): void {
    // A copy, so that nothing that an application writes into it becomes a fact of the session.
    const { account } = verified;
    request.user = { ...account, permissions: [...account.permissions] };
    this.#sessions.set(request, verified);
  }

  /** Notes on a request that its session goes on under a generation that has been written. */
  carryOver(request: SessionRequest, sessionGeneration: string): void {
    const found = this.find(request);
    if (!found) return;
    const marks = marksOfRevocation(sessionGeneration, found.session.ulid);
    this.put(request, {
      account: { ...found.account, ...marks },
      session: { ...found.session, generation: sessionGeneration },
    });
  }

  /** Takes off a request what is not, or no longer, known to be true. */
  forget(request: SessionRequest): void {
    // Only where there is something: to delete costs V8 the object's shape.
    if ('user' in request) delete request.user;
    this.#sessions.delete(request);
  }

  /** Takes a session that has ended off its request, then tells its owner. */
  async destroy(request: SessionRequest): Promise<void> {
    this.#sessions.delete(request);
    await destroySession(request);
  }
}
