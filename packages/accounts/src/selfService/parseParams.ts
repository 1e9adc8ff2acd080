import { username as usernameField } from '@latchkey/schema';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { parseEmail, trimIdentifier } from '../identifiers/parseEmail.js';
import { AccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import { parseLoginIdentifier, type LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneParser.js';

const MAX_USERNAME = 100;

/** @throws AccountError `ParamsMustBeObject` */
export function requireParams(value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return;
  throw selfServiceError('ParamsMustBeObject', {});
}

/**
 * Checks the username that somebody chooses; it is normalised where it is stored.
 *
 * @throws AccountError `UsernameMustBeString`, `UsernameCannotBeBlank`, `UsernameTooLong`;
 *   `InvalidInput` with reason `notAUsername`.
 */
export function parseNewUsername(value: unknown): string {
  const username = trimIdentifier(requireName(value));
  requireUsernameLength(username);
  if (usernameField.safeParse(username).success) return username;
  throw new AccountError('InvalidInput', { path: 'username', reason: 'notAUsername' });
}

/**
 * Reads the one name by which somebody says who they are: `username`, which may be of any kind, or
 * another of the names that the call takes.
 *
 * @throws AccountError `UsernameMissing`, `UsernameMustBeString`, `UsernameCannotBeBlank`,
 *   `UsernameTooLong`, `EmailNotValid`; `InvalidInput`.
 */
export function parseSignInName(
  core: MaybePhoneNumbers,
  params: Readonly<Record<string, unknown>>,
  names: readonly ('username' | 'email' | 'phone')[],
): LoginIdentifier {
  const given = names.filter((name) => params[name] !== undefined);
  const [path, other] = given;
  if (path === undefined) throw selfServiceError('UsernameMissing', {});
  if (other !== undefined) {
    throw new AccountError('InvalidInput', { path: other, reason: 'notBesideUsername' });
  }
  if (path === 'email') return { kind: 'email', value: parseEmailAddress(params[path]) };
  const name = requireName(params[path]);
  if (path === 'username' && !name.includes('@')) requireUsernameLength(name.trim());
  const country = path === 'phone' ? params.country : undefined;
  const identifier = parseLoginIdentifier(name, path, core, country);
  if (path === 'username' || identifier.kind === 'phone') return identifier;
  throw new AccountError('InvalidInput', { path, reason: 'notAPhoneNumber' });
}

/** @throws AccountError `EmailNotValid` */
export function parseEmailAddress(value: unknown): string {
  try {
    return parseEmail(value, 'email');
  } catch {
    throw selfServiceError('EmailNotValid', {});
  }
}

/**
 * Checks that there is a password; what is in it is for its policy to say.
 *
 * @throws AccountError `PasswordMissing`, `PasswordMustBeString`, `PasswordCannotBeBlank`
 */
export function requirePassword(value: unknown, path: string): asserts value is string {
  if (value === undefined) throw selfServiceError('PasswordMissing', { path });
  if (typeof value !== 'string') throw selfServiceError('PasswordMustBeString', { path });
  if (value === '') throw selfServiceError('PasswordCannotBeBlank', { path });
}

/**
 * Checks the form of a password that somebody signs in with. One that is longer than any that can be
 * chosen is refused by name; every other fault is for the hasher, in the time of a wrong password.
 *
 * @throws AccountError `PasswordMissing`, `PasswordMustBeString`, `PasswordCannotBeBlank`,
 *   `PasswordTooLong`; `InvalidInput` with reason `tooLong`, which is called the same.
 */
export function parseSignInPassword(
  { passwords }: Pick<AccountsCore, 'passwords'>,
  value: unknown,
  path: string,
): string {
  requirePassword(value, path);
  // First, so that a megabyte costs nothing (ASVS 1.3.12).
  const password = passwords.parse(value, path);
  const { maxLength } = passwords.lengths;
  const codePoints = Array.from(password.normalize('NFC')).length;
  if (codePoints > maxLength) throw new AccountError('PasswordTooLong', { path, maxLength });
  return password;
}

/** Before and after normalising, where some characters become several. */
function requireUsernameLength(username: string): void {
  const { error } = usernameField.safeParse(username);
  const isTooLong = error?.issues.some(({ code }) => code === 'too_big') === true;
  if (isTooLong) throw selfServiceError('UsernameTooLong', { maxLen: MAX_USERNAME });
}

function requireName(value: unknown): string {
  if (typeof value !== 'string') throw selfServiceError('UsernameMustBeString', {});
  if (value.trim() === '') throw selfServiceError('UsernameCannotBeBlank', {});
  return value;
}
