import type { Accounts } from '../accounts/Accounts.js';
import type { ListBy, ListedAccounts } from './api.js';
import { ConsoleError } from './ConsoleError.js';

/** Input of a list. */
export interface ListInput {
  readonly by: ListBy;
  readonly prefix: string;
  readonly after?: string | undefined;
}

/** Tells whether the application has the index by which accounts are listed. */
export function canList(_accounts: Accounts): boolean {
  return false;
}

export function listAccounts(_accounts: Accounts, _input: ListInput): Promise<ListedAccounts> {
  return Promise.reject(new ConsoleError('NotOffered'));
}
