import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ListBy, ListedAccounts } from './api.js';
import { ConsoleError } from './ConsoleError.js';
import type { ConsoleContext } from './ConsoleRoute.js';

/** Input of {@link listAccounts}. */
export interface ListInput {
  readonly by: ListBy;
  readonly prefix: string;
  readonly after?: string | undefined;
}

const PAGE = 50;

/** Tells whether the application has the option `listing`, by the index that it adds to accounts. */
export function canList({ accounts }: AccountsCore): boolean {
  return accounts.definition.indexes.some(({ name }) => name === '_id3');
}

/**
 * Lists one page of accounts: at most two requests.
 *
 * @throws ConsoleError `NotOffered` without the option `listing`.
 * @throws AccountError as `Accounts.listAccounts`.
 */
export async function listAccounts(
  { accounts, core }: Pick<ConsoleContext, 'accounts' | 'core'>,
  { by, prefix, after }: ListInput,
): Promise<ListedAccounts> {
  if (!canList(core)) throw new ConsoleError('NotOffered');
  const page = await accounts.listAccounts({
    by,
    prefix,
    first: PAGE,
    ...(after !== undefined && { after }),
  });
  return {
    ...page,
    items: page.items.map((item) => ({ ...item, createdAt: item.createdAt.toISOString() })),
  };
}
