import { createHmac } from 'node:crypto';
import { BcryptHasher } from '../BcryptHasher.js';
import type { ForeignHasher } from '../ForeignHasher.js';

const PREFIX = '$wp';

/**
 * Verifies the passwords of WordPress 6.8 and later, `$wp$2y$10$…`: bcrypt of an HMAC-SHA384 in base64, as
 * `wp_check_password` computes it. Those of earlier versions are `phpass()`. A cost above 16 is not recognised.
 *
 * @example
 * ```ts
 * import { phpass, wordPress } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [phpass(), wordPress()];
 * ```
 */
export function wordPress(): ForeignHasher {
  const bcrypt = new BcryptHasher();
  const recognises = (stored: unknown): boolean =>
    typeof stored === 'string' &&
    stored.startsWith(`${PREFIX}$2y$`) &&
    bcrypt.recognises(stored.slice(PREFIX.length));
  return {
    recognises,
    verify: async (password, stored) =>
      password.isWellFormed() &&
      recognises(stored) &&
      bcrypt.verify(
        createHmac('sha384', 'wp-sha384').update(password).digest('base64'),
        stored.slice(PREFIX.length),
      ),
  };
}
