import { invalidOption } from '../../errors/invalidOption.js';
import { BcryptHasher } from '../BcryptHasher.js';
import type { ForeignHasher } from '../ForeignHasher.js';

/** Options of {@link devise}. */
export interface DeviseOptions {
  /** `config.pepper` of `config/initializers/devise.rb`. It is a secret. */
  readonly pepper: string;
}

const PREFIX = '$devise';

/**
 * Verifies the passwords of Devise with a pepper: bcrypt of the password followed by the pepper. Import them with
 * `$devise` in front, `$devise$2a$12$…`: of itself, `encrypted_password` does not show that it has a pepper.
 * Without a pepper, it is bcrypt, which is always recognised. A cost above 16 is not recognised.
 *
 * @throws AccountError `InvalidConfiguration`
 * @example
 * ```ts
 * import { devise } from '@latchkey/accounts/foreign-hashes';
 *
 * export const extraHashers = [devise({ pepper: process.env['DEVISE_PEPPER'] ?? '' })];
 * ```
 */
export function devise({ pepper }: DeviseOptions): ForeignHasher {
  if (typeof pepper !== 'string' || pepper === '') {
    throw invalidOption('pepper', 'It must be a string that is not empty.');
  }
  const bcrypt = new BcryptHasher();
  const recognises = (stored: unknown): boolean =>
    typeof stored === 'string' &&
    stored.startsWith(`${PREFIX}$2`) &&
    bcrypt.recognises(stored.slice(PREFIX.length));
  return {
    recognises,
    verify: async (password, stored) =>
      password.isWellFormed() &&
      recognises(stored) &&
      bcrypt.verify(password + pepper, stored.slice(PREFIX.length)),
  };
}
