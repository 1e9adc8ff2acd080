import type { Connection } from '@latchkey/entity';
import type { ChangeCore } from '../core/ChangeCore.js';
import { isLapsed } from '../core/isLapsed.js';
import { cursorChecked } from '../errors/cursorChecked.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { AccountPage, ListAccountsInput, ListedAccount } from '../core/AccountListing.js';
import { parseListAccounts, type AccountList } from './parseListAccounts.js';

/** Carries out {@link Accounts.listAccounts}. */
export async function listAccounts(
  core: ChangeCore,
  input: ListAccountsInput,
): Promise<AccountPage> {
  const list = parseListAccounts(input);
  return withAccountErrors(() =>
    list.by === 'username' ? listByUsername(core, list) : listByEmail(core, list),
  );
}

/** One Query. */
async function listByUsername({ accounts }: ChangeCore, list: AccountList): Promise<AccountPage> {
  const page = await cursorChecked(() =>
    accounts.paginate({
      filter: beginningOf('username', list),
      project: ['accountId', 'username', 'deactivated', 'createdAt'],
      ...pageOf(list),
    }),
  );
  return { items: page.edges.map(({ node }) => itemOf(node)), ...nextOf(page, list) };
}

/** One Query for the addresses, and one BatchGetItem for their accounts. */
async function listByEmail(core: ChangeCore, list: AccountList): Promise<AccountPage> {
  const { accounts, accessTypes, table, unprovenClaimMs } = core;
  const page = await cursorChecked(() =>
    accessTypes.paginate({
      filter: { 'data.kind': 'email', ...beginningOf('data.value', list) },
      ...pageOf(list),
    }),
  );
  const contacts = page.edges.map(({ node }) => node);
  const ids = [...new Set(contacts.map(({ accountId }) => accountId))];
  const references = ids.map((accountId) => accounts.reference({ accountId }));
  const found = ids.length === 0 ? [] : await table.batchGet(references, { consistent: true });
  const byId = new Map(ids.map((accountId, at) => [accountId, found[at]]));
  const now = table.now();
  const items = contacts.flatMap((contact): ListedAccount[] => {
    const account = byId.get(contact.accountId);
    if (!account || isLapsed(contact, account, { now, unprovenClaimMs })) return [];
    const { value } = contact.data;
    return [{ ...itemOf(account), email: value, verified: contact.verified === true }];
  });
  return { items, ...nextOf(page, list) };
}

/** A filter for what begins in one of the list's ways: one range of the index's sort key. */
function beginningOf<P extends string>(path: P, { prefixes }: AccountList): Beginning<P> {
  const startsWith = (prefix: string): Record<P, { $startsWith: string }> =>
    ({ [path]: { $startsWith: prefix } }) as Record<P, { $startsWith: string }>;
  return {
    ...startsWith(commonStart(prefixes)),
    ...(prefixes.length > 1 && { $or: prefixes.map(startsWith) }),
  };
}

type StartsWith<P extends string> = Record<P, { readonly $startsWith: string }>;
type Beginning<P extends string> = StartsWith<P> & { readonly $or?: StartsWith<P>[] };

/** The text that all of some texts begin with. */
function commonStart([first = '', ...others]: readonly string[]): string {
  let start = first;
  while (!others.every((other) => other.startsWith(start))) start = start.slice(0, -1);
  return start;
}

/** One request: a page that is full of something else is a short one, and the next goes on after it. */
function pageOf({ first, after }: AccountList): {
  first: number;
  after: string | null;
  maxPages: 1;
} {
  return { first, after, maxPages: 1 };
}

function nextOf({ pageInfo }: Connection<unknown>, { mark }: AccountList): { after?: string } {
  const { hasNextPage, endCursor } = pageInfo;
  return hasNextPage && endCursor !== null ? { after: mark + endCursor } : {};
}

function itemOf({
  accountId,
  username,
  deactivated,
  createdAt,
}: Pick<AccountDocument, 'accountId' | 'username' | 'deactivated' | 'createdAt'>): ListedAccount {
  return { accountId, ...(username !== undefined && { username }), deactivated, createdAt };
}
