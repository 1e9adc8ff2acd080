import type { AccountFields } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';

/**
 * Inputs that sign-ups take besides an account's fields: a field of the same name would take an
 * input's place.
 */
const INPUTS = [
  'email',
  'password',
  'request',
  'extraContacts',
  'rememberMe',
  'sessionLength',
  'expiredTime',
  'authToken',
];

/**
 * The names of an application's own fields of an account.
 *
 * @throws AccountError `InvalidConfiguration` for the name of something else that a sign-up takes.
 */
export function ownFieldNames(accountFields: AccountFields = {}): readonly string[] {
  const names = Object.keys(accountFields);
  const taken = names.find((name) => INPUTS.includes(name));
  if (taken === undefined) return names;
  throw new AccountError('InvalidConfiguration', {
    path: `accountFields.${taken}`,
    reason: 'A sign-up takes something else by this name.',
  });
}
