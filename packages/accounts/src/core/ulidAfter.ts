const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const RANDOM_LENGTH = 16;

/**
 * A ULID that comes after another in order, whatever the clocks said that made them: the new one, or
 * the same with a time of one millisecond after the other's.
 */
export function ulidAfter(before: string | undefined, fresh: string): string {
  if (before === undefined || fresh > before) return fresh;
  return atTime(timeOf(before) + 1, fresh);
}

/** A ULID with the time of another, moved on by some milliseconds: a negative number moves it back. */
export function movedOn(ulid: string, byMs: number): string {
  return atTime(Math.max(0, timeOf(ulid) + byMs), ulid);
}

/** The least ULID of the same millisecond. */
export function floorOf(ulid: string): string {
  return ulid.slice(0, TIME_LENGTH) + '0'.repeat(RANDOM_LENGTH);
}

/** The time of a ULID, in milliseconds since 1970: ten digits of Crockford's base32. */
function timeOf(ulid: string): number {
  return [...ulid.slice(0, TIME_LENGTH)].reduce(
    (time, digit) => time * DIGITS.length + DIGITS.indexOf(digit),
    0,
  );
}

function atTime(time: number, ulid: string): string {
  let digits = '';
  for (let rest = time; digits.length < TIME_LENGTH; rest = Math.floor(rest / DIGITS.length)) {
    digits = DIGITS.charAt(rest % DIGITS.length) + digits;
  }
  return digits + ulid.slice(TIME_LENGTH);
}
