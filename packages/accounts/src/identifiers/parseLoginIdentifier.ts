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
/** Phone number as people dial it, in their own country's form. */
const DIALLED = /^[\d\s()/.-]+$/;
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;

/**
 * Reads what somebody typed to say who they are, and gives it as it is stored. The form alone
 * decides the kind, and the fields of `@latchkey/schema` keep every kind out of the others' form,
 * so that nobody can take another's e-mail address as a username (Keycloak CVE-2021-3754).
 *
 * @param value - The input, of any type. Spaces and tabs around it do not count; line breaks are refused.
 * @param path - The name that the error gives to the input.
 * @param phones - Phone numbers, where the application has them.
 * @param country - The country (ISO 3166-1 alpha-2) of a phone number that has no country code.
 * @throws AccountError `InvalidInput` with reason `notAString`, `tooLong` (over 1000 UTF-16 units),
 *   `notWellFormed`, `notAnEmailAddress`, `notAPhoneNumber` or `notAUsername`;
 *   `phoneNumbersNotOffered` where the application has none.
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
  // What zod says of a fault stays behind: it may quote what was typed.
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
