import type { Account, Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { nextContact } from '../core/contactOrder.js';
import { hasLoginMethod } from '../flows/hasLoginMethod.js';
import { writeUndoToken, type UndoCore } from './undoToken.js';
import { isActivated } from '../flows/isVerifiedIdentifier.js';

/**
 * Removes a contact from an account, revokes pending tokens, which may have been sent to it, and notifies
 * the owner. If the contact was verified, every other session ends, since its reader may have begun one
 * (ASVS 7.4.3). If the owner's session removes the account's first mailbox, whose reader may be who the account is
 * taken from, that gets a token which undoes it.
 *
 * Each removal requires the account's version and changes it, so that two concurrent removals cannot
 * remove the last two login methods.
 *
 * @throws AccountError `ContactNotFound`, `LastLoginMethod`, `TooManyTokens`
 */
export function removeContact(
  core: UndoCore & Pick<AccountsCore, 'accessTypes' | 'requireActivation'>,
  change: AccountChange,
  isMeant: (contact: Contact) => boolean,
): Contact {
  const { account, actor } = change;
  const contact = account.accessTypes.find(isMeant);
  if (!contact) throw new AccountError('ContactNotFound', {});
  const { data, ulid, verified } = contact;
  // An unverified address is not a login method, and may belong to someone else, who wants it back.
  if (actor.request || verified === true) assertRemovable(core, account, contact);
  if (verified === true) change.revokeOtherSessions();
  const token =
    actor.request && writeUndoToken(core, change, contact, nextContact(core.table, change));
  change
    .requireSameVersion()
    .revokePending('tokens')
    .notify({ kind: 'ContactRemoved', contact, ...(token !== undefined && { token }) })
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
 * Refuses to remove a contact without which the account cannot log in.
 *
 * @throws AccountError `LastLoginMethod`
 */
export function assertRemovable(
  { requireActivation }: Pick<AccountsCore, 'requireActivation'>,
  account: Account,
  contact: Contact,
): void {
  const accessTypes = account.accessTypes.filter((each) => each !== contact);
  // An address that is not confirmed yet would prevent every login.
  const deactivates =
    requireActivation && isActivated(account.accessTypes) && !isActivated(accessTypes);
  if (deactivates || !hasLoginMethod({ ...account, accessTypes })) {
    throw new AccountError('LastLoginMethod', {});
  }
}
