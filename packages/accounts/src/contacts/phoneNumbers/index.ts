import { parsePhone } from '../../identifiers/parsePhone.js';
import type { PhoneNumbers } from './PhoneNumbers.js';
import { PhoneCodes } from './PhoneCodes.js';
import { PhoneVerification } from './PhoneVerification.js';
import { invalidOption } from '../../errors/invalidOption.js';

export type { PhoneNumbers } from './PhoneNumbers.js';

/** Options of {@link phoneNumbers}. */
export interface PhoneNumbersOptions {
  /** Tells whether a code that is sent to a verified number logs in: `phoneCodes` (default: false). */
  readonly login?: boolean;
}

/**
 * Creates the value of the option `phones` of `Accounts`: phone numbers as contacts and login
 * identifiers. Only this entry contains the world's numbering plans, about 30 KiB compressed, and the
 * verification of numbers.
 *
 * @throws AccountError `InvalidConfiguration`
 *
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { phoneNumbers } from '@latchkey/accounts/phone-numbers';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *   phones: phoneNumbers(),
 * });
 * ```
 */
export function phoneNumbers({ login = false }: PhoneNumbersOptions = {}): PhoneNumbers {
  if (typeof (login as unknown) !== 'boolean') {
    throw invalidOption('login', 'It must be true or false.');
  }
  return {
    parse: parsePhone,
    createVerification: (core) => new PhoneVerification(core, login),
    createCodes: (core) => new PhoneCodes(core, login),
  };
}
