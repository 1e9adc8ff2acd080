import {
  AccessType,
  Account,
  withIndex,
  type AccountFields,
  type AnyEntityDefinition,
  type ExtendedAccount,
} from '@latchkey/schema';
import type { ListedDefinitions } from '../core/AccountListing.js';

const byAccount = new WeakMap<object, ListedDefinitions>();
let accessType: typeof AccessType | undefined;

/**
 * Adds the index of lists to the definitions of accounts and of their contacts. One definition of the
 * account always gives the same result, since a table accepts one definition of each.
 */
export function defineListed(account: typeof Account): ListedDefinitions {
  let definitions = byAccount.get(account);
  if (!definitions) {
    accessType ??= withIndex(AccessType, {
      name: '_id3',
      PK: ['.data.kind'],
      SK: ['.data.value'],
      where: { 'data.kind': { $in: ['email'] } },
    });
    definitions = {
      account: withIndex(account, { name: '_id3', PK: ['#username'], SK: ['.username'] }),
      accessType,
    };
    byAccount.set(account, definitions);
  }
  return definitions;
}

/**
 * Returns the definitions of the account and of its contacts as `accountListing()` stores them, for
 * `latchkey table --definitions`, and for tables and back-fills without an `Accounts`.
 *
 * @param account - `extendAccount(…)` for an application with fields of its own (default: `Account`).
 *
 * @example
 * ```ts
 * import { accountListingDefinitions } from '@latchkey/accounts/listing';
 * import { AccountToken, Session } from '@latchkey/schema';
 *
 * export const definitions = [...accountListingDefinitions(), AccountToken, Session];
 * ```
 */
export function accountListingDefinitions(
  account: typeof Account | ExtendedAccount<AccountFields> = Account,
): readonly AnyEntityDefinition[] {
  const listed = defineListed(account);
  return [listed.account, listed.accessType];
}
