import { AccountError } from '../errors/AccountError.js';
import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from './PasswordPolicy.js';

/** The place of a password in the caller's input, and the lengths that it may have. */
export interface ParsePasswordOptions {
  /** The name that errors give to the input. Default `password`. */
  readonly path?: string;
  /** Allowed lengths in code points. Default 8 to 1000. */
  readonly policy?: PasswordPolicy;
}

// The most UTF-16 units that become one code point under NFC (U+1F82, decomposed).
const MAX_UNITS_PER_CODE_POINT = 4;

/**
 * Validates the form of a new password and returns its composed form (NFC). Any well-formed characters
 * are allowed (ASVS 6.2.5); the length is counted in code points (NIST SP 800-63B-4 §3.1.1.2).
 *
 * @param value - The input, of any type.
 * @param options - `path`: default `password`. `policy`: default 8 to 1000 code points.
 * @throws AccountError `InvalidInput` (`notAString`, `notWellFormed`), `PasswordTooShort`,
 *   `PasswordTooLong`.
 */
export function parsePassword(value: unknown, options: ParsePasswordOptions = {}): string {
  const { path = 'password', policy = DEFAULT_PASSWORD_POLICY } = options;
  const { minLength, maxLength } = policy;
  const raw = requireString(value, path);
  // Before normalising, so that a megabyte costs nothing (ASVS 1.3.12).
  if (raw.length > maxLength * MAX_UNITS_PER_CODE_POINT) {
    throw new AccountError('PasswordTooLong', { path, maxLength });
  }
  if (!raw.isWellFormed()) {
    throw new AccountError('InvalidInput', { path, reason: 'notWellFormed' });
  }
  const password = raw.normalize('NFC');
  const codePoints = Array.from(password).length;
  if (codePoints < minLength) throw new AccountError('PasswordTooShort', { path, minLength });
  if (codePoints > maxLength) throw new AccountError('PasswordTooLong', { path, maxLength });
  return password;
}

/**
 * Validates the form of a password at login: only that it is a string that sign-up could have accepted.
 * The hasher refuses everything else, in the same time as a wrong password.
 *
 * @param value - The input, of any type.
 * @param options - As for {@link parsePassword}; of the policy, only `maxLength` is used.
 * @throws AccountError `InvalidInput` (`notAString`, `tooLong`).
 */
export function parseLoginPassword(value: unknown, options: ParsePasswordOptions = {}): string {
  const { path = 'password', policy = DEFAULT_PASSWORD_POLICY } = options;
  const password = requireString(value, path);
  if (password.length > policy.maxLength * MAX_UNITS_PER_CODE_POINT) {
    throw new AccountError('InvalidInput', { path, reason: 'tooLong' });
  }
  return password;
}

function requireString(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new AccountError('InvalidInput', { path, reason: 'notAString' });
}
