import type { Account, Infer } from '@latchkey/schema';

/** A password that is to be verified by the system that an account was imported from. */
export interface ElsewherePassword {
  /** The account, with its `foreignId`. */
  readonly account: Infer<typeof Account>;
  /** The username, address, phone number or account id of the login, in the form in which it is stored. */
  readonly identifier: string;
  /** The password as it was typed. */
  readonly password: string;
  /** The client's address. */
  readonly ip: string;
}

/**
 * Verifies a password in another system: true if it is right, false if it is wrong. Anything that it
 * throws means that the other system did not answer.
 */
export type VerifyElsewhere = (input: ElsewherePassword) => boolean | Promise<boolean>;

const MARK = '$latchkey-elsewhere$v=1$';

/**
 * Makes the mark that stands in place of a password's hash, for an account whose password only another
 * system knows. Every new password replaces it. It holds only for sessions' generation `generation`, so
 * that whatever revokes all sessions of the account voids it in the same write.
 */
export function elsewhereMark(generation: string): string {
  return MARK + generation;
}

/** Tells whether what is stored of a password is a mark, whether or not it still holds. */
export function isElsewhereMark(stored: string | undefined): boolean {
  return stored?.startsWith(MARK) === true;
}
