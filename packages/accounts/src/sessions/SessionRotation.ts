import { EntityError, type TransactOperation } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import type { IssuedAuthToken, VerifiedAuthToken } from '../tokens/AuthTokens.js';
import { digestSecret } from '../tokens/digestSecret.js';
import type { LoginResult } from './SessionIssuer.js';
import type { ConnectionChangeAction } from '../core/sessionPolicy.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { lastSeenMs } from '../core/sessionState.js';
import type { CheckedSession, SessionVerifier } from './SessionVerifier.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Maximum number of attempts when others rotate the same session at the same moment. */
const MAX_ATTEMPTS = 4;
/** An idle timeout is kept to within this part of it. */
const IDLE_PRECISION = 10;

/** Session with which a request goes on. */
export interface ResumedSession extends LoginResult {
  /** Tells whether `authToken` is another than the one that came. */
  readonly isRenewed: boolean;
}

interface Presented {
  readonly token: VerifiedAuthToken;
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** Goes on with sessions, and replaces their tokens. */
export class SessionRotation {
  readonly #context: SessionsContext;
  readonly #verifier: SessionVerifier;

  constructor(context: SessionsContext, verifier: SessionVerifier) {
    this.#context = context;
    this.#verifier = verifier;
  }

  /**
   * Goes on with the session of a token.
   *
   * @param eventContext - is given account and session as soon as the token is known to be genuine.
   * @param options - `mustRotate`: whether the token is replaced although it is not due.
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

  /**
   * Writes that the owner of a request's session has just proven who they are, and gives the session
   * a token that has nothing to do with the one before, which is void at once (ASVS 7.2.4).
   *
   * @param alongside - writes that belong to it, done in the same transaction.
   */
  async reauthenticate(
    request: SessionRequest,
    alongside: readonly TransactOperation<unknown>[] = [],
  ): Promise<{ readonly authToken: string }> {
    const { table, tokens, sessions, hooks, verified } = this.#context;
    let { account, session } = verified.of(request);
    if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
    const { accountId, ulid } = session;
    for (let attempt = 1; ; attempt++) {
      const now = table.now();
      const rotation = session.rotation + 1;
      const subject = {
        accountId,
        sessionId: ulid,
        rotation,
        expiresAtMs: session.expiresAt.getTime(),
      };
      const issued = await tokens.issue(subject, request);
      const renewed = { rotation, rotatedAt: now, lastSeenAt: now, authTime: now };
      const operation = sessions.updateOneOperation({
        filter: { accountId, ulid },
        condition: { valid: true, rotation: session.rotation },
        update: {
          $set: { ...renewed, ...storedFormOf(issued) },
          $remove: ['previousToken', ...(issued.kid === undefined ? (['kid'] as const) : [])],
        },
      });
      const isWritten = await hooks.upsert({ request, accountId }, () =>
        unlessStale(() => table.transact([operation, ...alongside])),
      );
      if (isWritten) {
        const { authToken } = issued;
        const sessionDocument = { ...session, ...renewed };
        await this.#hand(request, { account, authToken, sessionDocument });
        verified.put(request, { account, session: sessionDocument });
        return { authToken };
      }
      if (attempt === MAX_ATTEMPTS) throw new AccountError('ServiceUnavailable', {});
      // Somebody has rotated it meanwhile: this request goes on if its token still does.
      const token = await tokens.verify(request.authToken, request);
      const checked = await this.#verifier.check(token, {});
      ({ account } = checked);
      session = withoutSecrets(checked.session);
    }
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

  /** Writes that a session is in use, where an idle timeout wants to know and it is not known yet. */
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
        // Of several requests at the same time, one writes.
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

  /** Rotates; undefined if somebody else has, or has ended the session. */
  async #rotate(
    { account, session }: CheckedSession,
    { token, request }: Presented,
  ): Promise<ResumedSession | undefined> {
    const { table, tokens, sessions, hooks } = this.#context;
    const { accountId, ulid, rotation } = session;
    const now = table.now();
    const times = { expiresAtMs: session.expiresAt.getTime(), issuedAtMs: now.getTime() };
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
            },
            ...(issued.kid === undefined && { $remove: ['kid'] as const }),
          },
        }),
      ),
    );
    if (!written?.item) return undefined;
    const { authToken } = issued;
    return this.#hand(request, { account, authToken, sessionDocument: written.item });
  }

  /** Gives the token that a rotation has made of the one presented. */
  async #handAgain(
    { account, session }: CheckedSession,
    { token, request }: Presented,
  ): Promise<ResumedSession> {
    const issuedAtMs = (session.rotatedAt ?? session.createdAt).getTime();
    const { authToken, secretDigest } = await this.#context.tokens.renew(
      token,
      { expiresAtMs: session.expiresAt.getTime(), issuedAtMs, signedBy: { kid: session.kid } },
      request,
    );
    if (secretDigest !== session.token) throw new AccountError('InvalidSession', {});
    return this.#hand(request, { account, authToken, sessionDocument: withoutSecrets(session) });
  }

  /** Puts a new token on its request, and tells the hooks before anybody is let in by it. */
  async #hand(request: SessionRequest, result: LoginResult): Promise<ResumedSession> {
    request.authToken = result.authToken;
    await this.#context.hooks.refreshed({ request, ...result });
    return { ...result, isRenewed: true };
  }
}

/** Returns what an event tells of a token that is genuine. */
export function contextOfToken({ accountId, sessionId, actor }: VerifiedAuthToken): EventContext {
  return { accountId, sessionId, ...(actor && { actorId: actor.accountId }) };
}

/** Returns the part of a token that a row keeps. */
function storedFormOf({ secretDigest, kid }: IssuedAuthToken): { token: string; kid?: string } {
  return { token: secretDigest, ...(kid !== undefined && { kid }) };
}

/** A session without its secret fields, which are not enumerable. */
function withoutSecrets(session: CheckedSession['session']): SessionDocument {
  return { ...session };
}

/**
 * Returns the result of a write; undefined where the session, the first item of the write, is not
 * as it was read.
 */
async function unlessStale<T>(write: () => Promise<T>): Promise<T | undefined> {
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
