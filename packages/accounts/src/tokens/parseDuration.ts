import ms from 'ms';
import { AccountError } from '../errors/AccountError.js';

/** A unit of time as `ms` reads it: weeks, days, hours, minutes, seconds, milliseconds. */
export type DurationUnit = 'w' | 'd' | 'h' | 'm' | 's' | 'ms';

/** A length of time: `'7d'`, `'15 m'`, or a number of milliseconds. */
export type Duration = number | `${number}${DurationUnit}` | `${number} ${DurationUnit}`;

// RFC 6265bis §5.5 lets browsers cut cookies at 400 days; nothing that logs in should outlive that.
const MAX_DURATION_MS = 400 * 24 * 60 * 60 * 1000;
const NUMBER_WITHOUT_UNIT = /^[\d.\s-]*$/;

/**
 * Reads a length of time and gives whole milliseconds.
 *
 * @param value - A string with a unit, or a number of milliseconds; at least 1 ms, at most 400 days.
 * @param path - The name that the error gives to the option.
 * @throws AccountError `InvalidConfiguration` for anything else, a number in a string included:
 *   who writes `'3600'` means seconds, and would get 3.6 of them.
 */
export function parseDuration(value: Duration, path: string): number {
  const durationMs = Math.round(toMilliseconds(value));
  if (durationMs >= 1 && durationMs <= MAX_DURATION_MS) return durationMs;
  throw new AccountError('InvalidConfiguration', {
    path,
    reason: "Use a number of milliseconds or a string with a unit, such as '7d', up to 400 days.",
  });
}

function toMilliseconds(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || NUMBER_WITHOUT_UNIT.test(value)) return NaN;
  // Gives undefined for a string that it cannot read, which its types do not say.
  const parsed: unknown = ms(value as ms.StringValue);
  return typeof parsed === 'number' ? parsed : NaN;
}
