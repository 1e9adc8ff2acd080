import type { Account, Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { isActivated } from '../flows/isVerifiedIdentifier.js';

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

/**
 * Tells whether an account's owner has a login method: a verified e-mail address, to which links
 * are sent; a verified identity elsewhere; or a password together with a username or a verified
 * phone, which alone nobody logs in by, nor recovers an account by. What is not verified is none.
 */
function hasLoginMethod({
  username,
  accessTypes,
  tokens,
}: Pick<Account, 'accessTypes' | 'tokens'> & { readonly username?: string | undefined }): boolean {
  const hasPassword = tokens.some(({ kind }) => kind === 'password');
  const verified = accessTypes.filter((contact) => contact.verified === true);
  if (verified.some(({ data }) => data.kind !== 'phone')) return true;
  return hasPassword && (username !== undefined || verified.length > 0);
}
