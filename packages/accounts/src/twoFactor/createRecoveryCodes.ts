import { randomBytes } from 'node:crypto';

/** Number of codes of an account; the first character of each is its number, 0 to 9. */
const RECOVERY_CODE_COUNT = 10;

/** Crockford's base32: digits and capitals without I, L, O and U. */
export const RECOVERY_CODE_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Characters behind the number, 5 random bits each. */
export const RECOVERY_CODE_SECRET_LENGTH = 15;

const GROUP = /.{4}(?=.)/g;

/**
 * Creates a set of recovery codes, such as `3K7M-Q2ZD-9XWA-HT51`. The first character is the code's
 * number in the set, and not secret: with it, a check compares one slow hash instead of ten. The other 15
 * characters are 75 random bits (NIST SP 800-63B-4 §4.2.1.1 requires 64).
 *
 * @returns 10 codes in the order of their numbers. Only hashes of what `parseRecoveryCode` returns for
 *   them are stored.
 */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: RECOVERY_CODE_COUNT }, (_, index) =>
    `${index}${randomCharacters()}`.replace(GROUP, '$&-'),
  );
}

function randomCharacters(): string {
  // A byte modulo 32 is unbiased, because 256 is a multiple of 32.
  return Array.from(randomBytes(RECOVERY_CODE_SECRET_LENGTH), (byte) =>
    RECOVERY_CODE_ALPHABET.charAt(byte % RECOVERY_CODE_ALPHABET.length),
  ).join('');
}
