import { createCipheriv, timingSafeEqual } from 'node:crypto';
import { invalidOption } from '../../errors/invalidOption.js';
import type { ForeignHasher } from '../ForeignHasher.js';
import { requireWhole } from '../requireWhole.js';
import { createForeignHasher } from './createForeignHasher.js';
import { scryptKey } from './scryptKey.js';

/**
 * Parameters of a Firebase project, as its console shows them under Authentication, Users, Password hash
 * parameters.
 */
export interface FirebaseScryptOptions {
  /** `base64_signer_key`: 64 bytes in base64. It is a secret. */
  readonly signerKey: string;
  /** `base64_salt_separator` (default: `Bw==`). */
  readonly saltSeparator?: string;
  /** `rounds`, 1 to 8 (default: 8). */
  readonly rounds?: number;
  /** `mem_cost`, 1 to 15 (default: 14). */
  readonly memoryCost?: number;
}

const STORED = /^\$firebase-scrypt\$v=1\$([A-Za-z0-9+/]{2,172}={0,2})\$([A-Za-z0-9+/]{86}==)$/;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
const SIGNER_KEY_BYTES = 64;
const MAX_MEMORY_COST = 15;
const MAX_ROUNDS = 8;
const CIPHER_KEY_BYTES = 32;

/**
 * Verifies the passwords of Firebase Authentication, which are in the table as
 * `$firebase-scrypt$v=1$<salt>$<passwordHash>`, both in base64. What a
 * comparison costs is for these options to say, not for what is stored: at most 32 MiB.
 *
 * The scheme is that of https://github.com/firebase/scrypt: scrypt of the password makes a key, and AES-256-CTR
 * with that key encrypts the project's signer key.
 *
 * @throws AccountError `InvalidConfiguration`
 * @example
 * ```ts
 * import { firebaseScrypt } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [
 *   firebaseScrypt({ signerKey: process.env['FIREBASE_SIGNER_KEY'] ?? '' }),
 * ];
 * ```
 */
export function firebaseScrypt(options: FirebaseScryptOptions): ForeignHasher {
  const { saltSeparator = 'Bw==', rounds = 8, memoryCost = 14 } = options;
  const signerKey = bytesOf('signerKey', options.signerKey);
  if (signerKey.length !== SIGNER_KEY_BYTES) {
    throw invalidOption('signerKey', 'It must be 64 bytes in base64.');
  }
  const separator = bytesOf('saltSeparator', saltSeparator);
  requireWhole('rounds', rounds, 1, MAX_ROUNDS);
  requireWhole('memoryCost', memoryCost, 1, MAX_MEMORY_COST);
  const settings = { N: 2 ** memoryCost, r: rounds, p: 1 };
  return createForeignHasher({
    parse: (stored) => {
      const [, salt, digest] = STORED.exec(stored) ?? [];
      if (salt === undefined || digest === undefined) return null;
      return { salt: Buffer.from(salt, 'base64'), digest: Buffer.from(digest, 'base64') };
    },
    matches: async (password, { salt, digest }) => {
      const key = await scryptKey(password, Buffer.concat([salt, separator]), settings);
      const cipher = createCipheriv(
        'aes-256-ctr',
        key.subarray(0, CIPHER_KEY_BYTES),
        Buffer.alloc(16),
      );
      return timingSafeEqual(Buffer.concat([cipher.update(signerKey), cipher.final()]), digest);
    },
  });
}

function bytesOf(path: string, value: unknown): Buffer {
  if (typeof value !== 'string' || !BASE64.test(value)) {
    throw invalidOption(path, 'It must be a string in base64.');
  }
  return Buffer.from(value, 'base64');
}
