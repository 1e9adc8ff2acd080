import { createHash } from 'node:crypto';
import type { LoginIdentifier } from './parseLoginIdentifier.js';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 26;
// The highest digit of a ULID holds three bits; 7 means a time that no clock reaches.
const MARK = '7';

/**
 * The id of the account that an identifier without one would lead to: no account has it, and the
 * same identifier always gives the same. What is done and counted there looks, to whoever tries
 * names, as for a real account (ASVS 6.3.8).
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
