import { invalidOption } from '../errors/invalidOption.js';
import { BcryptHasher } from './BcryptHasher.js';
import { isElsewhereMark } from './elsewhere.js';
import { checkNewPassword } from './checkNewPassword.js';
import {
  BUILT_IN_COMMON_PASSWORDS,
  isCoveredByBuiltIn,
  type CommonPasswords,
} from './CommonPasswords.js';
import { parseLoginPassword } from './parsePassword.js';
import type { PasswordHasher } from './PasswordHasher.js';
import {
  definePasswordPolicy,
  type PasswordPolicy,
  type PasswordPolicyOptions,
} from './PasswordPolicy.js';
import {
  PasswordVerifier,
  type ExtraHasher,
  type PasswordVerification,
} from './PasswordVerifier.js';
import type { PrehashedPasswords } from './PrehashedPasswords.js';
import { withPath } from '../errors/withPath.js';

/** How passwords are hashed, and what they must be like. */
export interface PasswordOptions {
  /** Turns passwords into what is stored (default: bcryptjs at cost 10). */
  readonly hasher?: PasswordHasher;
  /**
   * More hashers, for what other systems have stored, such as those of `@latchkey/accounts/foreign-hashes`;
   * bcrypt and scrypt are always there.
   */
  readonly extraHashers?: readonly ExtraHasher[];
  /** A preset, or lengths, lists and checks of one's own (default: `nist`, 8 to 1000 characters). */
  readonly policy?: PasswordPolicyOptions;
  /**
   * The list of common passwords, for policies that refuse them: `commonPasswords()` of
   * `@latchkey/accounts/common-passwords`, where the minimum length is 6, 7, 9 or 10 (default: a
   * list that is built in, of the 3000 most common for a minimum of 8, or of 11 or more).
   */
  readonly common?: CommonPasswords;
  /**
   * Makes clients hash passwords before they send them: `prehashedPasswords(…)` of
   * `@latchkey/accounts/prehashed-passwords` (default: they send the password).
   */
  readonly prehashed?: PrehashedPasswords;
}

/** Validates, hashes and compares passwords, by the policy and the hashers of one `Accounts`. */
export class PasswordService {
  readonly #hasher: PasswordHasher;
  readonly #verifier: PasswordVerifier;
  readonly #policy: PasswordPolicy;
  readonly #common: CommonPasswords;
  /** Where clients hash passwords first. */
  readonly prehashed: PrehashedPasswords | undefined;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(options: PasswordOptions = {}) {
    const { hasher = new BcryptHasher(), extraHashers = [], policy, common, prehashed } = options;
    this.#hasher = hasher;
    this.#verifier = withPath('passwords', () => new PasswordVerifier({ hasher, extraHashers }));
    this.#policy = withPath('passwords.policy', () => definePasswordPolicy(policy));
    if (!common) assertBuiltInCovers(this.#policy);
    this.#common = common ?? BUILT_IN_COMMON_PASSWORDS;
    this.prehashed = prehashed;
  }

  /**
   * Validates a new password, and returns it in composed form (NFC).
   *
   * @param contextWords - words known about the user, such as the username, which a good password does
   *   not consist of.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
   */
  async parseNew(
    value: unknown,
    path: string,
    contextWords: readonly (string | undefined)[],
  ): Promise<string> {
    // What the password is like cannot be seen of it any more.
    if (this.prehashed) return this.parse(value, path);
    return checkNewPassword(value, {
      path,
      policy: this.#policy,
      common: this.#common,
      contextWords,
    });
  }

  /** Minimum and maximum length of a new password, in code points. */
  get lengths(): Pick<PasswordPolicy, 'minLength' | 'maxLength'> {
    return this.#policy;
  }

  /** Hashes a password that {@link parseNew} returned. */
  async hash(password: string): Promise<string> {
    const hash = (text: string): Promise<string> => this.#hasher.hash(text);
    return this.prehashed ? this.prehashed.hash(password, hash) : hash(password);
  }

  /**
   * Validates only the form of a password, before anything is read from the table.
   *
   * @throws AccountError `InvalidInput`
   */
  parse(value: unknown, path: string): string {
    const password = parseLoginPassword(value, { path, policy: this.#policy });
    return this.prehashed?.require(password, path) ?? password;
  }

  /** Tells whether a hash of another system, or of an earlier setting, could be verified at a login. */
  recognises(stored: string): boolean {
    return this.#verifier.recognises(stored);
  }

  /** Compares a password with the stored hash, or, at the same cost, with none. */
  async verify(password: string, found: string | undefined): Promise<PasswordVerification> {
    // Whatever the application's hasher takes for a hash.
    const stored = isElsewhereMark(found) ? undefined : found;
    const verify = (text: string, hash: string | undefined): Promise<PasswordVerification> =>
      // As `parseNew` gives it: a hasher of the application's own need not know (SP 800-63B-4 §3.1.1.2).
      this.#verifier.verify(text.normalize('NFC'), hash);
    return this.prehashed
      ? this.prehashed.verify(password, stored, verify)
      : verify(password, stored);
  }
}

/** Without the words for its minimum length, a policy would let the most common of all through. */
function assertBuiltInCovers({ minLength, refuseCommon = true }: PasswordPolicy): void {
  if (!refuseCommon || isCoveredByBuiltIn(minLength)) return;
  throw invalidOption(
    'passwords.common',
    `For a minimum length of ${minLength}, give commonPasswords() of @latchkey/accounts/common-passwords.`,
  );
}
