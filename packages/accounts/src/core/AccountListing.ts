import type { AccessType, Account } from '@latchkey/schema';
import type { ChangeCore } from './ChangeCore.js';

/** Identifiers by which accounts can be listed. */
export type ListedBy = 'username' | 'email';

/** Input of {@link Accounts.listAccounts}. */
export interface ListAccountsInput {
  /** The identifier that the accounts are ordered by; accounts without it are not listed. */
  readonly by: ListedBy;
  /** The beginning of the username or address, in any spelling (default: empty, which lists all). */
  readonly prefix?: string;
  /** Maximum number of items, 1 to 100 (default: 50). */
  readonly first?: number;
  /** The `after` of the previous page, for the same `by` and `prefix`. */
  readonly after?: string | null | undefined;
}

/** An account in a list. An account with two e-mail addresses is in the list of addresses twice. */
export interface ListedAccount {
  readonly accountId: string;
  readonly username?: string;
  /** The address by which it is listed; only in a list by e-mail address. */
  readonly email?: string;
  /** Tells whether the address is verified; only in a list by e-mail address. */
  readonly verified?: boolean;
  readonly deactivated: boolean;
  /** When the account was created. */
  readonly createdAt: Date;
}

/** One page of a list of accounts. */
export interface AccountPage {
  /** At most `first` items. There can be fewer, even none, on any page. */
  readonly items: readonly ListedAccount[];
  /** Where the next page begins; undefined on the last page. */
  readonly after?: string;
}

/** The definitions of accounts and of their contacts, with the index of lists. */
export interface ListedDefinitions {
  readonly account: typeof Account;
  readonly accessType: typeof AccessType;
}

/** Lists of accounts, for `Accounts`: `accountListing()` of `@latchkey/accounts/listing`. */
export interface AccountListing {
  /** @internal */
  readonly define: (account: typeof Account) => ListedDefinitions;
  /** @internal */
  readonly listAccounts: (core: ChangeCore, input: ListAccountsInput) => Promise<AccountPage>;
}
