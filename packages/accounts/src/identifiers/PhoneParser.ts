import { invalidOption } from '../errors/invalidOption.js';

/** A phone number, as somebody typed it. */
export interface PhoneInput {
  /** In international form, such as `+49 30 123456`; with `country`, in that country's own. */
  readonly phone: string;
  /** ISO 3166-1 alpha-2, such as `DE`. */
  readonly country?: string;
}

/** Knowledge of the world's numbering plans. */
export interface PhoneParser {
  /**
   * Reads a phone number and gives it in E.164 form, the one in which it is stored.
   *
   * @param country - the country that a number without country code belongs to, of any type.
   * @param path - the name that the error gives to the number; the country's is beside it.
   * @throws AccountError `InvalidInput`
   */
  readonly parse: (value: unknown, country: unknown, path: string) => string;
}

/** Phone numbers, where the application has them. */
export interface MaybePhoneNumbers {
  readonly phones: PhoneParser | undefined;
}

/**
 * Gives what phone numbers bring along.
 *
 * @throws AccountError `InvalidConfiguration` where the application has no phone numbers.
 */
export function requirePhones<T>(part: T | undefined): T {
  if (part !== undefined) return part;
  const reason = 'Phone numbers need phoneNumbers() of @latchkey/accounts/phone-numbers.';
  throw invalidOption('phones', reason);
}
