import { PasswordFilter } from './PasswordFilter.js';

/** A list of common passwords, which nobody may choose. */
export interface CommonPasswords {
  /** Tells whether a password is on the list. */
  isCommon(password: string): Promise<boolean>;
}

/** The minimum length of the default policy, and that from which on the built-in list has every word. */
const COVERED_LENGTH = 8;
const COVERED_FROM = 11;

/**
 * The list that is built in: the 3000 most common passwords of at least n characters (ASVS 6.2.4),
 * where n is 8, or 11 or more. `@latchkey/accounts/common-passwords` has those for every n from 6 on.
 *
 * It is loaded by the first new password: a process that sees none, as most on Lambda, does without. It
 * refuses one good password in 16 384 by mistake.
 */
export const BUILT_IN_COMMON_PASSWORDS: CommonPasswords = new PasswordFilter(async () => {
  const { COMMON_PASSWORD_FILTER } = await import('./commonPasswordFilter.js');
  return COMMON_PASSWORD_FILTER;
});

/** Tells whether the built-in list has the 3000 most common of those that a policy lets through. */
export function isCoveredByBuiltIn(minLength: number): boolean {
  return minLength === COVERED_LENGTH || minLength >= COVERED_FROM;
}
