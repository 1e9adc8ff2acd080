import type { CommonPasswords } from '../CommonPasswords.js';
import { DigestList } from '../DigestList.js';

/**
 * Gives a list of common passwords for a policy of any minimum length: the 3000 most common of all
 * passwords of at least n characters, for every n from 6 on (ASVS 6.2.4), 8708 in all. Without it, the
 * list that is built in serves the minimum of 8 and those of 11 and more.
 *
 * It is kept as digests and loaded by the first new password: 24 KiB, compressed.
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
  return new DigestList(async () => {
    const { EVERY_LENGTH_GAPS } = await import('./everyLengthGaps.js');
    return EVERY_LENGTH_GAPS;
  });
}
