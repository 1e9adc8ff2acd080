import { username } from '@latchkey/schema';
import { trimIdentifier } from './parseEmail.js';
import { AccountError } from '../errors/AccountError.js';

/**
 * Reads a username and gives it in the form in which it is stored. White space around it does not
 * count.
 *
 * @throws AccountError `InvalidInput` with reason `notAString` or `notAUsername`.
 */
export function parseUsername(value: unknown, path: string): string {
  if (typeof value !== 'string') {
    throw new AccountError('InvalidInput', { path, reason: 'notAString' });
  }
  const { data } = username.safeParse(trimIdentifier(value));
  if (data !== undefined) return data;
  throw new AccountError('InvalidInput', { path, reason: 'notAUsername' });
}
