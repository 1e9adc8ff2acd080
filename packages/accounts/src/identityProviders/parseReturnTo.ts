import { AccountError } from '../errors/AccountError.js';

/** Lengths that a path to return to may have, in characters. */
export const RETURN_TO_LENGTHS = { minLength: 1, maxLength: 1000 } as const;
/** Stands for the application's own origin. */
const OWN_ORIGIN = 'https://own.invalid';
/** A slash, and then neither of the characters by which browsers would read a host. */
const PATH = /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/;

/**
 * Checks where a browser goes after a sign-in: a path of the application's own, never another site
 * (RFC 9700 §4.11.1).
 *
 * @param value - a path with an optional query and fragment, up to 1000 visible ASCII characters without
 *   a backslash; undefined for none.
 * @throws AccountError `InvalidInput` with the path `returnTo` and reason `notAnOwnPath`.
 */
export function parseReturnTo(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (
    typeof value === 'string' &&
    value.length <= RETURN_TO_LENGTHS.maxLength &&
    PATH.test(value)
  ) {
    const { origin, pathname, search, hash } = new URL(value, OWN_ORIGIN);
    const resolved = pathname + search + hash;
    // Dot segments may have left two slashes at the beginning.
    if (origin === OWN_ORIGIN && PATH.test(resolved)) return resolved;
  }
  throw new AccountError('InvalidInput', { path: 'returnTo', reason: 'notAnOwnPath' });
}
