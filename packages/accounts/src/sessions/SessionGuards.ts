import { requireRecentLogin } from '../core/requireRecentLogin.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { Duration } from '../tokens/parseDuration.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';

/**
 * Checks that an application makes before it does something. Nothing here waits, so that no
 * forgotten `await` lets anybody through; a refusal is emitted as the event `AccessDenied`.
 */
export class SessionGuards {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  /** Carries out {@link Sessions.requireRecentLogin}. */
  requireRecentLogin(request: SessionRequest, maxAge: Duration): void {
    this.#tellRefusal(request, () => this.assertRecentLogin(request, maxAge));
  }

  /**
   * {@link requireRecentLogin} within a flow, which has an event of its own.
   *
   * @internal
   */
  assertRecentLogin(request: SessionRequest, maxAge: Duration): void {
    requireRecentLogin(this.#context, request, maxAge);
  }

  /** Carries out {@link Sessions.requirePermission}. */
  requirePermission(
    subject: SessionRequest | AccountDocument,
    permission: string,
  ): AccountDocument {
    return this.#tellRefusal(subject, () => this.assertPermission(subject, permission));
  }

  /**
   * {@link requirePermission} within a flow, which has an event of its own.
   *
   * @internal
   */
  assertPermission(subject: SessionRequest | AccountDocument, permission: string): AccountDocument {
    requireObject(subject, 'request');
    const account = 'requestIp' in subject ? this.#context.verified.read(subject).account : subject;
    if (!Array.isArray(account.permissions)) {
      throw new AccountError('InvalidInput', { path: 'request', reason: 'notAnAccount' });
    }
    if (account.permissions.includes(permission)) return account;
    throw new AccountError('PermissionDenied', { permission });
  }

  #tellRefusal<T>(subject: SessionRequest | AccountDocument, guard: () => T): T {
    try {
      return guard();
    } catch (error) {
      // What the application has asked wrongly is nobody's refusal.
      if (AccountError.is(error) && [401, 403].includes(error.status)) {
        void this.#context.events.emit('AccessDenied', this.#eventContextOf(subject), error.code);
      }
      throw error;
    }
  }

  #eventContextOf(subject: SessionRequest | AccountDocument): EventContext {
    if (!('requestIp' in subject)) return { accountId: subject.accountId };
    const { account, session } = this.#context.verified.find(subject) ?? {};
    const actorId = session?.impersonatedBy;
    return {
      ...connectionContext(subject),
      ...(account && { accountId: account.accountId }),
      ...(session && { sessionId: session.ulid }),
      ...(actorId !== undefined && { actorId }),
    };
  }
}
