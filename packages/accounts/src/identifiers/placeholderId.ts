import { createHash } from 'node:crypto';
import type { LoginIdentifier } from './parseLoginIdentifier.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;
// The highest digit of a ULID holds three bits; 7 means a time that no clock reaches.
const MARK = '7';

/**
 * Returns the id of an account that cannot exist, for an identifier that belongs to none; always the same
 * id for the same identifier. Attempts are counted under this id, so that they look the same as for a
 * real account (ASVS 6.3.8).
 */
export function placeholderId({ kind, value }: LoginIdentifier): string {
  const digest = createHash('sha256').update(`latchkey/placeholder/${kind}/${value}`).digest();
  const letters = Array.from(
    digest.subarray(0, LENGTH),
    (byte) => CROCKFORD[byte % CROCKFORD.length] ?? '',
  );
  return [MARK, ...letters.slice(1)].join('');
}

/** Tells whether an id is one that {@link placeholderId} gives. */
export function isPlaceholderId(accountId: string): boolean {
  return accountId.startsWith(MARK);
}
