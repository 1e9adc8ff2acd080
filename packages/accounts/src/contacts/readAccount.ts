import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountWithContacts } from '../core/Contact.js';

/**
 * Reads an account with its contacts and tokens: one strongly consistent Query.
 *
 * @throws AccountError `UserNotFound`
 */
export async function readAccount(
  { accounts }: Pick<AccountsCore, 'accounts'>,
  accountId: string,
): Promise<AccountWithContacts> {
  const { item } = await accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true, tokens: true },
    consistent: true,
  });
  if (!item) throw new AccountError('UserNotFound', {});
  return item;
}
