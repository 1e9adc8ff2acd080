import type { Connection } from '@latchkey/entity';
import type { ActingAccount } from '../core/actingAccount.js';
import { Actor } from '../core/Actor.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import type { SessionsOptions } from '../core/sessionPolicy.js';
import type { SessionDocument, VerifiedSession } from '../core/VerifiedRequests.js';
import { AccountError } from '../errors/AccountError.js';
import { cursorChecked } from '../errors/cursorChecked.js';
import { readInput, readObject, requireObject, requireUlid } from '../errors/requireObject.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { Duration } from '../tokens/parseDuration.js';
import { readActiveSessions } from './readActiveSessions.js';
import type { SessionHookRegistry } from './SessionHooks.js';
import type { BeginSessionOptions, LoginResult } from './SessionIssuer.js';
import type { SessionServices } from './SessionServices.js';

export type { BeginSessionOptions, LoginResult, PreparedSession } from './SessionIssuer.js';
export type { RefreshTokensInput } from './RequestAuthenticator.js';
export type { LogoutInput } from './SessionLogout.js';
export type { SessionsOptions } from '../core/sessionPolicy.js';
export type { SessionDocument, VerifiedSession } from '../core/VerifiedRequests.js';

/**
 * Account whose sessions are listed: that of a request, or any account where the application
 * decides.
 */
export type ListSessionsInput = (
  | {
      readonly account: AccountDocument;
      readonly accountId?: undefined;
      readonly request?: undefined;
    }
  | (ActingAccount & { readonly account?: undefined })
) & {
  /** Size of a page: 1 to 1000 (default: 25). */
  readonly first?: number;
  /** The `endCursor` of the previous page. */
  readonly after?: string | null;
};

/**
 * A session as {@link Sessions.listSessions} shows it: the device is `connectionInfo.userAgent`,
 * the address `connectionInfo.ip`, both as of the login or the last rotation.
 */
export type ListedSession = SessionDocument & {
  /** Tells whether it is the session of the request that asks. */
  readonly current: boolean;
};

/** Marks a transaction that was refused since there is no such session. */
const NO_SUCH_SESSION = new Error('There is no such session.');

/**
 * The sessions of all accounts. A session begins at login, and each request is checked against it.
 *
 * @example
 * ```ts
 * import { AccountError, type Accounts, type SessionRequest } from '@latchkey/accounts';
 *
 * // A page that shows users where they are logged in, so that they can end unknown sessions.
 * export async function devices(accounts: Accounts, request: SessionRequest) {
 *   await accounts.handleRequest(request);
 *   if (!request.user) throw new AccountError('InvalidSession', {});
 *   const { edges } = await accounts.sessions.listSessions({ request });
 *   return edges.map(({ node }) => ({ id: node.ulid, here: node.current, ...node.connectionInfo }));
 * }
 * ```
 */
export class Sessions {
  readonly #core: ChangeCore;
  readonly #services: SessionServices;
  readonly #getTokenSecret: SessionsOptions['getTokenSecret'];

  /** @internal */
  constructor(
    { getTokenSecret }: Pick<SessionsOptions, 'getTokenSecret'>,
    core: ChangeCore,
    services: SessionServices,
  ) {
    this.#getTokenSecret = getTokenSecret;
    this.#core = core;
    this.#services = services;
  }

  /** The function that returns the secret of tokens: an option, which cannot be changed later. */
  get getTokenSecret(): SessionsOptions['getTokenSecret'] {
    return this.#getTokenSecret;
  }

  /**
   * Adds hooks, after the existing ones.
   *
   * @example
   * ```ts
   * import type { Accounts } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts) {
   *   accounts.sessions.addHooks((hooks) => {
   *     hooks.onRequest(({ user }) => {
   *       if (user?.accountId === undefined) throw new Error('Members only.');
   *     });
   *   });
   * }
   * ```
   */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    add(this.#services.hooks);
    return this;
  }

  /**
   * Begins a session: one `PutItem`, or one transaction if there are other writes. A session that the
   * request already has, of any account, ends in the same transaction (ASVS 7.2.4), unless an
   * impersonation begins (`actor`).
   *
   * With `maxSessions`, one more `Query` counts the sessions, and one write ends the oldest if there are
   * too many, with the event `RevokeSessionsSuccess`. If either fails, the new session still begins, with
   * the event `RevokeSessionsError`; the next login then ends the surplus.
   *
   * @throws AccountError `InvalidInput`, `SecretTooShort`, `ServiceUnavailable`
   * @example
   * ```ts
   * import type { Accounts, SessionRequest } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, username: string, request: SessionRequest) {
   *   const account = await accounts.findUser({ username });
   *   if (account) await accounts.sessions.begin(account, request);
   * }
   * ```
   */
  begin(
    account: AccountDocument,
    request: SessionRequest,
    options: BeginSessionOptions = {},
  ): Promise<LoginResult> {
    return this.#services.issuer.begin(account, request, options);
  }

  /**
   * Returns the account and session of a request, as `handleRequest` or a login read them; they are not
   * read again. Use a request object for one request only.
   *
   * @throws AccountError `InvalidInput`, also for a request that was frozen in the meantime;
   *   `InvalidSession` for an object that was not passed to `handleRequest` or a login, and for a session
   *   that has expired since.
   * @example
   * ```ts
   * import type { Accounts, SessionRequest } from '@latchkey/accounts';
   *
   * export async function example(accounts: Accounts, request: SessionRequest) {
   *   const verified = await accounts.handleRequest(request);
   *   return accounts.sessions.verifiedSessionOf(verified).session.ulid;
   * }
   * ```
   */
  verifiedSessionOf(request: SessionRequest): VerifiedSession {
    return this.#core.verified.of(request);
  }

  /**
   * Lists the active sessions of an account, newest first: one `Query` that reads little more than the
   * page. Where most of the newest have ended, a second `Query` reads at most 250 more, or the one session
   * that an earlier revocation has left. A page may therefore have fewer sessions than `first`, even none,
   * while `hasNextPage` is true: `endCursor` leads on. One more request with `accountId` or `request`.
   *
   * @param input - `request`: lists the sessions of its own account and marks the `current` one. On the
   *   application's authority: `account`, as returned by `handleRequest` or `findUser`, or `accountId`.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  async listSessions(input: ListSessionsInput): Promise<Connection<ListedSession>> {
    input = readObject(input, '');
    const { first = 25, after = null } = input;
    return withAccountErrors(async () => {
      const { account, actor } = await this.#ownerOf(input);
      const read = cursorChecked(() => readActiveSessions(this.#core, account, { first, after }));
      const [{ edges, pageInfo }] = await Promise.all([read, actor?.assertSessionActive()]);
      const sessionId = actor?.session?.ulid;
      return {
        edges: edges.map(({ node, cursor }) => ({
          node: { ...node, current: node.ulid === sessionId },
          cursor,
        })),
        pageInfo,
      };
    });
  }

  /**
   * Ends one session of an account before it returns: one `UpdateItem`.
   *
   * @param input - `sessionId`: the session's `ulid`; and `request`, for a session of its own account,
   *   or `accountId`, on the application's authority.
   * @returns true if the account has such a session.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`.
   */
  async revokeSession(input: ActingAccount & { readonly sessionId: string }): Promise<boolean> {
    input = readInput(input);
    return this.#revoke(input, async (flow) => {
      const { sessionId: ulid } = input;
      requireUlid(ulid, 'sessionId');
      const { sessionEntity } = this.#core;
      const { accountId, session } = flow.actor;
      const update = { filter: { accountId, ulid }, update: { $set: { valid: false } } } as const;
      if (!session) return (await sessionEntity.updateOne(update)).item !== null;
      return flow.commit(undefined, (change) => {
        if (ulid === session.ulid) {
          const { generation } = change.actor.session ?? session;
          const condition = { valid: true, generation };
          change.writeSession(sessionEntity.updateOneOperation({ ...update, condition }));
        } else {
          change.write(sessionEntity.updateOneOperation(update), () => NO_SUCH_SESSION);
        }
        return () => true;
      });
    }).catch((error: unknown) => {
      if (error === NO_SUCH_SESSION) return false;
      throw error;
    });
  }

  /**
   * Ends every session of an account except that of the request before it returns, and revokes pending
   * tokens and contacts, as {@link revokeAllSessions} does: one transaction.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` if the request's session has ended, and nothing
   *   is changed; `ImpersonatedSession`, `ServiceUnavailable`.
   */
  async revokeOtherSessions(input: { readonly request: SessionRequest }): Promise<void> {
    input = readObject(input, '');
    const { request } = input;
    // As a request even where there is none: no account's sessions end by its id here.
    requireObject(request, 'request');
    await changeAccount(this.#core, { flow: 'RevokeSessions', input: { request } }, (flow) =>
      flow.commit(undefined, (change) => {
        change.revokeOtherSessions().revokePending('contacts', 'tokens');
        return () => undefined;
      }),
    );
  }

  /**
   * Ends every session of an account before it returns, and revokes tokens that were sent and contacts
   * that are not verified yet: one request, however many sessions there are.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  async revokeAllSessions(input: ActingAccount): Promise<void> {
    input = readInput(input);
    await this.#revoke(input, (flow) =>
      flow.commit(undefined, (change) => {
        change.revokeAllSessions();
        change.revokePending('contacts', 'tokens');
        return () => undefined;
      }),
    );
  }

  /**
   * Refuses a request if the last login or reauthentication in its session is too old (ASVS 7.5.1,
   * 7.5.3).
   *
   * @param maxAge - the login must be more recent than this.
   * @throws AccountError `RecentLoginRequired`; `ImpersonatedSession`, since an impersonator cannot
   *   authenticate as the owner; `InvalidSession`; `InvalidConfiguration` for an invalid `maxAge`.
   */
  requireRecentLogin(request: SessionRequest, maxAge: Duration): void {
    this.#services.guards.requireRecentLogin(request, maxAge);
  }

  /**
   * Refuses a request or an account without a permission. For a request, the permissions are those that
   * `handleRequest` has read, so a change takes effect with the next request (ASVS 8.3.2).
   *
   * @param subject - a request that `handleRequest` accepted, or an account.
   * @returns the account.
   * @throws AccountError `PermissionDenied`, `InvalidSession`, `InvalidInput`
   */
  requirePermission(
    subject: SessionRequest | AccountDocument,
    permission: string,
  ): AccountDocument {
    return this.#services.guards.requirePermission(subject, permission);
  }

  /** Runs a flow, and afterwards updates the request if its own session has ended. */
  async #revoke<T>(input: ActingAccount, run: (flow: Flow) => Promise<T>): Promise<T> {
    const { request } = (input as ActingAccount | null | undefined) ?? {};
    const own = request && this.#core.verified.find(request)?.session.ulid;
    const { sessionId } = (input as { readonly sessionId?: string } | null | undefined) ?? {};
    const result = await changeAccount(this.#core, { flow: 'RevokeSessions', input }, run);
    if (request && (sessionId === undefined || sessionId === own)) {
      await this.#core.verified.destroy(request);
    }
    return result;
  }

  async #ownerOf(
    input: ListSessionsInput,
  ): Promise<{ readonly account: AccountDocument; readonly actor?: Actor }> {
    if (input.account !== undefined) {
      requireObject(input.account, 'account');
      return { account: input.account };
    }
    const actor = Actor.of(this.#core, input);
    const { accountId, request } = actor;
    if (request) return { account: this.#core.verified.of(request).account, actor };
    const { item } = await this.#core.accounts.findOne({ filter: { accountId }, consistent: true });
    if (!item) throw new AccountError('UserNotFound', {});
    return { account: item };
  }
}
