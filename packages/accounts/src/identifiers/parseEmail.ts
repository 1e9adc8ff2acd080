import { emailAddress } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';

/**
 * Reads an e-mail address and gives it in the form in which it is stored. White space around it, which
 * the keyboards of phones like to add, does not count.
 *
 * @throws AccountError `InvalidInput` with reason `notAnEmailAddress`.
 */
export function parseEmail(value: unknown, path: string): string {
  const { data } = emailAddress.safeParse(
    typeof value === 'string' ? trimIdentifier(value) : value,
  );
  if (data !== undefined) return data;
  throw new AccountError('InvalidInput', { path, reason: 'notAnEmailAddress' });
}

const SPACES = ' \t\u00a0';

/**
 * Takes off the spaces around an identifier, which the keyboards of phones like to add: the one rule
 * for every call. Line breaks and other controls stay, and are refused where they stand.
 */
export function trimIdentifier(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && SPACES.includes(value.charAt(start))) start++;
  while (end > start && SPACES.includes(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}
