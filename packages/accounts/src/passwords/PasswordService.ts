import { invalidOption } from '../errors/invalidOption.js';
import { BcryptHasher } from './BcryptHasher.js';
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
import { PasswordVerifier, type PasswordVerification } from './PasswordVerifier.js';
import { withPath } from '../errors/withPath.js';

/** How passwords are hashed, and what they must be like. */
export interface PasswordOptions {
  /** Turns passwords into what is stored (default: bcryptjs at cost 10). */
  readonly hasher?: PasswordHasher;
  /** More hashers, for what other systems have stored; bcrypt and scrypt are always there. */
  readonly extraHashers?: readonly PasswordHasher[];
  /** A preset, or lengths, lists and checks of one's own (default: `nist`, 8 to 1000 characters). */
  readonly policy?: PasswordPolicyOptions;
  /**
   * The list of common passwords, for policies that refuse them: `commonPasswords()` of
   * `@latchkey/accounts/common-passwords`, where the minimum length is 6, 7, 9 or 10 (default: a
   * list that is built in, of the 3000 most common for a minimum of 8, or of 11 or more).
   */
  readonly common?: CommonPasswords;
}

/** Validates, hashes and compares passwords, by the policy and the hashers of one `Accounts`. */
export class PasswordService {
  readonly #hasher: PasswordHasher;
  readonly #verifier: PasswordVerifier;
  readonly #policy: PasswordPolicy;
  readonly #common: CommonPasswords;

  /** @throws AccountError `InvalidConfiguration` */
  constructor(options: PasswordOptions = {}) {
    const { hasher = new BcryptHasher(), extraHashers = [], policy, common } = options;
    this.#hasher = hasher;
    this.#verifier = withPath('passwords', () => new PasswordVerifier({ hasher, extraHashers }));
    this.#policy = withPath('passwords.policy', () => definePasswordPolicy(policy));
    if (!common) assertBuiltInCovers(this.#policy);
    this.#common = common ?? BUILT_IN_COMMON_PASSWORDS;
  }

  /**
   * Validates a new password, and returns it in composed form (NFC).
   *
   * @param contextWords - words known about the user, such as the username, which a good password does
   *   not consist of.
   * @throws AccountError `InvalidInput`, `PasswordTooShort`, `PasswordTooLong`, `PasswordNotAllowed`
   */
  parseNew(
    value: unknown,
    path: string,
    contextWords: readonly (string | undefined)[],
  ): Promise<string> {
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
  hash(password: string): Promise<string> {
    return this.#hasher.hash(password);
  }

  /**
   * Validates only the form of a password, before anything is read from the table.
   *
   * @throws AccountError `InvalidInput`
   */
  parse(value: unknown, path: string): string {
    return parseLoginPassword(value, { path, policy: this.#policy });
  }

  /** Compares a password with the stored hash, or, at the same cost, with none. */
  verify(password: string, stored: string | undefined): Promise<PasswordVerification> {
    // As `parseNew` gives it: a hasher of the application's own need not know (SP 800-63B-4 §3.1.1.2).
    return this.#verifier.verify(password.normalize('NFC'), stored);
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
