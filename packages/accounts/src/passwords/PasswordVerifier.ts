import { AccountError } from '../errors/AccountError.js';
import { BcryptHasher } from './BcryptHasher.js';
import type { ForeignHasher } from './ForeignHasher.js';
import type { PasswordHasher } from './PasswordHasher.js';
import { ScryptHasher } from './ScryptHasher.js';

/** A hasher that only verifies what is stored. */
export type ExtraHasher = PasswordHasher | ForeignHasher;

/** Options of {@link PasswordVerifier}. */
export interface PasswordVerifierOptions {
  /** Makes the hashes of new passwords, and sets what a comparison costs. */
  readonly hasher: PasswordHasher;
  /**
   * More hashers that verify what is stored, in this order, such as the `Argon2Hasher` for accounts
   * that another system has made. They come before bcrypt and scrypt, which are always there.
   */
  readonly extraHashers?: readonly ExtraHasher[];
}

/** Result of verifying a password that someone has typed. */
export interface PasswordVerification {
  readonly matches: boolean;
  /**
   * Tells whether the password matches and what is stored should be replaced by a new hash of it.
   */
  readonly needsRehash: boolean;
}

const NO_MATCH: PasswordVerification = Object.freeze({ matches: false, needsRehash: false });

/**
 * Verifies passwords against whatever is stored: what the application's hasher made, what an
 * earlier one made, and what other systems made. Each stored string says what it is.
 *
 * What no hasher recognises, and what asks for more work than its hasher is willing to do, costs one
 * comparison of the application's hasher, exactly as a user that does not exist (ASVS 6.3.8,
 * 11.2.5). A hash of another scheme or cost takes that scheme's time until it is replaced, at its
 * owner's next login.
 */
export class PasswordVerifier {
  readonly #hasher: PasswordHasher;
  readonly #others: readonly ExtraHasher[];

  /** @throws AccountError `InvalidConfiguration` for an extra hasher without `recognises`. */
  constructor({ hasher, extraHashers = [] }: PasswordVerifierOptions) {
    const index = extraHashers.findIndex((each) => typeof each.recognises !== 'function');
    if (index >= 0) {
      throw new AccountError('InvalidConfiguration', {
        path: `extraHashers.${index}`,
        reason: 'It has no method recognises, and so would never be asked.',
      });
    }
    this.#hasher = hasher;
    this.#others = [...extraHashers, new BcryptHasher(), new ScryptHasher()];
  }

  /**
   * Compares a password with what is stored. Never throws over what is stored.
   *
   * @param password - The password that somebody typed.
   * @param stored - What the table holds; undefined for a user that does not exist, or has no
   *   password.
   * @throws AccountError `TooBusy`
   */
  async verify(password: string, stored: string | undefined): Promise<PasswordVerification> {
    const hasher = this.#find(stored);
    if (stored === undefined || hasher === undefined) {
      await this.#hasher.verify(password, this.#hasher.dummyHash);
      return NO_MATCH;
    }
    if (!(await hasher.verify(password, stored))) return NO_MATCH;
    const isOwn = hasher === this.#hasher;
    return { matches: true, needsRehash: !isOwn || this.#hasher.needsRehash?.(stored) === true };
  }

  /**
   * Tells whether a hasher recognises a string that is about to be stored. An application's own hasher
   * without `recognises` recognises nothing here: it was never asked.
   */
  recognises(stored: string): boolean {
    return [this.#hasher, ...this.#others].some((hasher) => hasher.recognises?.(stored) === true);
  }

  #find(stored: string | undefined): ExtraHasher | undefined {
    if (typeof stored !== 'string') return undefined;
    if (this.#hasher.recognises?.(stored) ?? true) return this.#hasher;
    return this.#others.find((hasher) => hasher.recognises?.(stored));
  }
}
