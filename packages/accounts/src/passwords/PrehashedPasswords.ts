import type { PasswordVerification } from './PasswordVerifier.js';

/**
 * Passwords that the client hashes before it sends them: the value of the option `passwords.prehashed`,
 * which `prehashedPasswords(…)` of `@latchkey/accounts/prehashed-passwords` creates.
 */
export interface PrehashedPasswords {
  /**
   * Checks that a password was hashed by the client, as the mode says; a request does not choose it.
   *
   * @throws AccountError `InvalidInput` with the reason `notPrehashed`.
   */
  require(password: string, path: string): string;
  /** The password itself, which clients send as well while accounts migrate; undefined otherwise. */
  plainOf(password: string): string | undefined;
  /** The salt of an account; for one without any, always the same by its id, which nobody can tell apart. */
  saltOf(accountId: string, stored: string | undefined): string;
  /** Gives the stored form of a password; of what no client has hashed, such as a code, its hash. */
  hash(password: string, hash: (text: string) => Promise<string>): Promise<string>;
  /** Compares a password with what is stored, or, at the same cost, with nothing. */
  verify(
    password: string,
    stored: string | undefined,
    verify: (text: string, hash: string | undefined) => Promise<PasswordVerification>,
  ): Promise<PasswordVerification>;
}
