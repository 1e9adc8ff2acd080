import { pbkdf2 as derive, timingSafeEqual } from 'node:crypto';
import type { ForeignHasher } from '../ForeignHasher.js';
import { createForeignHasher } from './createForeignHasher.js';

interface StoredPbkdf2 {
  readonly hash: string;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

const HASH_BYTES: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };
/** Other lengths, where a string says what it has: a digest that was cut off must not match. */
const DIGEST_BYTES: readonly number[] = [20, 32, 64];
/** Four times what Django asks for in 2026: one to two seconds. */
const MAX_WORK = 4_000_000;

const DJANGO =
  /^pbkdf2_(?<hash>sha1|sha256)\$(?<iterations>[1-9]\d{0,6})\$(?<salt>[^$]{1,128})\$(?<digest>[A-Za-z0-9+/]{27,43}=)$/;
const PHC =
  /^\$pbkdf2-(?<hash>sha1|sha256|sha512)\$i=(?<iterations>[1-9]\d{0,6})(?:,l=(?<bytes>[1-9]\d))?\$(?<salt>[A-Za-z0-9+/]{2,172})\$(?<digest>[A-Za-z0-9+/]{27,86})$/;
const PASSLIB =
  /^\$pbkdf2(?:-(?<hash>sha256|sha512))?\$(?<iterations>[1-9]\d{0,6})\$(?<salt>[A-Za-z0-9./]{2,172})\$(?<digest>[A-Za-z0-9./]{27,86})$/;

/**
 * Verifies passwords that were hashed with PBKDF2, in the forms of
 *
 * - Django: `pbkdf2_sha256$<iterations>$<salt>$<digest>`, also `pbkdf2_sha1`;
 * - the PHC string format, in which Keycloak's are imported: `$pbkdf2-sha512$i=<iterations>,l=<bytes>$<salt>$<digest>`,
 *   also `sha256` and `sha1`;
 * - passlib: `$pbkdf2-sha256$<iterations>$<salt>$<digest>`, also `sha512`, and `$pbkdf2$` for SHA-1.
 *
 * More than 4 000 000 iterations, counted for each block of the digest, are not recognised.
 *
 * @example
 * ```ts
 * import { pbkdf2 } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [pbkdf2()];
 * ```
 */
export function pbkdf2(): ForeignHasher {
  return createForeignHasher({ parse, matches });
}

function parse(stored: string): StoredPbkdf2 | null {
  const django = DJANGO.exec(stored)?.groups;
  const passlib = django ? undefined : PASSLIB.exec(stored)?.groups;
  const groups = django ?? passlib ?? PHC.exec(stored)?.groups;
  if (!groups) return null;
  const { hash = 'sha1', iterations, bytes, salt = '', digest: text = '' } = groups;
  const own = HASH_BYTES[hash] ?? 0;
  // passlib writes a full stop for the plus sign.
  const digest = Buffer.from(text.replaceAll('.', '+'), 'base64');
  if (digest.length !== Number(bytes ?? own) || !DIGEST_BYTES.includes(digest.length)) return null;
  if (Number(iterations) * Math.ceil(digest.length / own) > MAX_WORK) return null;
  return {
    hash,
    iterations: Number(iterations),
    salt: django ? Buffer.from(salt) : Buffer.from(salt.replaceAll('.', '+'), 'base64'),
    digest,
  };
}

function matches(
  password: string,
  { hash, iterations, salt, digest }: StoredPbkdf2,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    derive(password, salt, iterations, digest.length, hash, (error, key) =>
      error ? reject(error) : resolve(timingSafeEqual(key, digest)),
    );
  });
}
