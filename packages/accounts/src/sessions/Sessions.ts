import type { Connection, TransactOperation } from '@latchkey/entity';
import type { ActingAccount } from '../core/actingAccount.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { AuthTokens } from '../tokens/AuthTokens.js';
import type { Duration } from '../tokens/parseDuration.js';
import { SessionManager, type ListedSession, type ListSessionsInput } from './SessionManager.js';
import { RequestAuthenticator, type RefreshTokensInput } from './RequestAuthenticator.js';
import {
  SessionIssuer,
  type BeginSessionOptions,
  type LoginResult,
  type PreparedSession,
} from './SessionIssuer.js';
import { SessionGuards } from './SessionGuards.js';
import { SessionHooks, type SessionHookRegistry } from './SessionHooks.js';
import { SessionLogout, type LogoutInput } from './SessionLogout.js';
import type { SessionPolicy, SessionsOptions } from '../core/sessionPolicy.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { SessionRotation } from './SessionRotation.js';
import type { SessionsContext } from './SessionsContext.js';
import { SessionVerifier } from './SessionVerifier.js';
import type { VerifiedSession } from '../core/VerifiedRequests.js';

export type { BeginSessionOptions, LoginResult, PreparedSession } from './SessionIssuer.js';
export type { ListedSession, ListSessionsInput } from './SessionManager.js';
export type { RefreshTokensInput } from './RequestAuthenticator.js';
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
  readonly #beginning: SessionIssuer;
  readonly #verifier: SessionVerifier;
  readonly #rotation: SessionRotation;
  readonly #requests: RequestAuthenticator;
  readonly #logout: SessionLogout;
  readonly #own: SessionManager;
  readonly #guards: SessionGuards;

  /** @internal */
  constructor(
    { getTokenSecret, audience }: Pick<SessionsOptions, 'audience' | 'getTokenSecret'>,
    core: ChangeCore,
  ) {
    const { table, accounts, sessionEntity: sessions, events, verified, sessionPolicy } = core;
    const { connectionOf } = core;
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
      connectionOf,
      events,
      hooks,
      policy: sessionPolicy,
      verified,
    };
    this.#beginning = new SessionIssuer(this.#context);
    this.#verifier = new SessionVerifier(this.#context);
    this.#rotation = new SessionRotation(this.#context, this.#verifier);
    this.#requests = new RequestAuthenticator(this.#context, this.#rotation);
    this.#logout = new SessionLogout(this.#context);
    this.#own = new SessionManager(core);
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
   * Returns the account and session of a request, as they were read when the session was put on the
   * request: a request object is good for one request.
   *
   * @throws AccountError `InvalidInput`, also for a request that has been frozen since;
   *   `InvalidSession` unless `handleRequest`, or a login, has put a session on this very object
   *   that has not expired since.
   */
  verifiedSessionOf(request: SessionRequest): VerifiedSession {
    return this.#context.verified.of(request);
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
  handleRequest<R extends SessionRequest>(request: R): Promise<R & SessionRequest> {
    return this.#requests.handleRequest(request);
  }

  /**
   * Replaces a token by a new one: one `BatchGetItem` and one `UpdateItem`. Who shows the same token
   * again within `rotation.grace`, is given the same new one; who does so later, ends the session.
   * The session does not last any longer for it.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `InvalidInput`, `ServiceUnavailable`, `SecretTooShort`.
   */
  refreshTokens(input: RefreshTokensInput): Promise<LoginResult> {
    return this.#requests.refreshTokens(input);
  }

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. An expired token
   * will do, one that the session has replaced, and one whose session has ended already. So will one
   * whose signature can no longer be verified, if `request.user` is its account: never set that
   * from what a client says. Who acts for the account ends by that only the session that they act in.
   *
   * @returns whether the session is there; false for one that its expiry has removed.
   * @throws AccountError `InvalidInput`, `TokenVerificationFailed`, `InvalidSession` for a token that
   *   the session has never had, `ServiceUnavailable`, `SecretTooShort`.
   */
  async logout(input: LogoutInput): Promise<boolean> {
    requireObject(input, '');
    return this.#logout.logout(input);
  }

  /**
   * Lists the live sessions of an account, oldest first: one `Query` for up to 25, as a rule. By
   * `accountId`, or by `request`, one request more.
   *
   * @param input - `request`, for the sessions of its own account, with `current`; or `account` as
   *   `handleRequest` or `findUser` gave it, or `accountId`, where the application decides.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  listSessions(input: ListSessionsInput): Promise<Connection<ListedSession>> {
    return this.#own.listSessions(input);
  }

  /**
   * Ends one session of an account before it returns: one `UpdateItem`.
   *
   * @param input - `sessionId`: the session's `ulid`; and `request`, for one of its own account, or
   *   `accountId` where the application decides.
   * @returns whether the account has such a session.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`.
   */
  revokeSession(input: ActingAccount & { readonly sessionId: string }): Promise<boolean> {
    return this.#own.revokeSession(input);
  }

  /**
   * Ends every session of a request's account but its own before it returns, and revokes what is
   * pending, as {@link revokeAllSessions} does: one transaction.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` where the session itself has ended
   *   meanwhile, and then nothing is done; `ImpersonatedSession`, `ServiceUnavailable`.
   */
  revokeOtherSessions(input: { readonly request: SessionRequest }): Promise<void> {
    return this.#own.revokeOtherSessions(input);
  }

  /**
   * Ends every session of an account before it returns, however many there are, and revokes the
   * tokens that were sent out and the contacts that wait to be verified: one request.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  revokeAllSessions(input: ActingAccount): Promise<void> {
    return this.#own.revokeAllSessions(input);
  }

  /**
   * Refuses a request whose session's owner has not proven who they are for a while, by a login or
   * by `reauthenticate` (ASVS 7.5.1, 7.5.3).
   *
   * @param maxAge - how long ago it may have been: less than this.
   * @throws AccountError `RecentLoginRequired`; `ImpersonatedSession`, since who acts for others
   *   cannot prove to be them; `InvalidSession`; `InvalidConfiguration` for the age.
   */
  requireRecentLogin(request: SessionRequest, maxAge: Duration): void {
    this.#guards.requireRecentLogin(request, maxAge);
  }

  /** @internal */
  get guards(): SessionGuards {
    return this.#guards;
  }

  /**
   * Refuses who does not have a permission. What counts for a request is the account as
   * `handleRequest` has just read it, so that a change holds from the next request on (ASVS 8.3.2).
   *
   * @param subject - a request that `handleRequest` has let through, or an account.
   * @returns the account.
   * @throws AccountError `PermissionDenied`, `InvalidSession`, `InvalidInput`
   */
  requirePermission(
    subject: SessionRequest | AccountDocument,
    permission: string,
  ): AccountDocument {
    return this.#guards.requirePermission(subject, permission);
  }

  /**
   * Finds the account and session of a token with one strongly consistent `BatchGetItem`. The check
   * does not continue the session: nothing is rotated, and the client is not compared.
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
