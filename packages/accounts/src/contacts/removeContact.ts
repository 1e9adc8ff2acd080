import type { Account } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Contact } from '../core/Contact.js';
import { AccountError } from '../errors/AccountError.js';
import { isActivated } from '../flows/isActivated.js';
import { hasLoginMethod } from './hasLoginMethod.js';

/**
 * Removes a contact from an account, with what is pending, as that may have been sent there, and tells
 * the owner. Where it was verified, every other session ends: whoever reads there may have begun one
 * (ASVS 7.4.3). Each removal is conditioned on the account's version, and changes it: of two that
 * would together take the last login method, one comes second, and looks again.
 *
 * @throws AccountError `ContactNotFound`, `LastLoginMethod`
 */
export function removeContact(
  core: Pick<AccountsCore, 'accessTypes' | 'requireActivation'>,
  change: AccountChange,
  isMeant: (contact: Contact) => boolean,
): Contact {
  const { account, actor } = change;
  const contact = account.accessTypes.find(isMeant);
  if (!contact) throw new AccountError('ContactNotFound', {});
  const { data, ulid, verified } = contact;
  // Somebody's address, taken by a stranger: it is no login method, and must not be kept from them.
  if (actor.request || verified === true) assertRemovable(core, account, contact);
  if (verified === true) change.revokeOtherSessions();
  change
    .requireSameVersion()
    .revokePending('tokens')
    .notify({ kind: 'ContactRemoved', contact })
    .write(
      core.accessTypes.deleteOneOperation({
        filter: { accountId: account.accountId, 'data.kind': data.kind, ulid },
        // Verified in the meantime, it could be a login method, and the last one.
        ...(verified !== true && { condition: { verified: { $ne: true } } }),
      }),
    );
  return contact;
}

/**
 * Refuses to take from an account what it cannot do without.
 *
 * @throws AccountError `LastLoginMethod`
 */
function assertRemovable(
  { requireActivation }: Pick<AccountsCore, 'requireActivation'>,
  account: Account,
  contact: Contact,
): void {
  const accessTypes = account.accessTypes.filter((each) => each !== contact);
  // Another address, not confirmed yet, would hold up every login.
  const deactivates =
    requireActivation && isActivated(account.accessTypes) && !isActivated(accessTypes);
  if (deactivates || !hasLoginMethod({ ...account, accessTypes })) {
    throw new AccountError('LastLoginMethod', {});
  }
}
