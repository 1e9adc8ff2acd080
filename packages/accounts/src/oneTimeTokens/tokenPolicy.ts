import type { AccountToken, Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';

/** The kinds of one-time token. */
export type OneTimeTokenKind = Exclude<Infer<typeof AccountToken>['kind'], 'password'>;

/** The kinds of one-time token that are sent to somebody. */
export type SentTokenKind = Exclude<OneTimeTokenKind, 'contact_recovery' | 'twoFactorAuth'>;

/** How long one-time tokens are good for. */
export interface OneTimeTokenLifetimes {
  /** Default: `'24h'` (NIST SP 800-63B-4 §4.2.1.2). */
  readonly emailVerification?: Duration;
  /** Default: `'1h'`. */
  readonly passwordRecovery?: Duration;
  /** Default: `'10m'` (NIST SP 800-63B-4 §3.1.3.2). */
  readonly phoneVerification?: Duration;
  /** Default: `'15m'`. */
  readonly magicLink?: Duration;
  /** How long the reader of an address that was replaced can undo that (default: `'7d'`). */
  readonly contactRecovery?: Duration;
  /** How long a login waits for its second factor (default: `'5m'`). */
  readonly twoFactorChallenge?: Duration;
  /** The application's own purposes, unless they say otherwise (default: `'1h'`). */
  readonly custom?: Duration;
}

/** How one-time tokens behave. */
export interface OneTimeTokenOptions extends OneTimeTokenLifetimes {
  /**
   * Tells whether a newer token of the same kind for the same target makes those before it void:
   * for all kinds that are sent to somebody, or for these (default: false).
   */
  readonly onlyNewest?: boolean | readonly SentTokenKind[];
}

/** {@link OneTimeTokenOptions} as the mechanism needs them. */
export interface TokenPolicy {
  readonly lifetimesMs: Readonly<Record<OneTimeTokenKind, number>>;
  readonly onlyNewest: ReadonlySet<OneTimeTokenKind>;
}

const SENT_KINDS: readonly SentTokenKind[] = [
  'email_verification',
  'phone_verification',
  'password_recovery',
  'magick_link',
  'custom',
];

/** @throws AccountError `InvalidConfiguration` */
export function tokenPolicy({
  emailVerification = '24h',
  passwordRecovery = '1h',
  phoneVerification = '10m',
  magicLink = '15m',
  contactRecovery = '7d',
  twoFactorChallenge = '5m',
  custom = '1h',
  onlyNewest = false,
}: OneTimeTokenOptions = {}): TokenPolicy {
  return {
    lifetimesMs: {
      email_verification: parseDuration(emailVerification, 'tokens.emailVerification'),
      password_recovery: parseDuration(passwordRecovery, 'tokens.passwordRecovery'),
      phone_verification: parseDuration(phoneVerification, 'tokens.phoneVerification'),
      magick_link: parseDuration(magicLink, 'tokens.magicLink'),
      contact_recovery: parseDuration(contactRecovery, 'tokens.contactRecovery'),
      twoFactorAuth: parseDuration(twoFactorChallenge, 'tokens.twoFactorChallenge'),
      custom: parseDuration(custom, 'tokens.custom'),
    },
    onlyNewest: new Set(kindsOf(onlyNewest)),
  };
}

function kindsOf(onlyNewest: unknown): readonly SentTokenKind[] {
  if (onlyNewest === true) return SENT_KINDS;
  if (onlyNewest === false) return [];
  if (Array.isArray(onlyNewest) && onlyNewest.every(isSentKind)) return onlyNewest;
  throw new AccountError('InvalidConfiguration', {
    path: 'tokens.onlyNewest',
    reason: `Use true, false or a list of: ${SENT_KINDS.join(', ')}.`,
  });
}

function isSentKind(kind: unknown): kind is SentTokenKind {
  return SENT_KINDS.includes(kind as SentTokenKind);
}
