import ms from 'ms';
import { AccountError } from '../errors/AccountError.js';

/** A unit of time as `ms` reads it: weeks, days, hours, minutes, seconds, milliseconds. */
export type DurationUnit = 'w' | 'd' | 'h' | 'm' | 's' | 'ms';

/** A length of time: `'7d'`, `'15 m'`, or a number of milliseconds. */
export type Duration = number | `${number}${DurationUnit}` | `${number} ${DurationUnit}`;

// RFC 6265bis §5.5 lets browsers cut cookies at 400 days; nothing that logs in should outlive that.
export const MAX_DURATION_MS: number = 400 * 24 * 60 * 60 * 1000;
const NUMBER_WITHOUT_UNIT = /^[\d.\s-]*$/;

/**
 * Reads a length of time and gives whole milliseconds.
 *
 * @param value - A string with a unit, or a number of milliseconds; at least 1 ms, at most 400 days.
 * @param path - The name that the error gives to the option.
 * @param bounds - `minMs` and `maxMs`, where others than these hold.
 * @throws AccountError `InvalidConfiguration` for anything else, a number in a string included:
 *   who writes `'3600'` means seconds, and would get 3.6 of them.
 */
export function parseDuration(
  value: Duration,
  path: string,
  { minMs = 1, maxMs = MAX_DURATION_MS }: { readonly minMs?: number; readonly maxMs?: number } = {},
): number {
  const durationMs = Math.round(toMilliseconds(value));
  if (durationMs >= minMs && durationMs <= maxMs) return durationMs;
  const longest = maxMs === MAX_DURATION_MS ? '400 days' : `${maxMs / 1000} seconds`;
  throw new AccountError('InvalidConfiguration', {
    path,
    reason: `Use a number of milliseconds or a string with a unit, such as '7d', up to ${longest}.`,
  });
}

function toMilliseconds(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || NUMBER_WITHOUT_UNIT.test(value)) return NaN;
  // Gives undefined for a string that it cannot read, which its types do not say.
  const parsed: unknown = ms(value as ms.StringValue);
  return typeof parsed === 'number' ? parsed : NaN;
}
