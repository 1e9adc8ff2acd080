const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;

/**
 * A ULID that comes after another in order, whatever the clocks said that made them: the new one, or
 * the same with a time of one millisecond after the other's.
 */
export function ulidAfter(before: string | undefined, fresh: string): string {
  if (before === undefined || fresh > before) return fresh;
  return nextTime(before.slice(0, TIME_LENGTH)) + fresh.slice(TIME_LENGTH);
}

/** Counts a time up by one, in the digits of Crockford's base32. */
function nextTime(time: string): string {
  const rest = time.slice(0, -1);
  const digit = DIGITS.indexOf(time.slice(-1)) + 1;
  return digit < DIGITS.length ? rest + DIGITS.charAt(digit) : `${nextTime(rest)}0`;
}
