import type { CommonPasswords } from '../CommonPasswords.js';
import { PasswordFilter } from '../PasswordFilter.js';

/**
 * Gives a list of common passwords for a policy of any minimum length: the 3000 most common of all
 * passwords of at least n characters, for every n from 6 on (ASVS 6.2.4), 8708 in all. Without it, the
 * list that is built in serves the minimum of 8 and those of 11 and more.
 *
 * The list is kept as digests and loaded by the first new password: 15 KiB, compressed. It refuses one good
 * password in 16 384 by mistake.
 *
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { commonPasswords } from '@latchkey/accounts/common-passwords';
 * import type { Table } from '@latchkey/entity';
 *
 * export const makeAccounts = (table: Table, secret: string) =>
 *   new Accounts({
 *     table,
 *     sessions: { getTokenSecret: () => secret },
 *     passwords: { policy: { minLength: 10 }, common: commonPasswords() },
 *   });
 * ```
 */
export function commonPasswords(): CommonPasswords {
  return new PasswordFilter(async () => {
    const { EVERY_LENGTH_FILTER } = await import('./everyLengthFilter.js');
    return EVERY_LENGTH_FILTER;
  });
}
