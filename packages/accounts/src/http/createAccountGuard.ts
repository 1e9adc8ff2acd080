import type { AccountFields } from '@latchkey/schema';
import * as z from 'zod';
import type { Accounts } from '../accounts/Accounts.js';
import type { VerifiedSession } from '../core/VerifiedRequests.js';
import type { Guard } from '../guard/Guard.js';
import { assertKinds, method } from '../guard/optionKinds.js';
import type { AccountWith, NoFields } from '../guard/OwnFields.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { Duration } from '../tokens/parseDuration.js';
import { AuthCookies } from './AuthCookies.js';
import { Exchange } from './Exchange.js';
import { problemResponse } from './HttpError.js';
import { httpOptions, httpSettings, type HttpOptions } from './HttpOptions.js';
import type { Connection, RequestHead } from './RequestHead.js';
import { reporter, type OnError } from './reporter.js';
import { secondsLeft } from './secondsLeft.js';

/** Requirements for a request, in addition to a session. */
export interface AccountRequirements {
  /** A permission that the account must have, or several, all of them. */
  readonly permission?: string | readonly string[];
  /** How long ago the owner may have proven who they are: less than this. */
  readonly recentLogin?: Duration;
}

/** Options of {@link createAccountGuard}. */
export interface AccountGuardOptions extends HttpOptions, AccountRequirements {
  /**
   * Told of errors that the client cannot be blamed for, and that it sees nothing of (default:
   * `console.error`).
   */
  readonly onError?: OnError;
}

/** Headers, in order; `Set-Cookie` may be there several times. */
export type HeaderList = [name: string, value: string][];

/** A request that was let through. */
export interface AuthenticatedRequest<F extends AccountFields = NoFields> {
  readonly account: AccountWith<F>;
  readonly session: VerifiedSession['session'];
  /** For further calls of `Accounts` in the account's name. */
  readonly request: SessionRequest;
  /** For the response: a rotated token, if there is one. */
  readonly headers: HeaderList;
}

/** A request that was refused: the response to it. */
export interface RefusedRequest {
  readonly status: number;
  readonly body: string;
  readonly headers: HeaderList;
}

/** Result of a guard. */
export type GuardResult<F extends AccountFields = NoFields> =
  | { readonly authenticated: AuthenticatedRequest<F>; readonly refused?: undefined }
  | { readonly authenticated?: undefined; readonly refused: RefusedRequest };

/** Checks whose request it is: one request to DynamoDB. Never throws. */
export type AccountGuard<F extends AccountFields = NoFields> = (
  head: RequestHead,
  connection?: Connection,
) => Promise<GuardResult<F>>;

const permission = z.string('It must be a permission, or a list of permissions.');

const guardKinds = {
  ...httpOptions,
  permission: z.union([permission, z.array(permission)]).optional(),
  recentLogin: z.unknown().optional(),
  onError: method.optional(),
};

/**
 * Guards an application's own routes: lets requests through that have a session, and, with cookies, that
 * no other site's page has made.
 *
 * @param guard - a `Guard`, or the `Accounts` themselves.
 * @throws AccountError `InvalidConfiguration` for an option that cannot be used.
 *
 * @example
 * ```ts
 * import type { Guard } from '@latchkey/accounts/guard';
 * import { createAccountGuard } from '@latchkey/accounts/http';
 *
 * export function ordersOf(guard: Guard) {
 *   const check = createAccountGuard(guard, { permission: 'orders' });
 *   return async (request: Request): Promise<Response> => {
 *     const { authenticated, refused } = await check(request);
 *     if (refused) return new Response(refused.body, refused);
 *     return Response.json({ owner: authenticated.account.accountId });
 *   };
 * }
 * ```
 */
export function createAccountGuard<F extends AccountFields = NoFields>(
  guard: Accounts<F> | Guard<F>,
  options: AccountGuardOptions = {},
): AccountGuard<F> {
  assertKinds(guardKinds, options);
  const settings = httpSettings(options);
  const cookies = new AuthCookies(settings.cookies, guard.appId);
  const report = reporter(options.onError);
  return async (head, connection = {}) => {
    let headers = (_isRefused: boolean): HeaderList => [];
    try {
      const exchange = new Exchange(head, connection, settings, cookies);
      const { request } = exchange;
      headers = (isRefused) =>
        exchange.sessionHeaders(() => secondsLeft(sessionOf(guard, request)), isRefused);
      await guard.handleRequest(request);
      exchange.requireToken();
      const { account, session } = sessionOf(guard, request);
      assertRequirements(guard, request, options);
      const found = {
        account: account as AccountWith<F>,
        session,
        request,
        headers: headers(false),
      };
      return { authenticated: found };
    } catch (error) {
      report(error);
      const refused = problemResponse(error);
      return { refused: { ...refused, headers: [...refused.headers, ...headers(true)] } };
    }
  };
}

/** @throws AccountError `InvalidSession` */
function sessionOf<F extends AccountFields>(
  guard: Accounts<F> | Guard<F>,
  request: SessionRequest,
): VerifiedSession {
  return guardsOf(guard).verifiedSessionOf(request);
}

/** @throws AccountError `PermissionDenied`, `RecentLoginRequired`, `ImpersonatedSession` */
function assertRequirements<F extends AccountFields>(
  guard: Accounts<F> | Guard<F>,
  request: SessionRequest,
  { permission = [], recentLogin }: AccountRequirements,
): void {
  const guards = guardsOf(guard);
  for (const each of [permission].flat()) guards.requirePermission(request, each);
  if (recentLogin !== undefined) guards.requireRecentLogin(request, recentLogin);
}

function guardsOf<F extends AccountFields>(
  guard: Accounts<F> | Guard<F>,
): Pick<Guard, 'requirePermission' | 'requireRecentLogin' | 'verifiedSessionOf'> {
  return 'sessions' in guard ? guard.sessions : guard;
}
