import { EntityError } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { AuthTokenSubject, VerifiedAuthToken } from '../tokens/AuthTokens.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { requireRequest, type SessionRequest } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Input of {@link SessionLogout.logout}. */
export interface LogoutInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

type NamedSession = Pick<AuthTokenSubject, 'accountId' | 'sessionId'>;

/** Ends the sessions of tokens. */
export class SessionLogout {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  /** Carries out {@link Accounts.logout}. */
  async logout(input: LogoutInput): Promise<boolean> {
    input = readObject(input, '');
    const { authToken, request } = input;
    const eventContext: EventContext = connectionContext(request);
    const ended = await this.#context.events.run('Logout', eventContext, async () => {
      requireRequest(request);
      const actorId = this.#sessionOf(request)?.impersonatedBy;
      if (actorId !== undefined) eventContext.actorId = actorId;
      const token = await this.#verify(authToken, request);
      eventContext.accountId = token.accountId;
      eventContext.sessionId = token.sessionId;
      if (!('secret' in token)) return this.#end(token);
      if (token.actor) eventContext.actorId = token.actor.accountId;
      return this.#endBySecret(token);
    });
    await this.#context.verified.destroy(request);
    return ended;
  }

  /**
   * Verifies a token. If the token is not genuine, but the account of the request is known, returns
   * the session of that account that the token names: the key that signed the token may be gone,
   * and the user may still log out.
   */
  async #verify(
    authToken: string,
    request: SessionRequest,
  ): Promise<VerifiedAuthToken | NamedSession> {
    const { tokens } = this.#context;
    try {
      return await tokens.verify(authToken, request, { ignoreExpiration: true });
    } catch (error) {
      if (!AccountError.is(error) || error.code !== 'TokenVerificationFailed') throw error;
      const named = tokens.readUnverified(authToken);
      if (!named || !this.#isTheirs(named, request)) throw error;
      return named;
    }
  }

  /** Allows an impersonator to leave the account, but not to end any other session of its owner. */
  #isTheirs({ accountId, sessionId }: NamedSession, request: SessionRequest): boolean {
    if (accountId !== request.user?.accountId) return false;
    const session = this.#sessionOf(request);
    return session?.impersonatedBy === undefined || session.ulid === sessionId;
  }

  /** The session that was set on a request, even if it has expired since. */
  #sessionOf(request: SessionRequest): SessionDocument | undefined {
    return this.#context.verified.last(request)?.session;
  }

  async #end({ accountId, sessionId: ulid }: NamedSession): Promise<boolean> {
    const update = { $set: { valid: false } };
    const { item } = await this.#context.sessions.updateOne({
      filter: { accountId, ulid },
      update,
    });
    return item !== null;
  }

  async #endBySecret(token: VerifiedAuthToken): Promise<boolean> {
    const { accountId, sessionId: ulid, rotation, secret } = token;
    const digest = digestSecret(secret);
    try {
      const { item } = await this.#context.sessions.updateOne({
        filter: { accountId, ulid },
        // A token that was replaced ends the session, too: coming back, it would end it anyway.
        condition: {
          $or: [{ token: digest }, { previousToken: digest }, { rotation: { $gt: rotation } }],
        },
        update: { $set: { valid: false } },
      });
      return item !== null;
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
      throw new AccountError('InvalidSession', {});
    }
  }
}
