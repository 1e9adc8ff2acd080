import { AccountError } from '../errors/AccountError.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import { EncryptionKeyring } from './EncryptionKeyring.js';
import type { EncryptionKey } from './prepareEncryptionKeys.js';
import type { TwoFactorPolicy } from '../core/requiredSecondFactor.js';
import { parseTotpIssuer } from './totpUri.js';

/** How accounts are protected by a second factor. */
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
   * Whom a second factor is demanded of (default: nobody). Asked at every login: an account that
   * has none gets `TwoFactorEnrolmentRequired` in place of a session.
   */
  readonly isRequired?: (account: AccountDocument) => boolean;
  /**
   * How long ago the session's owner may have logged in, or proved again who they are, to enrol, to
   * disable or to replace recovery codes (default: `'10m'`).
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
  return {
    issuer: parseTotpIssuer(issuer),
    keyring: new EncryptionKeyring(encryptionKeys),
    recentLogin,
    ...(isRequired && { isRequired }),
  };
}
