import type { Table } from '@latchkey/entity';
import type { Contact, Token } from './Account.js';
import type { ContactMarks } from './isLapsed.js';
import type { TokensRevoked } from './pendingTokens.js';
import { floorOf, movedOn } from './ulidAfter.js';

/**
 * How far another server's clock may be ahead of this one's, and how long a transaction may be on its
 * way: what was made within that time is revoked, too. What is made later comes after the mark in any
 * case (`ulidAfter`).
 */
const MARGIN_MS = 60_000;
/** How far what was made since a mark may lie after it, by a millisecond for each of its kind. */
const SINCE_MARK_MS = 1000;

/** What is known of an account of which everything pending is to be revoked. */
export interface RevocableAccount extends TokensRevoked, ContactMarks {
  readonly tokens?: readonly Pick<Token, 'ulid'>[];
  readonly accessTypes?: readonly Pick<Contact, 'ulid'>[];
}

/** A mark, and the condition under which it revokes all that there is. */
export interface RevocationMark {
  readonly mark: string;
  /** A mark of the account that is not before this one calls for a later one. */
  readonly before: string;
}

/**
 * Gives the mark by which an account's update revokes every token that was sent out before, and every
 * contact that was added, also those that nobody knew of when the account was read. Factors, pending or
 * not, and recovery codes stay.
 */
export function revocationMark(
  table: Pick<Table, 'newUlid' | 'now'>,
  { tokensVoidBefore, pendingVoidBefore, tokens = [], accessTypes = [] }: RevocableAccount,
): RevocationMark {
  const fresh = table.newUlid(new Date(table.now().getTime() + MARGIN_MS));
  const known = [tokensVoidBefore, pendingVoidBefore, ...[...tokens, ...accessTypes].map(ulidOf)];
  const [newest = ''] = known
    .filter((each) => each !== undefined)
    .sort()
    .reverse();
  const later = newest && movedOn(newest, SINCE_MARK_MS + 1);
  const mark = later > fresh ? later : fresh;
  return { mark, before: floorOf(movedOn(mark, -SINCE_MARK_MS)) };
}

function ulidOf({ ulid }: { readonly ulid: string }): string {
  return ulid;
}
