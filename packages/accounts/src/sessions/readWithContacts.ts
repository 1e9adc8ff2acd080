import type { AccountsCore } from '../core/AccountsCore.js';
import type { Contact } from '../core/Contact.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../core/SessionRequest.js';

/** An account, and beside it how its owner can be reached. */
export interface AccountAndContacts {
  readonly account: AccountDocument;
  readonly accessTypes: readonly Contact[];
}

/**
 * Reads an account and its contacts: one strongly consistent Query.
 *
 * @throws AccountError `UserNotFound`
 */
export async function readWithContacts(
  { accounts }: Pick<AccountsCore, 'accounts'>,
  accountId: string,
): Promise<AccountAndContacts> {
  const { item } = await accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true },
    consistent: true,
  });
  if (!item) throw new AccountError('UserNotFound', {});
  const { accessTypes, ...account } = item;
  return { account, accessTypes };
}
