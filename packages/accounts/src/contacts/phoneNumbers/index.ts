import { parsePhone } from '../../identifiers/parsePhone.js';
import type { PhoneNumbers } from './PhoneNumbers.js';
import { PhoneVerification } from './PhoneVerification.js';

export type { PhoneNumbers } from './PhoneNumbers.js';

/**
 * Creates the value of the option `phones` of `Accounts`: phone numbers as contacts and login
 * identifiers. Only this entry contains the world's numbering plans, about 30 KiB compressed, and the
 * verification of numbers.
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
export function phoneNumbers(): PhoneNumbers {
  return { parse: parsePhone, createVerification: (core) => new PhoneVerification(core) };
}
