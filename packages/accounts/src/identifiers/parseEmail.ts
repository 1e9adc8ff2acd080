import { emailAddress } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';

/**
 * Parses an e-mail address and returns it in stored form. White space around it, which keyboards of
 * phones tend to add, is ignored.
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
 * Removes the spaces around an identifier, which keyboards of phones tend to add. Every call uses this
 * rule. Line breaks and other control characters are not removed, and are refused later.
 */
export function trimIdentifier(value: string): string {
  let start = 0;
  let end = value.length;
  while (start < end && SPACES.includes(value.charAt(start))) start++;
  while (end > start && SPACES.includes(value.charAt(end - 1))) end--;
  return value.slice(start, end);
}
