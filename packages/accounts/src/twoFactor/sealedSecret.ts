import { AccountError } from '../errors/AccountError.js';
import type { EncryptionKeyring } from './EncryptionKeyring.js';
import type { StoredToken } from '../core/Account.js';

const PURPOSE = 'totpSecret';

/** Encrypts a TOTP secret for an account; it cannot be decrypted for another account. */
export function sealSecret(keyring: EncryptionKeyring, accountId: string, secret: string): string {
  return keyring.encrypt(secret, { purpose: PURPOSE, accountId });
}

/**
 * Decrypts an account's TOTP secret.
 *
 * @throws AccountError `InvalidConfiguration` if no key decrypts it: a second factor that cannot be
 *   checked must not be skipped (ASVS 16.5.3).
 */
export function openSecret(keyring: EncryptionKeyring, { accountId, value }: StoredToken): string {
  const secret = keyring.decrypt(value, { purpose: PURPOSE, accountId });
  if (secret !== null) return secret;
  throw new AccountError('InvalidConfiguration', {
    path: 'twoFactor.encryptionKeys',
    reason: 'There is no key that decrypts what is stored.',
  });
}
