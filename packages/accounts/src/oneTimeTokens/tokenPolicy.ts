import type { AccountToken, Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';

/** The kinds of one-time token. */
export type OneTimeTokenKind = Exclude<Infer<typeof AccountToken>['kind'], 'password'>;

/** The kinds of one-time token that are sent to a user. */
export type SentTokenKind = Exclude<OneTimeTokenKind, 'contact_recovery' | 'twoFactorAuth'>;

/** Lifetimes of one-time tokens. */
export interface OneTimeTokenLifetimes {
  /** Default: `'24h'` (NIST SP 800-63B-4 §4.2.1.2). */
  readonly emailVerification?: Duration;
  /** Default: `'1h'`. */
  readonly passwordRecovery?: Duration;
  /** Default: `'10m'` (NIST SP 800-63B-4 §3.1.3.2). */
  readonly phoneVerification?: Duration;
  /** Default: `'15m'`. */
  readonly magicLink?: Duration;
  /** Codes to log in with, by e-mail and SMS (default: `'10m'`, NIST SP 800-63B-4 §3.1.3.2). */
  readonly loginCode?: Duration;
  /** How long the replacement of an address can be undone from the old one (default: `'7d'`). */
  readonly contactRecovery?: Duration;
  /** How long a login waits for its second factor (default: `'5m'`). */
  readonly twoFactorChallenge?: Duration;
  /** Default for the application's own purposes (default: `'1h'`). */
  readonly custom?: Duration;
}

/** Options for one-time tokens. */
export interface OneTimeTokenOptions extends OneTimeTokenLifetimes {
  /**
   * Tells whether a newer token revokes earlier ones of the same kind for the same target: for all
   * kinds that are sent, or for the listed kinds (default: false).
   */
  readonly onlyNewest?: boolean | readonly SentTokenKind[];
  /**
   * Maximum number of an account's tokens of a kind that are neither used, expired nor revoked;
   * more are refused with `TooManyTokens`. Every login reads all of them, with their `meta`, in one
   * request for each 1 MB.
   */
  readonly maxPending?: MaxPendingTokens;
}

/** Maximum numbers of pending tokens in one account. */
export interface MaxPendingTokens {
  /** By `tokens.issue`, for all purposes together: 1 to 1000 (default: 200). */
  readonly custom?: number;
  /** By `addResetPasswordToken`: 1 to 1000 (default: 20). */
  readonly passwordRecovery?: number;
  /** By `addEmailVerificationToken`: 1 to 1000 (default: 20). */
  readonly emailVerification?: number;
}

/** {@link OneTimeTokenOptions} as the mechanism needs them. */
export interface TokenPolicy {
  readonly lifetimesMs: Readonly<Record<OneTimeTokenKind, number>>;
  readonly onlyNewest: ReadonlySet<OneTimeTokenKind>;
  readonly maxPending: Readonly<
    Record<'custom' | 'password_recovery' | 'email_verification', number>
  >;
}

const MAX_PENDING = 1000;

const SENT_KINDS: readonly SentTokenKind[] = [
  'email_verification',
  'phone_verification',
  'password_recovery',
  'magick_link',
  'login_code',
  'custom',
];

/** @throws AccountError `InvalidConfiguration` */
export function tokenPolicy({
  emailVerification = '24h',
  passwordRecovery = '1h',
  phoneVerification = '10m',
  magicLink = '15m',
  loginCode = '10m',
  contactRecovery = '7d',
  twoFactorChallenge = '5m',
  custom = '1h',
  onlyNewest = false,
  maxPending = {},
}: OneTimeTokenOptions = {}): TokenPolicy {
  return {
    lifetimesMs: {
      email_verification: parseDuration(emailVerification, 'tokens.emailVerification'),
      password_recovery: parseDuration(passwordRecovery, 'tokens.passwordRecovery'),
      phone_verification: parseDuration(phoneVerification, 'tokens.phoneVerification'),
      magick_link: parseDuration(magicLink, 'tokens.magicLink'),
      login_code: parseDuration(loginCode, 'tokens.loginCode'),
      contact_recovery: parseDuration(contactRecovery, 'tokens.contactRecovery'),
      twoFactorAuth: parseDuration(twoFactorChallenge, 'tokens.twoFactorChallenge'),
      custom: parseDuration(custom, 'tokens.custom'),
    },
    onlyNewest: new Set(kindsOf(onlyNewest)),
    maxPending: parseMaxPending(maxPending),
  };
}

function parseMaxPending({
  custom = 200,
  passwordRecovery = 20,
  emailVerification = 20,
}: MaxPendingTokens): TokenPolicy['maxPending'] {
  for (const [name, value] of Object.entries({ custom, passwordRecovery, emailVerification })) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_PENDING) continue;
    throw new AccountError('InvalidConfiguration', {
      path: `tokens.maxPending.${name}`,
      reason: `It must be a whole number from 1 to ${String(MAX_PENDING)}.`,
    });
  }
  return { custom, password_recovery: passwordRecovery, email_verification: emailVerification };
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
