import type { Account, Contact, ContactData } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import { isSame } from '../core/claims.js';
import { oldestOf } from '../core/contactOrder.js';
import { secondFactorMethods } from '../core/requiredSecondFactor.js';
import type { AccountsCore } from './AccountsCore.js';

/** Dependencies of {@link removeAdditions}. */
type AdditionsCore = Pick<
  AccountsCore,
  'accessTypes' | 'oneTimeTokens' | 'passkeys' | 'table' | 'twoFactor'
>;

/** The contacts that a recovery removes. */
export interface Additions {
  /**
   * The mailbox by which the owner comes back; what is older stays (default: the account's oldest verified
   * address, or else contact).
   */
  readonly after?: Pick<Contact, 'ulid'> | undefined;
  /** Tells of others that go along (default: none). */
  readonly isOther?: (contact: Contact) => boolean;
  /** The address that the change itself gives back, which takes the place of a claim on it. */
  readonly restored?: ContactData;
}

/**
 * Removes what was added to an account after a mailbox, and within the time in which a replaced address can be
 * restored (`tokens.contactRecovery`): whoever had a session of the account may have added it, and every way in
 * among it outlives the session. The owner was told of each addition, and had time to remove what is older.
 * Passkeys stay where they are the account's second factor, which no recovery may remove (ASVS 6.4.3).
 */
export function removeAdditions(
  core: AdditionsCore,
  change: AccountChange,
  { after, isOther = () => false, restored }: Additions = {},
): void {
  const { account } = change;
  const { ulid: oldest = '' } = after ?? oldestContact(account) ?? {};
  const since = core.table.now().getTime() - core.oneTimeTokens.lifetimeMsOf('contact_recovery');
  const keepsPasskeys = secondFactorMethods(account, account, core).join() === 'passkey';
  const isRecent = ({ verified, ulid, createdAt, data }: Contact): boolean =>
    verified === true &&
    ulid > oldest &&
    createdAt.getTime() > since &&
    !(keepsPasskeys && data.kind === 'passkey');
  // An addition at that moment, and this, must not miss each other.
  change.requireSameVersion();
  const isRestored = ({ data }: Contact): boolean =>
    restored !== undefined && isSame(data, restored);
  const claimed = account.accessTypes.filter(isRestored);
  const removed = account.accessTypes.filter(
    (each) => (isRecent(each) || isOther(each)) && !isRestored(each),
  );
  for (const contact of removed) removeAddition(core, change, contact);
  requireWaiting(core, change, ...removed, ...claimed);
}

/**
 * Requires that the contacts of an account which wait to be verified still do at the commit: a verification does not
 * change the account, and one at that moment would be missed.
 */
export function requireWaiting(
  { accessTypes }: Pick<AccountsCore, 'accessTypes'>,
  change: AccountChange,
  ...others: readonly Contact[]
): void {
  for (const contact of change.account.accessTypes) {
    const { accountId, ulid, data, verified } = contact;
    if (verified === true || others.some((each) => each.ulid === ulid)) continue;
    const filter = { accountId, 'data.kind': data.kind, ulid };
    change.write(accessTypes.checkOperation({ filter, condition: { verified: { $ne: true } } }));
  }
}

/** Removes a contact or passkey in a change, and tells the owner. */
export function removeAddition(
  { accessTypes }: Pick<AccountsCore, 'accessTypes'>,
  change: AccountChange,
  contact: Contact,
): void {
  const { accountId, ulid, data } = contact;
  const filter = { accountId, 'data.kind': data.kind, ulid };
  change
    .notify(
      data.kind === 'passkey' ? { kind: 'PasskeyRemoved' } : { kind: 'ContactRemoved', contact },
    )
    .write(accessTypes.deleteOneOperation({ filter }));
}

/** The verified e-mail address that an account has had for longest; the contact, if there is none. */
function oldestContact({ accessTypes }: Pick<Account, 'accessTypes'>): Contact | undefined {
  const verified = accessTypes.filter(
    ({ verified, data }) => verified === true && data.kind !== 'passkey',
  );
  return oldestOf(verified.filter(({ data }) => data.kind === 'email')) ?? oldestOf(verified);
}
