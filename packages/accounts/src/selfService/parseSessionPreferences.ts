import type { SessionPolicy } from '../core/sessionPolicy.js';
import * as z from 'zod';
import { AccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { LoginSessionOptions } from '../login/completeLogin.js';
import { MAX_DURATION_MS } from '../tokens/parseDuration.js';
import { parseRememberMe } from './parseRememberMe.js';
import type { SessionPreferences } from './selfServiceInputs.js';

const HOUR_MS = 60 * 60 * 1000;
const DEFAULT_HOURS = 24;
/** Five minutes to a year. */
const MIN_HOURS = 0.084;
const MAX_HOURS = 8760;

const dateTime = z.iso.datetime({ offset: true });

/**
 * Reads what somebody asks of their session. The application's options are the upper bound, and its
 * `idleTimeout` holds whatever is asked.
 *
 * @throws AccountError `RememberMeValueNotValid`, `SessionLengthMustBeNumber`,
 *   `SessionLengthTooShort`, `SessionLengthTooLong`, `ExpiredTimeNotValid`
 */
export function parseSessionPreferences(
  wishes: { readonly [W in keyof SessionPreferences]?: unknown },
  now: Date,
  { durationMs, rememberMeDurationMs }: Pick<SessionPolicy, 'durationMs' | 'rememberMeDurationMs'>,
): LoginSessionOptions {
  const { sessionLength, expiredTime } = wishes;
  const rememberMe = parseRememberMe(wishes.rememberMe);
  const maxMs = rememberMe === 'local' ? rememberMeDurationMs : durationMs;
  if (expiredTime !== undefined && sessionLength !== undefined) {
    throw expiredTimeNotValid('besideSessionLength');
  }
  if (expiredTime === undefined) {
    return {
      durationMs: Math.min(parseSessionLength(sessionLength), maxMs),
      // Nobody has asked for the default: use extends it, where `sessions.extend` says so.
      ...(sessionLength === undefined && { fixedEnd: false }),
    };
  }
  const endMs = parseExpiredTime(expiredTime, now).getTime();
  return { expiresAt: new Date(Math.min(endMs, now.getTime() + maxMs)) };
}

function parseSessionLength(hours: unknown = DEFAULT_HOURS): number {
  if (typeof hours !== 'number' || Number.isNaN(hours)) {
    throw selfServiceError('SessionLengthMustBeNumber', {});
  }
  if (hours < MIN_HOURS) throw selfServiceError('SessionLengthTooShort', { minLen: MIN_HOURS });
  if (hours > MAX_HOURS) throw selfServiceError('SessionLengthTooLong', { maxLen: MAX_HOURS });
  return Math.round(hours * HOUR_MS);
}

function parseExpiredTime(value: unknown, now: Date): Date {
  const time = value instanceof Date ? value : new Date(dateTime.safeParse(value).data ?? NaN);
  const remainingMs = time.getTime() - now.getTime();
  if (Number.isNaN(remainingMs)) throw expiredTimeNotValid('notADateTime');
  if (remainingMs <= 0) throw expiredTimeNotValid('past');
  if (remainingMs > MAX_DURATION_MS) throw expiredTimeNotValid('tooFar');
  return time;
}

function expiredTimeNotValid(
  reason: AccountError<'ExpiredTimeNotValid'>['details']['reason'],
): AccountError<'ExpiredTimeNotValid'> {
  return selfServiceError('ExpiredTimeNotValid', { reason });
}
