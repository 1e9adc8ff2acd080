import type { Contact } from './Contact.js';

/** What an account says of contacts that are not verified. */
export interface ContactMarks {
  readonly tokensVoidBefore?: string | undefined;
  readonly contactsVoidBefore?: string | undefined;
}

/**
 * Whether a contact that was never verified can no longer be, so that anybody may take the address.
 *
 * One that a sign-up has claimed lapses after `unprovenClaimMs`. One that was added later lapses with
 * the token that was sent there: when that expires, and when the account's tokens are revoked.
 */
export function isLapsed(
  contact: Contact,
  { tokensVoidBefore = '', contactsVoidBefore = '' }: ContactMarks,
  { now, unprovenClaimMs }: { readonly now: Date; readonly unprovenClaimMs: number },
): boolean {
  const { ulid, verified, createdAt, pendingUntil } = contact;
  if (verified === true) return false;
  if (ulid <= contactsVoidBefore) return true;
  if (!isAddition(contact)) return createdAt.getTime() + unprovenClaimMs <= now.getTime();
  return ulid <= tokensVoidBefore || (pendingUntil !== undefined && pendingUntil <= now);
}

/** Whether a contact was added to an account, rather than claimed by its sign-up. */
export function isAddition({ pendingUntil, replaces }: Contact): boolean {
  return pendingUntil !== undefined || replaces !== undefined;
}
