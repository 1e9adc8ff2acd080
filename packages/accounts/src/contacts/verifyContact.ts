import type { AccountChange, Written } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { replacedBy, type Contact } from '../core/Account.js';
import { AccountError } from '../errors/AccountError.js';
import { isFirstMailbox, replacementBy } from '../core/contactOrder.js';
import { tokensUnchanged } from '../core/pendingTokens.js';

export type UndoCore = Pick<AccountsCore, 'oneTimeTokens' | 'table'>;

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
  const token = writeUndo(core, change, old, ulid);
  if (old.verified === true) change.revokeOtherSessions();
  change
    .revokePending('tokens')
    .notify({ kind: 'ContactRemoved', contact: old, ...(token !== undefined && { token }) }, [
      { ...contact, verified: true },
    ]);
  return verified;
}

/** How many replacements of an account wait to be undone at most: undoing the first removes the others' tokens. */
const MAX_UNDOABLE = 5;

/**
 * Adds the token by which the reader of the account's first mailbox gets it back, if it is that which goes; see
 * `Contacts.undoReplacement`.
 *
 * @param replacedBy - ulid of the contact that takes its place, or one that comes after every contact.
 * @throws AccountError `TooManyTokens`
 */
export function writeUndo(
  { oneTimeTokens, table }: UndoCore,
  change: AccountChange,
  old: Contact,
  replacedBy: string,
): string | undefined {
  const { account } = change;
  // Whoever has a session can add an address, and must not get a token that outlives the owner's remedies.
  if (!isFirstMailbox(account, old)) return undefined;
  const now = table.now();
  const ends = account.tokens
    .filter(({ kind, used }) => kind === 'contact_recovery' && used !== true)
    .map(({ expiresAt = now }) => expiresAt.getTime() - now.getTime())
    .filter((leftMs) => leftMs > 0);
  if (ends.length >= MAX_UNDOABLE) {
    const retryAfterSeconds = Math.ceil(Math.min(...ends) / 1000);
    throw new AccountError('TooManyTokens', { limit: MAX_UNDOABLE, retryAfterSeconds });
  }
  const { token, operation } = oneTimeTokens.prepare({
    accountId: account.accountId,
    account,
    kind: 'contact_recovery',
    createdFor: old.data.value,
    meta: { ...replacementBy(account, old, replacedBy) },
  });
  change.write(operation);
  return token;
}
