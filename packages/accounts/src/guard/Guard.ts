import type { AccountFields } from '@latchkey/schema';
import type { VerifiedSession } from '../core/VerifiedRequests.js';
import type { AccountEventListener, AccountEventName } from '../events/accountEvents.js';
import type { Events } from '../events/Events.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import {
  createRequestServices,
  createSessionsContext,
  type RequestServices,
} from '../sessions/RequestServices.js';
import type { SessionHookRegistry } from '../sessions/SessionHooks.js';
import type { Duration } from '../tokens/parseDuration.js';
import { createRequestSetup, type GuardOptions } from './createRequestSetup.js';
import { defineAccount } from './defineAccount.js';
import { keepGuardTable } from './guardTable.js';
import { assertKinds, guardOptions } from './optionKinds.js';
import type { NoFields, RequestWith } from './OwnFields.js';

/**
 * Checks requests against the sessions that an `Accounts` has begun, with a fraction of its code: for
 * functions that nobody logs in to. A logout, a deactivation or a new password holds for the next
 * request, as with `Accounts.handleRequest`.
 *
 * Give it the same `table`, `appId`, `sessions`, `trustedProxies`, `validFrom` and `accountFields` as the
 * `Accounts`: a token that one takes is then taken by the other. In one process with `accountFields`, give each a
 * `Table` of its own, since a table takes one definition of the account.
 *
 * @example
 * ```ts
 * import { Guard } from '@latchkey/accounts/guard';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * const guard = new Guard({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 * });
 *
 * export async function deleteOrder(authToken: string, requestIp: string) {
 *   const request = { authToken, requestIp, userAgent: null, onCallDestroySession: null };
 *   await guard.handleRequest(request); // or throws, with 401 as its status
 *   return guard.requirePermission(request, 'orders').accountId; // or throws PermissionDenied
 * }
 * ```
 */
export class Guard<F extends AccountFields = NoFields> {
  /** Which application of several this is for. */
  readonly appId: string | undefined;
  readonly #events: Events;
  readonly #services: RequestServices;
  readonly #verifiedSessionOf: (request: SessionRequest) => VerifiedSession;

  /** @throws AccountError `InvalidConfiguration` for an option that cannot be used. */
  constructor(options: GuardOptions<F>) {
    assertKinds(guardOptions, options);
    const { appId, core, sessions } = createRequestSetup(options);
    const account = defineAccount(options.accountFields);
    const accounts = core.table.entity(options.listing?.define(account).account ?? account);
    this.appId = appId;
    this.#events = core.events;
    this.#services = createRequestServices(createSessionsContext(sessions, { ...core, accounts }));
    this.#verifiedSessionOf = (request) => core.verified.of(request);
    keepGuardTable(this, core.table);
  }

  /**
   * Finds out whose request it is, and sets `request.user`: one strongly consistent `BatchGetItem`
   * of account and session. It does what `Accounts.handleRequest` does, rotation included: after
   * one, `request.authToken` is the new token, for the client.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `ServiceUnavailable`, which says nothing of the session; `Vetoed` by a hook;
   *   `InvalidInput`, also for a frozen object, on which nothing can be put; `SecretTooShort`.
   */
  handleRequest<R extends SessionRequest>(request: R): Promise<RequestWith<R, F>> {
    return this.#services.authenticator.handleRequest(request) as Promise<RequestWith<R, F>>;
  }

  /**
   * Refuses who does not have a permission, by the account as `handleRequest` has just read it.
   *
   * @param subject - a request that `handleRequest` has let through, or an account.
   * @returns the account.
   * @throws AccountError `PermissionDenied`, `InvalidSession`, `InvalidInput`
   */
  requirePermission(
    subject: SessionRequest | AccountDocument,
    permission: string,
  ): AccountDocument {
    return this.#services.guards.requirePermission(subject, permission);
  }

  /**
   * Refuses a request whose session's owner has not proven who they are for a while, by a login or
   * by `Accounts.reauthenticate`.
   *
   * @param maxAge - how long ago it may have been: less than this.
   * @throws AccountError `RecentLoginRequired`; `ImpersonatedSession`, since who acts for others
   *   cannot prove to be them; `InvalidSession`; `InvalidConfiguration` for the age.
   */
  requireRecentLogin(request: SessionRequest, maxAge: Duration): void {
    this.#services.guards.requireRecentLogin(request, maxAge);
  }

  /**
   * Returns the account and session of a request, as they were read when the session was put on the
   * request.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` unless `handleRequest` has put a session on
   *   this very object that has not expired since.
   */
  verifiedSessionOf(request: SessionRequest): VerifiedSession {
    return this.#verifiedSessionOf(request);
  }

  /** Adds hooks to what sessions do, after those that are there. */
  addHooks(add: (hooks: SessionHookRegistry) => void): this {
    add(this.#services.hooks);
    return this;
  }

  /**
   * Adds a listener to what happens here: `ResumeSession…`, `RefreshTokensSuccess`, `AccessDenied` and
   * `TokenReuseDetected` of docs/events.md. What it throws changes nothing.
   *
   * @param name - an event of docs/events.md, or `*` for all.
   * @returns a function that removes the listener.
   * @example
   * ```ts
   * import type { Guard } from '@latchkey/accounts/guard';
   *
   * export async function example(guard: Guard) {
   *   guard.on('TokenReuseDetected', ({ accountId }) => {
   *     console.log('A token was used twice:', accountId);
   *   });
   * }
   * ```
   */
  on(name: AccountEventName | '*', listener: AccountEventListener): () => void {
    return this.#events.on(name, listener);
  }
}
