import { invalidOption } from '../errors/invalidOption.js';

/** A phone number as a user typed it. */
export interface PhoneInput {
  /** In international form, such as `+49 30 123456`; with `country`, also in that country's form. */
  readonly phone: string;
  /** ISO 3166-1 alpha-2, such as `DE`. */
  readonly country?: string;
}

/** Lengths that a phone number may have as it is typed, in UTF-16 units. */
export const PHONE_INPUT_LENGTHS = { maxLength: 40 } as const;

/** Knowledge of the world's numbering plans. */
export interface PhoneParser {
  /**
   * Parses a phone number and returns it in E.164 form, in which it is stored.
   *
   * @param country - the country that a number without country code belongs to, of any type.
   * @param path - the name that the error gives to the number; the country's is beside it.
   * @throws AccountError `InvalidInput`
   */
  readonly parse: (value: unknown, country: unknown, path: string) => string;
}

/** The option `phones` of the application, if it is given. */
export interface MaybePhoneNumbers {
  readonly phones: PhoneParser | undefined;
}

/**
 * Returns what belongs to phone numbers, if the application has them.
 *
 * @throws AccountError `InvalidConfiguration` without the option `phones`.
 */
export function requirePhones<T>(part: T | undefined): T {
  if (part !== undefined) return part;
  const reason = 'Phone numbers need phoneNumbers() of @latchkey/accounts/phone-numbers.';
  throw invalidOption('phones', reason);
}
