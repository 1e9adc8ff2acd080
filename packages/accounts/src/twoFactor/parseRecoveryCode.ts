import { RECOVERY_CODE_ALPHABET, RECOVERY_CODE_SECRET_LENGTH } from './createRecoveryCodes.js';

/** A recovery code in the one form that is hashed. */
export interface RecoveryCode {
  /** The code's number in its set, 0 to 9. */
  readonly index: number;
  /** 16 characters, the number included, without dashes. */
  readonly code: string;
}

// Before anything else, so that a megabyte costs nothing (ASVS 1.3.12).
const MAX_INPUT_LENGTH = 100;
// Editors and phones turn the dash into other ones.
const SEPARATORS = /[\s\p{Pd}\u2212]+/gu;
const CODE = new RegExp(`^[0-9][${RECOVERY_CODE_ALPHABET}]{${RECOVERY_CODE_SECRET_LENGTH}}$`);

/**
 * Parses a recovery code as people type it: in upper or lower case, with any spaces and dashes, and with
 * the letters that Crockford's base32 leaves out (O for 0, I and L for 1).
 *
 * @param value - The input, of any type.
 * @returns null for anything that is not a code.
 */
export function parseRecoveryCode(value: unknown): RecoveryCode | null {
  if (typeof value !== 'string' || value.length > MAX_INPUT_LENGTH) return null;
  const code = value
    .replace(SEPARATORS, '')
    // Not toUpperCase alone: that would also make letters of other alphabets fit.
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return CODE.test(code) ? { index: Number(code.charAt(0)), code } : null;
}
