import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { LoginResult } from './SessionIssuer.js';
import { requireRequest, type SessionRequest } from '../requests/SessionRequest.js';
import type { VerifiedSession } from '../core/VerifiedRequests.js';
import { contextOfToken, type SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import type { SessionVerifier } from './SessionVerifier.js';

/** Input of {@link RequestAuthenticator.refreshTokens}. */
export interface RefreshTokensInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** Finds the sessions that requests belong to. */
export class RequestAuthenticator {
  readonly #context: SessionsContext;
  readonly #rotation: SessionRotation;
  readonly #verifier: SessionVerifier;

  constructor(context: SessionsContext, rotation: SessionRotation, verifier: SessionVerifier) {
    this.#context = context;
    this.#rotation = rotation;
    this.#verifier = verifier;
  }

  /** Carries out {@link Accounts.handleRequest}. */
  async handleRequest<R extends SessionRequest>(request: R): Promise<R & SessionRequest> {
    requireRequest(request);
    const { events, hooks, verified } = this.#context;
    // Whatever a caller claims: only what is verified here counts.
    verified.forget(request);
    const { authToken } = request;
    if (authToken === undefined) {
      if (hooks.seeRequests) await hooks.request(request);
      return request;
    }
    const eventContext: EventContext = connectionContext(request);
    const isRenewed = await this.#orDestroy(request, () =>
      events.run('ResumeSession', eventContext, async () => {
        const options = { eventContext, mustRotate: false };
        const resumed = await this.#rotation.resume(authToken, request, options);
        verified.put(request, { account: resumed.account, session: resumed.sessionDocument });
        try {
          if (hooks.seeRequests) await hooks.request(request);
        } catch (error) {
          verified.forget(request);
          throw error;
        }
        return resumed.isRenewed;
      }),
    );
    if (isRenewed) await events.emit('RefreshTokensSuccess', eventContext);
    return request;
  }

  /** Carries out {@link Accounts.refreshTokens}. */
  async refreshTokens(input: RefreshTokensInput): Promise<LoginResult> {
    input = readObject(input, '');
    const { authToken, request } = input;
    const { events, verified } = this.#context;
    const eventContext: EventContext = connectionContext(request);
    return this.#orDestroy(request, () =>
      events.run('RefreshTokens', eventContext, async () => {
        requireRequest(request);
        verified.forget(request);
        const options = { eventContext, mustRotate: true };
        const { isRenewed: _, ...result } = await this.#rotation.resume(
          authToken,
          request,
          options,
        );
        verified.put(request, { account: result.account, session: result.sessionDocument });
        return result;
      }),
    );
  }

  /**
   * Finds the account and session of a token with one strongly consistent `BatchGetItem`. The check
   * does not continue the session: nothing is rotated, and the client is not compared.
   *
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession`
   */
  async check(
    authToken: string,
    request: SessionRequest,
    eventContext: EventContext,
  ): Promise<VerifiedSession> {
    const token = await this.#context.tokens.verify(authToken, request);
    return this.#verifier.check(token, Object.assign(eventContext, contextOfToken(token)));
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
