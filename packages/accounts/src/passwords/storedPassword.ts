import { createHmac } from 'node:crypto';

/** The lowest bcrypt cost, a power of two, that is still approved (ASVS 11.4.2). */
export const MIN_COST = 10;

/** The highest bcrypt cost: about 4.5 s of CPU. A poisoned row must not cost more (`$2b$20$`). */
export const MAX_COST = 16;

// Names how the bcrypt input was made, as bcrypt's own prefix cannot. A pepper, one day, is `v=2`.
const SCHEME = '$hmac-sha384-bcrypt$v=1';
const STORED = /^\$hmac-sha384-bcrypt\$v=1(\$2b\$(\d\d)\$[./A-Za-z0-9]{53})$/;

// Public on purpose: it separates our digests from everybody else's, it hides nothing.
const DOMAIN_KEY = 'latchkey/password/v1';

/** A stored password, taken apart. */
export interface StoredPassword {
  /** The 60 characters that bcrypt understands. */
  readonly bcryptHash: string;
  readonly cost: number;
}

/**
 * Makes the string that bcrypt hashes: 64 ASCII characters, whatever the password's length.
 *
 * bcrypt ignores everything after byte 72, so that long passwords would match by their beginning
 * (ASVS 6.2.8, 6.2.9). A plain digest in front of it would let somebody who holds SHA digests from
 * another site's leak try those without knowing the passwords ("shucking"); a keyed one does not
 * (OWASP Password Storage Cheat Sheet). base64, because a raw digest may contain NUL.
 *
 * @param password - A well-formed string; composed and decomposed letters are the same password
 *   (NIST SP 800-63B-4 §3.1.1.2).
 */
export function toBcryptInput(password: string): string {
  return createHmac('sha384', DOMAIN_KEY)
    .update(password.normalize('NFC'), 'utf8')
    .digest('base64');
}

/**
 * Writes a bcrypt hash with the name of its scheme.
 *
 * @param bcryptHash - The 60 characters of bcrypt.
 * @returns For example `$hmac-sha384-bcrypt$v=1$2b$10$…`.
 */
export function formatStoredPassword(bcryptHash: string): string {
  return SCHEME + bcryptHash;
}

/**
 * Reads a stored string, or gives null if its scheme is unknown, its form broken or its cost
 * outside 10 to 16.
 *
 * @param stored - Whatever the table holds.
 */
export function parseStoredPassword(stored: unknown): StoredPassword | null {
  const match = typeof stored === 'string' ? STORED.exec(stored) : null;
  const bcryptHash = match?.[1];
  const cost = Number(match?.[2]);
  if (bcryptHash === undefined || cost < MIN_COST || cost > MAX_COST) return null;
  return { bcryptHash, cost };
}
