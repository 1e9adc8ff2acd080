import { EntityError } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import type { VerifiedAuthToken } from '../tokens/AuthTokens.js';
import { digestSecret } from '../tokens/digestSecret.js';
import type { ConnectionChangeAction } from '../core/sessionPolicy.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { extendedEnd, lastSeenMs } from '../core/sessionState.js';
import type { CheckedSession, SessionVerifier } from './SessionVerifier.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';
import {
  handToken,
  MAX_ATTEMPTS,
  storedFormOf,
  unlessStale,
  withoutSecrets,
  type ResumedSession,
} from './renewedToken.js';

/** Precision of an idle timeout, as a part of it. */
const IDLE_PRECISION = 10;

interface Presented {
  readonly token: VerifiedAuthToken;
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** Resumes the sessions of requests, and replaces their tokens when a rotation is due. */
export class SessionRotation {
  readonly #context: SessionsContext;
  readonly #verifier: SessionVerifier;

  constructor(context: SessionsContext, verifier: SessionVerifier) {
    this.#context = context;
    this.#verifier = verifier;
  }

  /**
   * Resumes the session of a token.
   *
   * @param eventContext - gets account and session as soon as the token's signature is verified.
   * @param options - `mustRotate`: replaces the token even if no rotation is due.
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession`, `ServiceUnavailable`, …
   */
  async resume(
    authToken: string,
    request: SessionRequest,
    {
      eventContext,
      mustRotate,
    }: { readonly eventContext: EventContext; readonly mustRotate: boolean },
  ): Promise<ResumedSession> {
    const token = await this.#context.tokens.verify(authToken, request);
    Object.assign(eventContext, contextOfToken(token));
    const presented = { token, authToken, request };
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const checked = await this.#verifier.check(token, eventContext);
      const resumed = await this.#goOn(checked, presented, mustRotate);
      if (resumed) return resumed;
    }
    throw new AccountError('ServiceUnavailable', {});
  }

  async #goOn(
    checked: CheckedSession,
    presented: Presented,
    mustRotate: boolean,
  ): Promise<ResumedSession | undefined> {
    const { policy } = this.#context;
    const { session, isCurrent } = checked;
    const action = this.#onConnection(session, presented.request);
    if (action === 'revoke') {
      await this.#verifier.revoke(session);
      throw new AccountError('InvalidSession', {});
    }
    if (!isCurrent) {
      return mustRotate || policy.rotates
        ? this.#handAgain(checked, presented)
        : this.#asItIs(checked, presented);
    }
    if (mustRotate || action === 'rotate' || this.#isDue(session)) {
      return this.#rotate(checked, presented);
    }
    return this.#asItIs(checked, presented);
  }

  #isDue({ rotatedAt, createdAt }: SessionDocument): boolean {
    const { policy, table } = this.#context;
    const { rotateAfterMs = Infinity } = policy;
    return table.now().getTime() >= (rotatedAt ?? createdAt).getTime() + rotateAfterMs;
  }

  #onConnection(
    { connectionInfo }: SessionDocument,
    request: SessionRequest,
  ): ConnectionChangeAction {
    const { onIpChange, onUserAgentChange } = this.#context.policy;
    if (onIpChange === 'ignore' && onUserAgentChange === 'ignore') return 'ignore';
    const { ip, userAgent } = this.#context.connectionOf(request);
    const actions = [
      connectionInfo.ip === ip ? 'ignore' : onIpChange,
      connectionInfo.userAgent === userAgent ? 'ignore' : onUserAgentChange,
    ];
    if (actions.includes('revoke')) return 'revoke';
    return actions.includes('rotate') ? 'rotate' : 'ignore';
  }

  async #asItIs(
    { account, session }: CheckedSession,
    { authToken }: Presented,
  ): Promise<ResumedSession> {
    await this.#see(session);
    return { account, authToken, sessionDocument: withoutSecrets(session), isRenewed: false };
  }

  /** Records that a session is in use, if there is an idle timeout and the record is out of date. */
  async #see(session: SessionDocument): Promise<void> {
    const { policy, sessions, table } = this.#context;
    const { idleTimeoutMs } = policy;
    if (idleTimeoutMs === undefined || session.remembered === true) return;
    const now = table.now();
    if (now.getTime() < lastSeenMs(session) + idleTimeoutMs / IDLE_PRECISION) return;
    const { accountId, ulid, lastSeenAt } = session;
    try {
      const { item } = await sessions.updateOne({
        filter: { accountId, ulid },
        // Only one of several concurrent requests writes.
        condition: { valid: true, lastSeenAt: lastSeenAt ?? { $exists: false } },
        update: { $set: { lastSeenAt: now } },
      });
      if (!item) throw new AccountError('InvalidSession', {});
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
      const { valid } = error.details.item as Partial<SessionDocument>;
      if (valid !== true) throw new AccountError('InvalidSession', {});
    }
  }

  /** Rotates the token; undefined if another request has rotated it, or ended the session. */
  async #rotate(
    { account, session }: CheckedSession,
    { token, request }: Presented,
  ): Promise<ResumedSession | undefined> {
    const { policy, table, tokens, sessions, hooks } = this.#context;
    const { accountId, ulid, rotation } = session;
    const now = table.now();
    const expiresAt = extendedEnd(session, now, policy);
    const times = { expiresAtMs: expiresAt.getTime(), issuedAtMs: now.getTime() };
    const issued = await tokens.renew(token, times, request);
    const previousToken = digestSecret(token.secret);
    const connectionInfo = this.#context.connectionOf(request);
    const written = await hooks.upsert({ request, accountId }, () =>
      unlessStale(() =>
        sessions.updateOne({
          filter: { accountId, ulid },
          condition: { valid: true, rotation, token: previousToken },
          update: {
            $set: {
              ...storedFormOf(issued),
              previousToken,
              rotation: rotation + 1,
              rotatedAt: now,
              lastSeenAt: now,
              connectionInfo,
              ...(expiresAt > session.expiresAt && { expiresAt }),
            },
            ...(issued.kid === undefined && { $remove: ['kid'] as const }),
          },
        }),
      ),
    );
    if (!written?.item) return undefined;
    const { authToken } = issued;
    return handToken(hooks, request, { account, authToken, sessionDocument: written.item });
  }

  /** Returns the token that an earlier rotation derived from the presented one. */
  async #handAgain(
    { account, session }: CheckedSession,
    { token, request }: Presented,
  ): Promise<ResumedSession> {
    const issuedAtMs = (session.rotatedAt ?? session.createdAt).getTime();
    const { hooks, tokens } = this.#context;
    const { authToken, secretDigest } = await tokens.renew(
      token,
      { expiresAtMs: session.expiresAt.getTime(), issuedAtMs, signedBy: { kid: session.kid } },
      request,
    );
    if (secretDigest !== session.token) throw new AccountError('InvalidSession', {});
    return handToken(hooks, request, {
      account,
      authToken,
      sessionDocument: withoutSecrets(session),
    });
  }
}

/** Returns the event context of a verified token. */
export function contextOfToken({ accountId, sessionId, actor }: VerifiedAuthToken): EventContext {
  return { accountId, sessionId, ...(actor && { actorId: actor.accountId }) };
}
