import { username as usernameField } from '@latchkey/schema';
import { parseEmail } from '../contacts/parseContact.js';
import { AccountError } from '../errors/AccountError.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';

const MAX_USERNAME = 100;

/** @throws AccountError `ParamsMustBeObject` */
export function requireParams(value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw new AccountError('ParamsMustBeObject', {});
}

/**
 * Checks the username that somebody chooses; it is normalised where it is stored.
 *
 * @throws AccountError `UsernameMustBeString`, `UsernameCannotBeBlank`, `UsernameTooLong`;
 *   `InvalidInput` with reason `notAUsername`.
 */
export function parseNewUsername(value: unknown): string {
  const username = requireName(value);
  if (username.length > MAX_USERNAME) throw usernameTooLong();
  const { success, error } = usernameField.safeParse(username);
  if (success) return username;
  // Some characters become several when they are normalised.
  if (error.issues.some(({ code }) => code === 'too_big')) throw usernameTooLong();
  throw new AccountError('InvalidInput', { path: 'username', reason: 'notAUsername' });
}

/**
 * Reads the one name by which somebody signs in: `username`, which may be of any kind, `email` or
 * `phone`.
 *
 * @throws AccountError `UsernameMissing`, `UsernameMustBeString`, `UsernameCannotBeBlank`,
 *   `UsernameTooLong`, `EmailNotValid`; `InvalidInput`.
 */
export function parseSignInName(params: Readonly<Record<string, unknown>>): LoginIdentifier {
  const given = ['username', 'email', 'phone'].filter((name) => params[name] !== undefined);
  const [path, other] = given;
  if (path === undefined) throw new AccountError('UsernameMissing', {});
  if (other !== undefined) {
    throw new AccountError('InvalidInput', { path: other, reason: 'notBesideUsername' });
  }
  if (path === 'email') return { kind: 'email', value: parseEmailAddress(params[path]) };
  const name = requireName(params[path]);
  const isUsername = path === 'username' && !name.includes('@');
  if (isUsername && name.trim().length > MAX_USERNAME) throw usernameTooLong();
  const identifier = parseLoginIdentifier(name, path);
  if (path === 'username' || identifier.kind === 'phone') return identifier;
  throw new AccountError('InvalidInput', { path, reason: 'notAPhoneNumber' });
}

/** @throws AccountError `EmailNotValid` */
export function parseEmailAddress(value: unknown): string {
  try {
    return parseEmail(value, 'email');
  } catch {
    throw new AccountError('EmailNotValid', {});
  }
}

/**
 * Checks that there is a password; what is in it is for its policy to say.
 *
 * @throws AccountError `PasswordMissing`, `PasswordMustBeString`, `PasswordCannotBeBlank`
 */
export function requirePassword(value: unknown, path: string): asserts value is string {
  if (value === undefined) throw new AccountError('PasswordMissing', { path });
  if (typeof value !== 'string') throw new AccountError('PasswordMustBeString', { path });
  if (value === '') throw new AccountError('PasswordCannotBeBlank', { path });
}

function requireName(value: unknown): string {
  if (typeof value !== 'string') throw new AccountError('UsernameMustBeString', {});
  if (value.trim() === '') throw new AccountError('UsernameCannotBeBlank', {});
  return value;
}

function usernameTooLong(): AccountError<'UsernameTooLong'> {
  return new AccountError('UsernameTooLong', { maxLen: MAX_USERNAME });
}
