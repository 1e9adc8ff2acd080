import { timingSafeEqual } from 'node:crypto';
import type { ForeignHasher } from '../ForeignHasher.js';
import { createForeignHasher } from './createForeignHasher.js';
import { scryptKey } from './scryptKey.js';

const STORED = /^([0-9a-f]{32}):([0-9a-f]{128})$/;
// Of @better-auth/utils/password; 32 MiB.
const SETTINGS = { N: 16_384, r: 16, p: 1 };

/**
 * Verifies the passwords that better-auth hashes by default: `<salt>:<key>`, both in hexadecimal, as in
 * `account.password`. The cost is fixed: 32 MiB.
 *
 * @example
 * ```ts
 * import { betterAuthScrypt } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [betterAuthScrypt()];
 * ```
 */
export function betterAuthScrypt(): ForeignHasher {
  return createForeignHasher({
    parse: (stored) => {
      const [, salt, digest] = STORED.exec(stored) ?? [];
      if (salt === undefined || digest === undefined) return null;
      return { salt, digest: Buffer.from(digest, 'hex') };
    },
    // The salt goes in as text, and the password in its compatibility form.
    matches: async (password, { salt, digest }) =>
      timingSafeEqual(await scryptKey(password.normalize('NFKC'), salt, SETTINGS), digest),
  });
}
