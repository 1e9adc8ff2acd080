import type { AccountChange, Written } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { type Contact, replacedBy, type Account } from '../core/Account.js';
import { tokensUnchanged } from '../core/pendingTokens.js';

/**
 * Makes a contact a verified one. A contact that it takes the place of goes along, and what is pending
 * is revoked then, as that may have been where it was sent; if it was verified, every other session
 * ends (ASVS 7.4.3), and the owner is told at both addresses; at the one before, with a token that
 * undoes it.
 *
 * @returns the contact as it is then.
 */
export function verifyContact(
  core: Pick<AccountsCore, 'accessTypes' | 'oneTimeTokens'>,
  change: AccountChange,
  contact: Contact,
): Written<Contact | null> {
  const { account } = change;
  const { accountId, ulid, data } = contact;
  const verified = change.require(tokensUnchanged(account)).write(
    core.accessTypes.updateOneOperation({
      filter: { accountId, 'data.kind': data.kind, ulid },
      update: { $set: { verified: true }, $remove: ['replaces', 'pendingUntil', 'handle'] },
    }),
  );
  const old = replacedBy(account, contact);
  if (!old) return verified;
  change.write(
    core.accessTypes.deleteOneOperation({
      filter: { accountId, 'data.kind': old.data.kind, ulid: old.ulid },
    }),
  );
  const token = old.verified === true ? writeUndo(core, change, old, contact) : undefined;
  if (old.verified === true) change.revokeOtherSessions();
  change
    .revokePending('tokens')
    .notify({ kind: 'ContactRemoved', contact: old, ...(token !== undefined && { token }) }, [
      { ...contact, verified: true },
    ]);
  return verified;
}

/** Adds the token by which the reader of a mailbox gets it back; see `Contacts.undoReplacement`. */
function writeUndo(
  { oneTimeTokens }: Pick<AccountsCore, 'oneTimeTokens'>,
  change: AccountChange,
  { data, accountId }: Contact,
  { ulid }: Contact,
): string | undefined {
  if (data.kind !== 'email') return undefined;
  const { token, operation } = oneTimeTokens.prepare({
    accountId,
    account: change.account,
    kind: 'contact_recovery',
    createdFor: data.value,
    meta: { replacedBy: ulid },
  });
  change.write(operation);
  return token;
}

/** Finds the contact of an account that is an e-mail address. */
export function mailboxContact(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  email: string,
): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'email' && data.value === email);
}
