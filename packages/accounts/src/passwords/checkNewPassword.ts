import { AccountError } from '../errors/AccountError.js';
import { BUILT_IN_COMMON_PASSWORDS, type CommonPasswords } from './CommonPasswords.js';
import { isBreachedPassword } from './isBreachedPassword.js';
import { isPasswordHash } from './storedPassword.js';
import { isMadeOfContext } from './isMadeOfContext.js';
import { parsePassword } from './parsePassword.js';
import type { PasswordPolicy } from './PasswordPolicy.js';

/** Requirements for a new password, and its place in the caller's input. */
export interface CheckNewPasswordOptions {
  /** The name that errors give to the input. Default `password`. */
  readonly path?: string;
  readonly policy: PasswordPolicy;
  /** The list of common passwords. Default the one that is built in. */
  readonly common?: CommonPasswords;
  /** Words known about the account: its username, its e-mail addresses. */
  readonly contextWords?: readonly (string | undefined)[];
}

/**
 * Checks a new password against the whole policy and returns its composed form (NFC): its length, then
 * whether it consists of words known about the account, is common, or is known from a breach. Sign-up,
 * change and reset use the same check (ASVS 6.2.4).
 *
 * @param value - The input, of any type.
 * @throws AccountError `InvalidInput`, with reason `passwordHash` for a password hash;
 *   `PasswordTooShort`, `PasswordTooLong`; `PasswordNotAllowed` with the reason (NIST SP 800-63B-4
 *   §3.1.1.2); `ServiceUnavailable` if the breach check fails and the policy then refuses the password.
 */
export async function checkNewPassword(
  value: unknown,
  {
    path = 'password',
    policy,
    common = BUILT_IN_COMMON_PASSWORDS,
    contextWords = [],
  }: CheckNewPasswordOptions,
): Promise<string> {
  const password = parsePassword(value, { path, policy });
  if (isPasswordHash(password)) {
    throw new AccountError('InvalidInput', { path, reason: 'passwordHash' });
  }
  if (isMadeOfContext(password, [...contextWords, ...(policy.contextWords ?? [])])) {
    throw new AccountError('PasswordNotAllowed', { path, reason: 'context' });
  }
  if (policy.refuseCommon !== false && (await common.isCommon(password))) {
    throw new AccountError('PasswordNotAllowed', { path, reason: 'common' });
  }
  if (await isBreachedPassword(password, policy)) {
    throw new AccountError('PasswordNotAllowed', { path, reason: 'breached' });
  }
  return password;
}
