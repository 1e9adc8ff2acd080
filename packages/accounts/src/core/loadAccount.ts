import { AccountError } from '../errors/AccountError.js';
import type { Account, StoredToken, Contact } from './Account.js';
import type { ChangeCore } from './ChangeCore.js';
import { isLapsed } from './isLapsed.js';

/** Dependencies for loading an account. */
export type LoadCore = Pick<ChangeCore, 'accounts' | 'table' | 'unprovenClaimMs'>;

/**
 * Loads an account with its contacts, attempts and tokens: one strongly consistent Query.
 *
 * @returns null for an account that is not there.
 */
export function loadAccount(
  core: LoadCore,
  accountId: string,
  options: { readonly secrets: true },
): Promise<Account<StoredToken> | null>;
export function loadAccount(
  core: LoadCore,
  accountId: string,
  options?: { readonly secrets?: boolean },
): Promise<Account | null>;
export async function loadAccount(
  { accounts, table, unprovenClaimMs }: LoadCore,
  accountId: string,
  { secrets = false }: { readonly secrets?: boolean } = {},
): Promise<Account | null> {
  const { item } = await accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true, attempts: true, tokens: true },
    consistent: true,
    ...(secrets && { secrets }),
  });
  if (!item) return null;
  const now = table.now();
  const hasLapsed = (contact: Contact): boolean =>
    isLapsed(contact, item, { now, unprovenClaimMs });
  const account = { ...item, accessTypes: item.accessTypes.filter((each) => !hasLapsed(each)) };
  return Object.defineProperties(account as unknown as Account, {
    _v: { value: item._v },
    _lapsed: { value: item.accessTypes.filter(hasLapsed) },
  });
}

/**
 * {@link loadAccount}, for an account that must be there.
 *
 * @throws AccountError `UserNotFound`
 */
export async function loadAccountOrThrow(core: LoadCore, accountId: string): Promise<Account> {
  const account = await loadAccount(core, accountId);
  if (account) return account;
  throw new AccountError('UserNotFound', {});
}
