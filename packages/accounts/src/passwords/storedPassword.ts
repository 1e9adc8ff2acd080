import { createHmac } from 'node:crypto';

/** The lowest bcrypt cost, a power of two, that is still approved (ASVS 11.4.2). */
export const MIN_COST = 10;

/** The highest bcrypt cost: about 4.5 s of CPU. A poisoned row must not cost more (`$2b$20$`). */
export const MAX_COST = 16;

/** The lowest cost that bcrypt has; other systems may have used it, years ago. */
const MIN_PLAIN_COST = 4;

// Names how the bcrypt input was made, as bcrypt's own prefix cannot. A pepper, one day, is `v=2`.
const SCHEME = '$hmac-sha384-bcrypt$v=1';
const STORED = /^\$hmac-sha384-bcrypt\$v=1(\$2b\$(\d\d)\$[./A-Za-z0-9]{53})$/;
const PLAIN = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

// Not a secret: it only makes these digests differ from those of other systems.
const DOMAIN_KEY = 'latchkey/password/v1';

/** A stored password, taken apart. */
export interface StoredPassword {
  /** The 60 characters that bcrypt understands. */
  readonly bcryptHash: string;
  readonly cost: number;
  /** Tells whether another system made it: bcrypt of the password itself. */
  readonly plain: boolean;
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
 * Returns the string that other systems passed to bcrypt: the password as it was typed.
 *
 * bcrypt ignored everything after byte 72, so it cannot be checked. It is ignored here too, for this one
 * login; the stored string is then replaced by one in which every byte counts (ASVS 6.2.8). Refusing such
 * a password would only lock its owner out: its first 72 bytes are all that the hash depends on.
 */
export function toPlainBcryptInput(password: string): string {
  // 73 UTF-16 units are more than 72 bytes of UTF-8, wherever the cut falls. The rest costs nothing.
  return password.slice(0, 73);
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
 * outside 10 to 16 (4 to 16 for the hashes of other systems).
 *
 * @param stored - Whatever the table holds.
 */
export function parseStoredPassword(stored: unknown): StoredPassword | null {
  if (typeof stored !== 'string') return null;
  const [, bcryptHash, cost] = STORED.exec(stored) ?? [];
  if (bcryptHash !== undefined) return within(MIN_COST, { bcryptHash, cost, plain: false });
  const [plainHash, plainCost] = PLAIN.exec(stored) ?? [];
  if (plainHash === undefined) return null;
  return within(MIN_PLAIN_COST, { bcryptHash: plainHash, cost: plainCost, plain: true });
}

function within(
  lowest: number,
  { bcryptHash, cost: digits, plain }: Omit<StoredPassword, 'cost'> & { cost: string | undefined },
): StoredPassword | null {
  const cost = Number(digits);
  return cost >= lowest && cost <= MAX_COST ? { bcryptHash, cost, plain } : null;
}

/** How a hash of bcrypt, crypt(3) and the PHC string format begins. */
const HASH_START = /^\$[a-z0-9-]{1,32}\$/;
/** How such a hash ends, and hardly any password. */
const HASH_END = /[./A-Za-z0-9+=]{16}$/;

/**
 * Tells whether a value has the form of a stored password hash, which was probably meant to be imported.
 * As a password, the hash itself would log in to the account.
 */
export function isPasswordHash(value: string): boolean {
  return HASH_START.test(value) && HASH_END.test(value);
}
