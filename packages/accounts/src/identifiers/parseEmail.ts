import { emailAddress } from '@latchkey/schema';
import { trimIdentifier } from './trimIdentifier.js';
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
