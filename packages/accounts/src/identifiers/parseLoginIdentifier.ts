import { parseEmail, trimIdentifier } from './parseEmail.js';
import { AccountError } from '../errors/AccountError.js';
import type { MaybePhoneNumbers } from './PhoneParser.js';
import { parseUsername } from './parseUsername.js';

/** The ways to name an account at login. */
export type LoginIdentifierKind = 'email' | 'phone' | 'username' | 'accountId';

/** An identifier in the form in which it is stored. */
export interface LoginIdentifier {
  readonly kind: LoginIdentifierKind;
  readonly value: string;
}

const MAX_LENGTH = 1000;
/** Phone number in national form. */
const DIALLED = /^[\d\s()/.-]+$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

/**
 * Parses the identifier that a user typed at login, and returns it in stored form. Its form alone
 * decides its kind. The fields of `@latchkey/schema` refuse values in the form of another kind, so that
 * a username can never be someone's e-mail address (Keycloak CVE-2021-3754).
 *
 * @param value - The input, of any type. Spaces and tabs around it are ignored; line breaks are refused.
 * @param path - The name of the input in errors.
 * @param phones - The option `phones` of the application, if it is given.
 * @param country - The country (ISO 3166-1 alpha-2) of a phone number that has no country code.
 * @throws AccountError `InvalidInput` with reason `notAString`, `tooLong` (over 1000 UTF-16 units),
 *   `notWellFormed`, `notAnEmailAddress`, `notAPhoneNumber` or `notAUsername`;
 *   `phoneNumbersNotOffered` without the option `phones`.
 */
export function parseLoginIdentifier(
  value: unknown,
  path: string,
  { phones }: MaybePhoneNumbers,
  country?: unknown,
): LoginIdentifier {
  if (typeof value !== 'string') throw invalid(path, 'notAString');
  if (value.length > MAX_LENGTH) throw invalid(path, 'tooLong');
  if (!value.isWellFormed()) throw invalid(path, 'notWellFormed');
  const identifier = trimIdentifier(value);
  // zod's own message is dropped, since it may quote the input.
  if (identifier.includes('@')) return { kind: 'email', value: parseEmail(identifier, path) };
  const isPhone = identifier.startsWith('+') || (country !== undefined && DIALLED.test(identifier));
  if (isPhone) {
    if (!phones) throw invalid(path, 'phoneNumbersNotOffered');
    return { kind: 'phone', value: phones.parse(identifier, country, path) };
  }
  if (ULID.test(identifier)) return { kind: 'accountId', value: identifier.toUpperCase() };
  return { kind: 'username', value: parseUsername(identifier, path) };
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
