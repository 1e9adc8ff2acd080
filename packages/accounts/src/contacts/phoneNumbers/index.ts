import { parsePhone } from '../../identifiers/parsePhone.js';
import type { PhoneNumbers } from './PhoneNumbers.js';
import { PhoneVerification } from './PhoneVerification.js';

export type { PhoneNumbers } from './PhoneNumbers.js';

/**
 * Phone numbers as contacts and as names to log in with, for the option `phones` of `Accounts`. The
 * tables of the world's numbering plans, some 30 KiB compressed, and what verifies a number come with this entry alone.
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
