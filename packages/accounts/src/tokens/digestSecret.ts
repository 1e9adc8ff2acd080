import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * Digests a random secret for storage: SHA-256 as base64url. Fast on purpose, so only for secrets
 * of 128 random bits or more, never for what a person chose (ASVS 6.5.2, 11.4.2).
 *
 * @param secret - The secret as the token carries it.
 * @returns 43 characters.
 */
export function digestSecret(secret: string): string {
  return createHash('sha256').update(secret, 'utf8').digest('base64url');
}

/**
 * Tells, in constant time (ASVS 11.2.4), whether a secret belongs to a stored digest.
 *
 * @param secret - The secret that a caller showed.
 * @param digest - What `digestSecret` gave. Anything else, such as a missing attribute, is `false`.
 */
export function digestMatches(secret: string, digest: unknown): boolean {
  if (typeof digest !== 'string') return false;
  const expected = Buffer.from(digest, 'utf8');
  const actual = Buffer.from(digestSecret(secret), 'utf8');
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}
