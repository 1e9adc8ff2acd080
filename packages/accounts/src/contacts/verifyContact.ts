import type { AccountChange, Written } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { replacedBy, type Contact } from '../core/Account.js';
import { tokensUnchanged } from '../core/pendingTokens.js';
import { writeUndoToken, type UndoCore } from './undoToken.js';

/**
 * Makes a contact a verified one. A contact that it takes the place of goes along, and what is pending
 * is revoked then, as that may have been where it was sent; if it was verified, every other session
 * ends (ASVS 7.4.3), and the owner is told at both addresses; at the one before, with a token that
 * undoes it.
 *
 * @returns the contact as it is then.
 * @throws AccountError `TooManyTokens` if too many replacements can still be undone.
 */
export function verifyContact(
  core: UndoCore & Pick<AccountsCore, 'accessTypes'>,
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
      // Verified at that moment, it takes sessions along, and its reader gets a token.
      ...(old.verified !== true && { condition: { verified: { $ne: true } } }),
    }),
  );
  const token = writeUndoToken(core, change, old, ulid);
  if (old.verified === true) change.revokeOtherSessions();
  change
    .revokePending('tokens')
    .notify({ kind: 'ContactRemoved', contact: old, ...(token !== undefined && { token }) }, [
      { ...contact, verified: true },
    ]);
  return verified;
}
