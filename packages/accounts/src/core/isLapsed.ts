import type { Contact } from './Account.js';

/** Marks on an account that concern its unverified contacts. */
export interface ContactMarks {
  readonly pendingVoidBefore?: string | undefined;
  readonly contactsVoidBefore?: string | undefined;
}

/**
 * Tells whether a contact that was never verified can no longer be, so that anybody may take the
 * address; and whether a passkey was added before the account was taken over by its owner.
 *
 * One that a sign-up has claimed lapses after `unprovenClaimMs`. One that was added later lapses when
 * the token expires that was sent there, and when the owner comes back and revokes what is pending.
 */
export function isLapsed(
  contact: Contact,
  { pendingVoidBefore = '', contactsVoidBefore = '' }: ContactMarks,
  { now, unprovenClaimMs }: { readonly now: Date; readonly unprovenClaimMs: number },
): boolean {
  const { ulid, verified, createdAt, pendingUntil, data } = contact;
  // A passkey is verified by itself, and proves nothing about who has added it.
  const isPasskey = data.kind === 'passkey';
  if (verified === true && !isPasskey) return false;
  if (ulid <= contactsVoidBefore) return true;
  if (isPasskey) return false;
  if (!isAddition(contact)) return createdAt.getTime() + unprovenClaimMs <= now.getTime();
  return ulid <= pendingVoidBefore || (pendingUntil !== undefined && pendingUntil <= now);
}

/** Tells whether a contact was added to an account, rather than claimed by its sign-up. */
export function isAddition({ pendingUntil, replaces }: Contact): boolean {
  return pendingUntil !== undefined || replaces !== undefined;
}
