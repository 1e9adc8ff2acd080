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
