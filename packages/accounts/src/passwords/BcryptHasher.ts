import { randomBytes } from 'node:crypto';
import { compare, encodeBase64, hash } from 'bcryptjs';
import { AccountError } from '../errors/AccountError.js';
import type { PasswordHasher } from './PasswordHasher.js';
import {
  formatStoredPassword,
  MAX_COST,
  MIN_COST,
  parseStoredPassword,
  toBcryptInput,
} from './storedPassword.js';

const SALT_BYTES = 16;
const DIGEST_BYTES = 23;

/** Settings of {@link BcryptHasher}. */
export interface BcryptHasherOptions {
  /** Work per hash as a power of two, 10 to 16. Each step doubles the time. Default 10. */
  readonly cost?: number;
}

/**
 * Hashes passwords with bcrypt (pure JavaScript) in a form that counts every byte of a long one.
 * Stored strings look like `$hmac-sha384-bcrypt$v=1$2b$10$…`.
 *
 * @example
 * ```ts
 * import { BcryptHasher } from '@latchkey/accounts';
 *
 * const hasher = new BcryptHasher({ cost: 12 });
 * const stored = await hasher.hash('correct horse battery staple');
 * console.log(await hasher.verify('correct horse battery staple', stored)); // true
 * ```
 */
export class BcryptHasher implements PasswordHasher {
  readonly dummyHash: string;
  readonly #cost: number;

  /**
   * @param options - `cost`: a power of two, 10 to 16, default 10.
   * @throws AccountError `InvalidConfiguration` for any other cost.
   */
  constructor({ cost = MIN_COST }: BcryptHasherOptions = {}) {
    if (!Number.isInteger(cost) || cost < MIN_COST || cost > MAX_COST) {
      throw new AccountError('InvalidConfiguration', {
        path: 'cost',
        reason: `The bcrypt cost must be a whole number from ${MIN_COST} to ${MAX_COST}.`,
      });
    }
    this.#cost = cost;
    this.dummyHash = formatStoredPassword(fillerBcryptHash(cost));
  }

  /**
   * Hashes a new password with a fresh salt of 128 bits.
   *
   * @param password - The password, any length.
   * @throws AccountError `InvalidInput` for a string that is not well-formed Unicode.
   */
  async hash(password: string): Promise<string> {
    // As UTF-8, every lone surrogate becomes U+FFFD: different passwords would share one hash.
    if (!password.isWellFormed()) {
      throw new AccountError('InvalidInput', { path: 'password', reason: 'notWellFormed' });
    }
    return formatStoredPassword(await hash(toBcryptInput(password), this.#cost));
  }

  /**
   * Tells whether a password belongs to a stored string. A string of an unknown scheme, a broken
   * one and one with a cost outside 10 to 16 give `false` after one hash of this hasher's own cost.
   *
   * @param password - The password that somebody typed.
   * @param stored - What `hash` gave.
   */
  async verify(password: string, stored: string): Promise<boolean> {
    const parsed = password.isWellFormed() ? parseStoredPassword(stored) : null;
    // A quick "no" would tell an attacker which accounts have no usable password (ASVS 6.3.8).
    const target = parsed ?? parseStoredPassword(this.dummyHash);
    if (target === null) return false;
    const matches = await compare(toBcryptInput(password), target.bcryptHash);
    return matches && parsed !== null;
  }

  /**
   * Tells whether a stored string was made at a lower cost, or by another scheme, than this hasher
   * uses, so that a successful login should replace it (ASVS 11.2.2).
   *
   * @param stored - What `hash` gave, perhaps years ago.
   */
  needsRehash(stored: string): boolean {
    return (parseStoredPassword(stored)?.cost ?? 0) < this.#cost;
  }
}

/** Random bytes in the shape of a bcrypt hash; a match would mean a guess of 184 bits. */
function fillerBcryptHash(cost: number): string {
  const salt = encodeBase64(randomBytes(SALT_BYTES), SALT_BYTES);
  const digest = encodeBase64(randomBytes(DIGEST_BYTES), DIGEST_BYTES);
  return `$2b$${cost}$${salt}${digest}`;
}
