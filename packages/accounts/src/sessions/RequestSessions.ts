import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { LoginResult } from './SessionBeginning.js';
import { requireRequest, type SessionRequest } from '../core/SessionRequest.js';
import type { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';

/** What {@link RequestSessions.refreshTokens} takes. */
export interface RefreshTokensInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** Finds the sessions that requests belong to. */
export class RequestSessions {
  readonly #context: SessionsContext;
  readonly #rotation: SessionRotation;

  constructor(context: SessionsContext, rotation: SessionRotation) {
    this.#context = context;
    this.#rotation = rotation;
  }

  /**
   * Finds out whose request it is, and sets `request.user`: one strongly consistent `BatchGetItem`
   * of account and session, so that a logout holds everywhere as soon as it has returned. A request
   * without token is left alone. Nothing is written, unless `rotation.after`, `idleTimeout` or
   * `onConnectionChange` asks for it. After a rotation `request.authToken` is the new token.
   * A request object is good for one request: what was found is not read again when it is used, and a
   * connection that stays open must be checked anew, with another object, for each message.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `ServiceUnavailable`, which says nothing of the session; `Vetoed` by a hook;
   *   `InvalidInput`, also for a frozen object, on which nothing can be put; `SecretTooShort`.
   */
  readonly handleRequest = async <R extends SessionRequest>(
    request: R,
  ): Promise<R & SessionRequest> => {
    requireRequest(request);
    const { hooks, verified } = this.#context;
    // Whatever a caller claims: only what is verified here counts.
    verified.forget(request);
    if (request.authToken !== undefined) {
      await this.#resume(request, request.authToken);
    } else if (hooks.seeRequests) {
      await hooks.request(request);
    }
    return request;
  };

  /**
   * Replaces a token by a new one: one `BatchGetItem` and one `UpdateItem`. Who shows the same token
   * again within `rotation.grace`, is given the same new one; who does so later, ends the session.
   * The session does not last any longer for it.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `InvalidInput`, `ServiceUnavailable`, `SecretTooShort`.
   */
  readonly refreshTokens = async (input: RefreshTokensInput): Promise<LoginResult> => {
    requireObject(input, '');
    const { authToken, request } = input;
    const { events, verified } = this.#context;
    const facts: EventFacts = connectionFacts(request);
    return this.#orDestroy(request, () =>
      events.run('RefreshTokens', facts, async () => {
        requireRequest(request);
        verified.forget(request);
        const options = { facts, mustRotate: true };
        const { isRenewed: _, ...result } = await this.#rotation.resume(
          authToken,
          request,
          options,
        );
        verified.put(request, { account: result.account, session: result.sessionDocument });
        return result;
      }),
    );
  };

  async #resume(request: SessionRequest, authToken: string): Promise<void> {
    const { events, hooks, verified } = this.#context;
    const facts: EventFacts = connectionFacts(request);
    const isRenewed = await this.#orDestroy(request, () =>
      events.run('ResumeSession', facts, async () => {
        const resumed = await this.#rotation.resume(authToken, request, {
          facts,
          mustRotate: false,
        });
        verified.put(request, { account: resumed.account, session: resumed.sessionDocument });
        if (!hooks.seeRequests) return resumed.isRenewed;
        try {
          await hooks.request(request);
          return resumed.isRenewed;
        } catch (error) {
          verified.forget(request);
          throw error;
        }
      }),
    );
    if (isRenewed) await events.tell('RefreshTokensSuccess', facts);
  }

  /** Takes the session off a request if it turns out to be none. */
  async #orDestroy<T>(request: SessionRequest, action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      if (AccountError.is(error) && error.status === 401) {
        await this.#context.verified.destroy(request);
      }
      throw error;
    }
  }
}
