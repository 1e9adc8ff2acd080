import { username } from '@latchkey/schema';
import { trimIdentifier } from './parseEmail.js';
import { AccountError } from '../errors/AccountError.js';

/**
 * Parses a username and returns it in stored form. White space around it is ignored.
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
