import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { LoginResult } from './SessionIssuer.js';
import { requireRequest, type SessionRequest } from '../requests/SessionRequest.js';
import type { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';

/** Input of {@link RequestAuthenticator.refreshTokens}. */
export interface RefreshTokensInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** Finds the sessions that requests belong to. */
export class RequestAuthenticator {
  readonly #context: SessionsContext;
  readonly #rotation: SessionRotation;

  constructor(context: SessionsContext, rotation: SessionRotation) {
    this.#context = context;
    this.#rotation = rotation;
  }

  /** Carries out {@link Sessions.handleRequest}. */
  async handleRequest<R extends SessionRequest>(request: R): Promise<R & SessionRequest> {
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
  }

  /** Carries out {@link Sessions.refreshTokens}. */
  async refreshTokens(input: RefreshTokensInput): Promise<LoginResult> {
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
  }

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
    if (isRenewed) await events.emit('RefreshTokensSuccess', facts);
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
