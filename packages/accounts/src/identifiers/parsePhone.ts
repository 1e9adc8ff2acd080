import { phoneNumber } from '@latchkey/schema';
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { AccountError } from '../errors/AccountError.js';
import { trimIdentifier } from './parseEmail.js';
import { PHONE_INPUT_LENGTHS } from './PhoneParser.js';

/**
 * Parses a phone number and returns it in E.164 form, in which it is stored.
 *
 * Only the country code and the length are checked. Tables of number ranges become outdated; the code
 * that is sent to the number shows whether it is in use.
 *
 * @param country - the country that a number without country code belongs to, of any type.
 * @param path - the name that the error gives to the number; the country's is beside it.
 * @throws AccountError `InvalidInput` with reason `notAString`, `notWellFormed`, `tooLong` (over 40
 *   UTF-16 units), `notAPhoneNumber`, or `notACountry`.
 */
export function parsePhone(value: unknown, country: unknown, path: string): string {
  if (typeof value !== 'string') throw invalid(path, 'notAString');
  if (value.length > PHONE_INPUT_LENGTHS.maxLength) throw invalid(path, 'tooLong');
  if (!value.isWellFormed()) throw invalid(path, 'notWellFormed');
  if (country !== undefined && (typeof country !== 'string' || !isSupportedCountry(country))) {
    throw invalid([...path.split('.').slice(0, -1), 'country'].join('.'), 'notACountry');
  }
  const parsed = parsePhoneNumberFromString(trimIdentifier(value), {
    extract: false,
    ...(country !== undefined && { defaultCountry: country }),
  });
  // E.164 has no extensions: without its extension, the number is someone else's.
  const isOne = parsed?.ext === undefined && parsed?.isPossible() === true;
  const { data } = phoneNumber.safeParse(isOne ? parsed.number : undefined);
  if (data === undefined) throw invalid(path, 'notAPhoneNumber');
  return data;
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
