import type { TransactOperation } from '@latchkey/entity';
import type { ChangeCore } from '../core/AccountsCore.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { AuthTokens } from '../tokens/AuthTokens.js';
import { OwnSessions } from './OwnSessions.js';
import { RequestSessions } from './RequestSessions.js';
import {
  SessionBeginning,
  type BeginSessionOptions,
  type LoginResult,
  type PreparedSession,
} from './SessionBeginning.js';
import { SessionGuards } from './SessionGuards.js';
import { SessionHooks, type SessionHookRegistry } from './SessionHooks.js';
import { SessionLogout, type LogoutInput } from './SessionLogout.js';
import type { SessionPolicy, SessionsOptions } from '../core/sessionPolicy.js';
import type { AccountDocument, SessionRequest } from '../core/SessionRequest.js';
import { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';
import type { VerifiedSession } from '../core/VerifiedRequests.js';

export type { BeginSessionOptions, LoginResult, PreparedSession } from './SessionBeginning.js';
export type { ListedSession, ListSessionsInput } from './OwnSessions.js';
export type { RefreshTokensInput } from './RequestSessions.js';
export type { LogoutInput } from './SessionLogout.js';
export type { SessionsOptions } from '../core/sessionPolicy.js';
export type { SessionDocument, VerifiedSession } from '../core/VerifiedRequests.js';

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
  readonly #getTokenSecret: SessionsOptions['getTokenSecret'];
  readonly #beginning: SessionBeginning;
  readonly #verifier: SessionVerifier;
  readonly #rotation: SessionRotation;
  readonly #requests: RequestSessions;
  readonly #logout: SessionLogout;
  readonly #own: OwnSessions;
  readonly #guards: SessionGuards;

  /** @internal */
  constructor(
    { getTokenSecret, audience }: Pick<SessionsOptions, 'audience' | 'getTokenSecret'>,
    core: ChangeCore,
  ) {
    const { table, accounts, sessionEntity: sessions, events, verified, sessionPolicy } = core;
    const tokens = new AuthTokens({
      getTokenSecret,
      ...(audience !== undefined && { audience }),
      now: () => table.now().getTime(),
    });
    this.#getTokenSecret = getTokenSecret;
    const hooks = new SessionHooks(events);
    this.#context = {
      table,
      accounts,
      sessions,
      tokens,
      events,
      hooks,
      policy: sessionPolicy,
      verified,
    };
    this.#beginning = new SessionBeginning(this.#context);
    this.#verifier = new SessionVerifier(this.#context);
    this.#rotation = new SessionRotation(this.#context, this.#verifier);
    this.#requests = new RequestSessions(this.#context, this.#rotation);
    this.#logout = new SessionLogout(this.#context);
    this.#own = new OwnSessions(core);
    this.#guards = new SessionGuards(this.#context);
  }

  /** @internal */
  get policy(): SessionPolicy {
    return this.#context.policy;
  }

  /** The function that gives the secret of tokens. It is an option, and cannot be set later. */
  get getTokenSecret(): SessionsOptions['getTokenSecret'] {
    return this.#getTokenSecret;
  }

  /** Adds hooks, after those that are there. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    add(this.#context.hooks);
    return this;
  }

  /**
   * Begins a session: one `PutItem`, or one transaction together with other writes; with
   * `maxSessions`, a `Query` more, and a write where there are too many, which is told as
   * `RevokeSessionsSuccess`. Where those two fail, the session begins all the same,
   * `RevokeSessionsError` is told, and the next login makes up for it.
   * A session that the request has already, of any account, ends in the same transaction
   * (ASVS 7.2.4), unless somebody begins to act for another (`actor`).
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
   * that a revocation that happens at the same time voids it, too. The session that the request has
   * already ends with the writes that `write` hands to whoever commits.
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
   * Whose request it is, and in which session, as it was read then: a request object is good for
   * one request.
   *
   * @throws AccountError `InvalidInput`, also for a request that has been frozen since;
   *   `InvalidSession` unless `handleRequest`, or a login, has put a session on this very object
   *   that has not expired since.
   */
  verifiedSessionOf(request: SessionRequest): VerifiedSession {
    return this.#context.verified.of(request);
  }

  /** See {@link RequestSessions.handleRequest}. */
  get handleRequest(): RequestSessions['handleRequest'] {
    return this.#requests.handleRequest;
  }

  /** See {@link RequestSessions.refreshTokens}. */
  get refreshTokens(): RequestSessions['refreshTokens'] {
    return this.#requests.refreshTokens;
  }

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. An expired token
   * will do, one that the session has replaced, and one whose session has ended already. So will one
   * whose signature cannot be verified any more, if `request.user` is its account: never set that
   * from what a client says. Who acts for the account ends by that only the session that they act in.
   *
   * @returns whether the session is there; false for one that its expiry has removed.
   * @throws AccountError `InvalidInput`, `TokenVerificationFailed`, `InvalidSession` for a token that
   *   the session has never had, `ServiceUnavailable`, `SecretTooShort`.
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

  /** @internal */
  get guards(): SessionGuards {
    return this.#guards;
  }

  /** See {@link SessionGuards.requirePermission}. */
  get requirePermission(): SessionGuards['requirePermission'] {
    return this.#guards.requirePermission;
  }

  /**
   * Whose a token is: one strongly consistent `BatchGetItem`. Its session does not go on by that:
   * nothing is rotated, nor is the client compared.
   *
   * @internal
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession`
   */
  async check(
    authToken: string,
    request: SessionRequest,
    facts: EventFacts,
  ): Promise<VerifiedSession> {
    const token = await this.#context.tokens.verify(authToken, request);
    facts.accountId = token.accountId;
    facts.sessionId = token.sessionId;
    if (token.actor) facts.actorId = token.actor.accountId;
    return this.#verifier.check(token, facts);
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
   * Takes a session that has ended off its request, then tells its owner.
   *
   * @internal
   */
  async destroy(request: SessionRequest): Promise<void> {
    await this.#context.verified.destroy(request);
  }
}
