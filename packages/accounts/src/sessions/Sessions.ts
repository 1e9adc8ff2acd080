import type { Entity, Table, TransactOperation } from '@latchkey/entity';
import type { Session } from '@latchkey/schema';
import type { AccountEntity } from '../accounts/AccountEntity.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { Events } from '../events/Events.js';
import { AuthTokens } from '../tokens/AuthTokens.js';
import { OwnSessions } from './OwnSessions.js';
import {
  SessionBeginning,
  type BeginSessionOptions,
  type LoginResult,
  type PreparedSession,
} from './SessionBeginning.js';
import { SessionGuards } from './SessionGuards.js';
import { SessionHooks, type SessionHookRegistry } from './SessionHooks.js';
import { SessionLogout, type LogoutInput } from './SessionLogout.js';
import { definePolicy, type SessionPolicy, type SessionsOptions } from './sessionPolicy.js';
import type { AccountDocument, SessionRequest } from './SessionRequest.js';
import { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';
import { VerifiedRequests, type VerifiedSession } from './VerifiedRequests.js';

export type { BeginSessionOptions, LoginResult, PreparedSession } from './SessionBeginning.js';
export type { ListedSession, ListSessionsInput } from './OwnSessions.js';
export type { LogoutInput } from './SessionLogout.js';
export type { SessionsOptions } from './sessionPolicy.js';
export type { SessionDocument, VerifiedSession } from './VerifiedRequests.js';

/** What {@link Sessions.refreshTokens} takes. */
export interface RefreshTokensInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

/**
 * The sessions of all accounts: they begin at login, and every request is checked against them.
 *
 * @example
 * ```ts
 * import { AccountError, type Accounts, type SessionRequest } from '@latchkey/accounts';
 *
 * // A page on which people see where they are logged in, and end what they do not know.
 * export async function devices(accounts: Accounts, request: SessionRequest) {
 *   await accounts.handleRequest(request);
 *   if (!request.user) throw new AccountError('InvalidSession', {});
 *   const { edges } = await accounts.sessions.listSessions({ request });
 *   return edges.map(({ node }) => ({ id: node.ulid, here: node.current, ...node.connectionInfo }));
 * }
 * ```
 */
export class Sessions {
  readonly #context: SessionsContext;
  readonly #beginning: SessionBeginning;
  readonly #rotation: SessionRotation;
  readonly #logout: SessionLogout;
  readonly #own: OwnSessions;
  readonly #guards: SessionGuards;

  /** @internal */
  constructor(
    options: SessionsOptions,
    table: Table,
    accounts: AccountEntity,
    sessions: Entity<typeof Session>,
    events: Events,
  ) {
    const { getTokenSecret, audience } = options;
    const tokens = new AuthTokens({
      getTokenSecret,
      ...(audience !== undefined && { audience }),
      now: () => table.now().getTime(),
    });
    this.#context = {
      table,
      accounts,
      sessions,
      tokens,
      events,
      hooks: new SessionHooks(),
      policy: definePolicy(options),
      verified: new VerifiedRequests(),
    };
    this.#beginning = new SessionBeginning(this.#context);
    this.#rotation = new SessionRotation(this.#context, new SessionVerifier(this.#context));
    this.#logout = new SessionLogout(this.#context);
    this.#own = new OwnSessions(this.#context);
    this.#guards = new SessionGuards(this.#context);
  }

  /** @internal */
  get policy(): SessionPolicy {
    return this.#context.policy;
  }

  /** Adds hooks, after those that are there. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    add(this.#context.hooks);
    return this;
  }

  /**
   * Begins a session: one `PutItem`, or one transaction together with other writes; with
   * `maxSessions`, a `Query` more, and a write where there are too many.
   *
   * @throws AccountError `InvalidInput`, `SecretTooShort`, `ServiceUnavailable`
   */
  async begin(
    account: AccountDocument,
    request: SessionRequest,
    options: BeginSessionOptions = {},
  ): Promise<LoginResult> {
    return this.#beginning.begin(account, request, options);
  }

  /**
   * Makes a session ready to be written in a transaction. The account's generation goes into it, so
   * that a revocation that happens at the same time voids it, too.
   *
   * @throws AccountError `InvalidInput`, `SecretTooShort`, `ServiceUnavailable`
   */
  async prepare(
    account: AccountDocument,
    request: SessionRequest,
    options: Omit<BeginSessionOptions, 'alongside'> = {},
  ): Promise<PreparedSession> {
    return this.#beginning.prepare(account, request, options);
  }

  /**
   * Whose request it is, and in which session.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` unless `handleRequest`, or a login, has
   *   put a session on this very object.
   */
  verifiedSessionOf(request: SessionRequest): VerifiedSession {
    return this.#context.verified.of(request);
  }

  /**
   * Finds out whose request it is, and sets `request.user`: one strongly consistent `BatchGetItem`
   * of account and session, so that a logout holds everywhere as soon as it has returned. A request
   * without token is left alone. Nothing is written, unless `rotation.after`, `idleTimeout` or
   * `onConnectionChange` asks for it. After a rotation `request.authToken` is the new token.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `ServiceUnavailable`, which says nothing of the session; `Vetoed` by a hook;
   *   `SecretTooShort`.
   */
  readonly handleRequest = async <R extends SessionRequest>(
    request: R,
  ): Promise<R & SessionRequest> => {
    requireObject(request, 'request');
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
        requireObject(request, 'request');
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

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. An expired token
   * will do, one that the session has replaced, and one whose session has ended already. So will one
   * whose signature cannot be verified any more, if `request.user` is its account: never set that
   * from what a client says.
   *
   * @returns whether the session is there; false for one that its expiry has removed.
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession` for a token that the session
   *   has never had, `ServiceUnavailable`, `SecretTooShort`.
   */
  readonly logout = async (input: LogoutInput): Promise<boolean> => {
    requireObject(input, '');
    return this.#logout.logout(input);
  };

  /** See {@link OwnSessions.listSessions}. */
  get listSessions(): OwnSessions['listSessions'] {
    return this.#own.listSessions;
  }

  /** See {@link OwnSessions.revokeSession}. */
  get revokeSession(): OwnSessions['revokeSession'] {
    return this.#own.revokeSession;
  }

  /** See {@link OwnSessions.revokeOtherSessions}. */
  get revokeOtherSessions(): OwnSessions['revokeOtherSessions'] {
    return this.#own.revokeOtherSessions;
  }

  /** See {@link OwnSessions.revokeAllSessions}. */
  get revokeAllSessions(): OwnSessions['revokeAllSessions'] {
    return this.#own.revokeAllSessions;
  }

  /** See {@link SessionGuards.requireRecentLogin}. */
  get requireRecentLogin(): SessionGuards['requireRecentLogin'] {
    return this.#guards.requireRecentLogin;
  }

  /** See {@link SessionGuards.requirePermission}. */
  get requirePermission(): SessionGuards['requirePermission'] {
    return this.#guards.requirePermission;
  }

  /**
   * Writes that the owner of a request's session has just proven who they are, and gives the session
   * a new token; the one before is void at once (ASVS 7.2.4).
   *
   * @internal
   * @param alongside - writes that belong to it, done in the same transaction.
   */
  async reauthenticated(
    request: SessionRequest,
    alongside: readonly TransactOperation<unknown>[] = [],
  ): Promise<{ authToken: string }> {
    const { account, authToken, sessionDocument } = await this.#rotation.replace(
      request,
      alongside,
    );
    this.#context.verified.put(request, { account, session: sessionDocument });
    return { authToken };
  }

  /**
   * Says of a request that its session goes on under a generation that has been written.
   *
   * @internal
   */
  goesOn(request: SessionRequest, sessionGeneration: string): void {
    const { account, session } = this.verifiedSessionOf(request);
    this.#context.verified.put(request, {
      account: { ...account, sessionGeneration },
      session: { ...session, generation: sessionGeneration },
    });
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
