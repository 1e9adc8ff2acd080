import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { EncryptionKeyring } from './EncryptionKeyring.js';
import type { EncryptionKey } from './prepareEncryptionKeys.js';
import type { TwoFactorPolicy } from '../core/requiredSecondFactor.js';
import { parseForeignSecret } from './createTotpSecret.js';
import { sealSecret } from './sealedSecret.js';
import { parseTotpIssuer } from './totpUri.js';

/** Options of the second factor. */
export interface TwoFactorOptions {
  /** The name under which authenticator apps list the application: 1 to 64 characters, no colon. */
  readonly issuer: string;
  /**
   * Keys with which the secrets of authenticators are encrypted in the table: 32 random bytes each,
   * the newest first. A secret is encrypted with the newest key at the next login with a code from
   * that secret; an older key can go when no secret needs it.
   */
  readonly encryptionKeys: readonly EncryptionKey[];
  /**
   * Tells whether an account must have a second factor (default: no account must). Called at every
   * login: an account without one gets `TwoFactorEnrolmentRequired` instead of a session.
   */
  readonly isRequired?: (account: AccountDocument) => boolean;
  /**
   * Maximum age of the last login or reauthentication for enrolling, disabling, or replacing recovery
   * codes (default: `'10m'`).
   */
  readonly recentLogin?: Duration;
}

/** {@link TwoFactorOptions}, checked. */
export interface TwoFactorSettings extends TwoFactorPolicy {
  readonly issuer: string;
  readonly keyring: EncryptionKeyring;
  readonly recentLogin: Duration;
}

/** @throws AccountError `InvalidConfiguration` with the path of the option. */
export function twoFactorSettings(options: TwoFactorOptions): TwoFactorSettings {
  const { issuer, encryptionKeys, isRequired, recentLogin = '10m' } = options;
  if (isRequired !== undefined && typeof isRequired !== 'function') {
    throw new AccountError('InvalidConfiguration', {
      path: 'twoFactor.isRequired',
      reason: 'It must be a function.',
    });
  }
  parseDuration(recentLogin, 'twoFactor.recentLogin');
  const keyring = new EncryptionKeyring(encryptionKeys);
  return {
    issuer: parseTotpIssuer(issuer),
    keyring,
    recentLogin,
    sealForeignSecret: (accountId, secret) =>
      sealSecret(keyring, accountId, parseForeignSecret(secret)),
    ...(isRequired && { isRequired }),
  };
}
