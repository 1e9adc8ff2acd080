import { verifyContact } from '../contacts/verifyContact.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { Contact } from '../core/Account.js';
import { ulidAfter } from '../core/ulidAfter.js';
import { replacePassword } from '../passwordChanges/replacePassword.js';
import { deleteFactors } from '../twoFactor/deleteFactors.js';
import { factorsOf } from '../twoFactor/readFactors.js';
import { requireWaiting } from '../flows/removeAdditions.js';
import { resetCounts } from '../flows/resetCounts.js';
import { PASSWORD_COUNTS } from '../throttling/throttlePolicy.js';

/** The mailbox that is proven, and the password that its reader has chosen. */
export interface AccountTaken {
  readonly contact: Contact;
  /** The new password's hash; undefined where the account has had none, and gets none. */
  readonly value?: string | undefined;
}

/**
 * Gives an account that has proven nothing to who reads its mailbox: the first proof is that of the
 * address, and everything that was set before is void. Passwords, sessions and tokens are, as after
 * every new password; so are all other contacts and identities, and factors, which a later reset would
 * never remove (ASVS 6.4.3).
 */
export function takeOverAccount(
  core: AccountsCore,
  change: AccountChange,
  { contact, value }: AccountTaken,
): void {
  const { account } = change;
  const newest = [...account.accessTypes, ...account._lapsed]
    .map(({ ulid }) => ulid)
    .sort()
    .at(-1);
  change.requireSameVersion();
  verifyContact(core, change, contact);
  if (value === undefined) {
    change.revokeAllSessions();
    change.revokePending('contacts', 'tokens');
  } else replacePassword(core, change, value);
  requireWaiting(core, change, contact);
  change
    .set({ contactsVoidBefore: ulidAfter(newest, core.table.newUlid()) })
    .writeAll([
      ...deleteFactors(core, factorsOf(account.tokens)),
      ...resetCounts(core, account, [...PASSWORD_COUNTS, 'totp', 'recoveryCode']),
    ]);
}
