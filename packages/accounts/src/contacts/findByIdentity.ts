import { documentOf } from '../core/Account.js';
import { isSame } from '../core/claims.js';
import { loadAccount } from '../core/loadAccount.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { readObject } from '../errors/requireObject.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { NO_PHONES, parseContact } from './parseContact.js';

/** An identity at another provider. */
export interface IdentityInput {
  /** The application's name for the provider. */
  readonly provider: string;
  /** The provider's id of the user. */
  readonly value: string;
}

/** Carries out {@link Contacts.findByIdentity}. */
export async function findByIdentity(
  core: AccountsCore,
  input: IdentityInput,
): Promise<AccountDocument | null> {
  input = readObject(input, '');
  const { provider, value } = input;
  const data = parseContact({ kind: 'oauth', provider, value }, '', NO_PHONES);
  return withAccountErrors(async () => {
    const { key } = await core.accessTypes.findKey({
      filter: { 'data.kind': 'oauth', 'data.provider': provider, 'data.value': value },
    });
    const account = key && (await loadAccount(core, key.accountId));
    const isProven = account?.accessTypes.some(
      (contact) => contact.verified === true && isSame(contact.data, data),
    );
    return account && isProven === true ? documentOf(account) : null;
  });
}
