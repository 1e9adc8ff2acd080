import type { AccountListing } from '../core/AccountListing.js';
import { listAccounts } from './listAccounts.js';
import { defineListed } from './listedDefinitions.js';

export type {
  AccountListing,
  AccountPage,
  ListAccountsInput,
  ListedAccount,
  ListedBy,
} from '../core/AccountListing.js';
export { accountListingDefinitions } from './listedDefinitions.js';

/**
 * Creates the value of the option `listing` of `Accounts`: lists of accounts in the order of their
 * usernames or e-mail addresses. The table needs the global secondary index `_id3`; see
 * `accountListingDefinitions`.
 *
 * A sign-up costs one more write unit for its username, and one for each address. Logins cost the same.
 *
 * @example
 * ```ts
 * import { Accounts } from '@latchkey/accounts';
 * import { accountListing } from '@latchkey/accounts/listing';
 * import { createClient, Table } from '@latchkey/entity';
 *
 * export const accounts = new Accounts({
 *   table: new Table({ name: 'my-application', client: createClient() }),
 *   sessions: { getTokenSecret: () => process.env['TOKEN_SECRET'] ?? '' },
 *   listing: accountListing(),
 * });
 * ```
 */
export function accountListing(): AccountListing {
  return { define: defineListed, listAccounts };
}
