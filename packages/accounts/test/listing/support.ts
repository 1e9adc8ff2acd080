import type { Accounts } from '../../src/accounts/Accounts.js';
import type { ListedAccount, ListedBy } from '../../src/core/AccountListing.js';

/** Every account of a list, page by page. */
export async function listAll(
  accounts: Pick<Accounts, 'listAccounts'>,
  by: ListedBy,
  { prefix = '', first = 100 }: { readonly prefix?: string; readonly first?: number } = {},
): Promise<ListedAccount[]> {
  const items: ListedAccount[] = [];
  let after: string | null = null;
  do {
    const page = await accounts.listAccounts({ by, prefix, first, after });
    if (page.items.length > first) throw new Error(`${page.items.length} of ${first} items`);
    items.push(...page.items);
    after = page.after ?? null;
  } while (after !== null);
  return items;
}

/** The usernames or addresses of a list, in its order. */
export async function listedValues(
  accounts: Pick<Accounts, 'listAccounts'>,
  by: ListedBy,
  options: { readonly prefix?: string; readonly first?: number } = {},
): Promise<string[]> {
  return (await listAll(accounts, by, options)).map((item) => item[by] ?? '');
}

/** In the order of UTF-8, which is DynamoDB's. */
export const sorted = (values: readonly string[]): string[] =>
  [...values].sort((a, b) => Buffer.from(a).compare(Buffer.from(b)));
