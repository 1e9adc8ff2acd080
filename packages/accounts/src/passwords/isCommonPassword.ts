import { createHash } from 'node:crypto';

const DIGEST_BYTES = 4;

/**
 * Tells whether a password is among the most common ones, in whatever case.
 *
 * The list holds the 3000 most common of all passwords of at least n characters, for every n from 6
 * on, so that it covers each policy (ASVS 6.2.4). It is kept as 32 bits of each word's SHA-256, in
 * 46 KB: one in half a million good passwords is refused by mistake.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  // Only here, so that a process that sees no new password, as most on Lambda, does not load it.
  const { COMMON_PASSWORD_DIGESTS: digests } = await import('./commonPasswordDigests.js');
  const wanted = digestOf(password);
  let [low, high] = [0, digests.length / DIGEST_BYTES];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = digests.readUInt32BE(middle * DIGEST_BYTES);
    if (found === wanted) return true;
    if (found < wanted) low = middle + 1;
    else high = middle;
  }
  return false;
}

function digestOf(password: string): number {
  const word = password.normalize('NFKC').toLowerCase();
  return createHash('sha256').update(word, 'utf8').digest().readUInt32BE(0);
}
