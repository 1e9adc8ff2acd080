import { AccountError } from '../errors/AccountError.js';
import type { AuthTokensOptions } from '../tokens/AuthTokens.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/** Action to take when a session's token comes from another client than before. */
export type ConnectionChangeAction =
  /** Nothing. */
  | 'ignore'
  /** The token is replaced, and the new client is the one that is known from then on. */
  | 'rotate'
  /** The session ends. */
  | 'revoke';

/** How sessions are signed, how long they last, and what ends them. */
export interface SessionsOptions extends Pick<
  AuthTokensOptions<SessionRequest>,
  'getTokenSecret' | 'audience'
> {
  /** Maximum lifetime of a session, regardless of activity (default: `'7d'`; at most 400 days). */
  readonly tokenDuration?: Duration;
  /** Maximum lifetime of a session with `rememberMe` (default: `'30d'`; at most 400 days). */
  readonly rememberMeDuration?: Duration;
  /**
   * Inactivity after which a session without `rememberMe` ends (default: never; at most 400 days).
   * The time of last activity is written at most once in a tenth of this time.
   */
  readonly idleTimeout?: Duration;
  /** When tokens are replaced by new ones. */
  readonly rotation?: {
    /**
     * Age at which `handleRequest` replaces a token (default: never; `refreshTokens` always does).
     * The application must then pass `request.authToken` to the client whenever it has changed: see
     * the hook `onRefreshTokens`. At least `grace`.
     */
    readonly after?: Duration;
    /**
     * How long the previous token stays valid, for parallel requests and for clients that lost the
     * response with the new one (default: `'30s'`; 0 to 300 seconds). After that, using it ends the
     * session, because it or its successor was stolen (RFC 9700 §4.14.2).
     */
    readonly grace?: Duration;
  };
  /**
   * Extends sessions that are in use, when their token is replaced: with `rotation.after`, which this
   * option requires, by `refreshTokens` and by `reauthenticate`. It costs no write of its own (default: the
   * end of a session stays as it was at the login). The end that somebody has asked for stays, too:
   * `sessionLength`, `expiredTime`, `expiresAt`, `durationMs`; so does that of an impersonation.
   */
  readonly extend?: {
    /** How long a session lasts from the use on that has replaced its token; longer than `rotation.after`. */
    readonly by: Duration;
    /**
     * How long a session lasts at most from its start, however much it is used. At least `tokenDuration` and
     * `rememberMeDuration`; at most 400 days.
     */
    readonly atMost: Duration;
  };
  /**
   * Maximum number of sessions of an account, 1 to 1000; the oldest are ended (default: no limit).
   */
  readonly maxSessions?: number;
  /**
   * Action to take when the client's address or `User-Agent` differs from the one at the login, or
   * at the last rotation (default: `'ignore'`, since phones change their address often, and
   * browsers change their `User-Agent` with every update).
   */
  readonly onConnectionChange?:
    | ConnectionChangeAction
    | { readonly ip?: ConnectionChangeAction; readonly userAgent?: ConnectionChangeAction };
  /** Rules for impersonation. */
  readonly impersonation?: {
    /** The permission that the impersonator needs (default: `'impersonate'`). */
    readonly permission?: string;
    /** Lifetime of an impersonation session (default: `'1h'`; at most 400 days). */
    readonly duration?: Duration;
  };
}

/** {@link SessionsOptions} as the sessions work with them; times in milliseconds. */
export interface SessionPolicy {
  readonly durationMs: number;
  readonly rememberMeDurationMs: number;
  /** Undefined where sessions keep their end. */
  readonly extend: { readonly byMs: number; readonly atMostMs: number } | undefined;
  readonly idleTimeoutMs: number | undefined;
  readonly rotateAfterMs: number | undefined;
  /** Tells whether `handleRequest` replaces tokens for any reason. */
  readonly rotates: boolean;
  readonly graceMs: number;
  readonly maxSessions: number;
  readonly onIpChange: ConnectionChangeAction;
  readonly onUserAgentChange: ConnectionChangeAction;
  readonly impersonationPermission: string;
  readonly impersonationDurationMs: number;
}

const MAX_GRACE_MS = 300_000;
const MAX_SESSIONS = 1000;
const ACTIONS: readonly unknown[] = ['ignore', 'rotate', 'revoke'];

/**
 * Reads how sessions are to be treated.
 *
 * @throws AccountError `InvalidConfiguration` with the option's path.
 */
export function definePolicy(options: SessionsOptions): SessionPolicy {
  const { tokenDuration = '7d', rememberMeDuration = '30d', idleTimeout, rotation } = options;
  const { impersonation = {} } = options;
  const { duration = '1h' } = impersonation;
  const { grace = '30s', after } = rotation ?? {};
  const graceMs = parseDuration(grace, 'sessions.rotation.grace', {
    minMs: 0,
    maxMs: MAX_GRACE_MS,
  });
  const rotateAfterMs =
    after === undefined ? undefined : parseDuration(after, 'sessions.rotation.after');
  if (rotateAfterMs !== undefined && rotateAfterMs < graceMs) {
    // A token would be two rotations old, and pass for a stolen one, within its grace.
    throw misconfigured('rotation.after', 'It must not be shorter than rotation.grace.');
  }
  const onChange = parseConnectionChange(options.onConnectionChange);
  const durationMs = parseDuration(tokenDuration, 'sessions.tokenDuration');
  const rememberMeDurationMs = parseDuration(rememberMeDuration, 'sessions.rememberMeDuration');
  const longestMs = Math.max(durationMs, rememberMeDurationMs);
  return {
    durationMs,
    rememberMeDurationMs,
    extend: parseExtension(options.extend, { rotateAfterMs, longestMs }),
    idleTimeoutMs:
      idleTimeout === undefined ? undefined : parseDuration(idleTimeout, 'sessions.idleTimeout'),
    rotateAfterMs,
    graceMs,
    maxSessions: parseMaximum(options.maxSessions),
    ...onChange,
    rotates: rotateAfterMs !== undefined || Object.values(onChange).includes('rotate'),
    impersonationPermission: parsePermission(impersonation.permission),
    impersonationDurationMs: parseDuration(duration, 'sessions.impersonation.duration'),
  };
}

function parseExtension(
  extend: SessionsOptions['extend'],
  {
    rotateAfterMs,
    longestMs,
  }: { readonly rotateAfterMs: number | undefined; readonly longestMs: number },
): SessionPolicy['extend'] {
  if (extend === undefined) return undefined;
  const byMs = parseDuration(extend.by, 'sessions.extend.by');
  const atMostMs = parseDuration(extend.atMost, 'sessions.extend.atMost');
  if (rotateAfterMs === undefined) {
    throw misconfigured('extend', 'Set rotation.after as well, when tokens are replaced.');
  }
  if (byMs <= rotateAfterMs) {
    // The session would end before its token is replaced.
    throw misconfigured('extend.by', 'It must be longer than rotation.after.');
  }
  if (atMostMs < longestMs) {
    const reason = 'It must not be shorter than tokenDuration and rememberMeDuration.';
    throw misconfigured('extend.atMost', reason);
  }
  return { byMs, atMostMs };
}

function parseMaximum(maxSessions = Infinity): number {
  if (maxSessions === Infinity) return maxSessions;
  if (Number.isInteger(maxSessions) && maxSessions >= 1 && maxSessions <= MAX_SESSIONS) {
    return maxSessions;
  }
  throw misconfigured('maxSessions', `It must be a whole number from 1 to ${MAX_SESSIONS}.`);
}

function parseConnectionChange(
  option: SessionsOptions['onConnectionChange'] = 'ignore',
): Pick<SessionPolicy, 'onIpChange' | 'onUserAgentChange'> {
  const { ip = 'ignore', userAgent = 'ignore' } =
    typeof option === 'string' ? { ip: option, userAgent: option } : option;
  if (ACTIONS.includes(ip) && ACTIONS.includes(userAgent)) {
    return { onIpChange: ip, onUserAgentChange: userAgent };
  }
  throw misconfigured('onConnectionChange', "It must be 'ignore', 'rotate' or 'revoke'.");
}

function parsePermission(permission: unknown = 'impersonate'): string {
  if (typeof permission === 'string' && permission !== '') return permission;
  throw misconfigured('impersonation.permission', 'It must be a non-empty string.');
}

function misconfigured(option: string, reason: string): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path: `sessions.${option}`, reason });
}
