import type { AccountAttempts, Infer } from '@latchkey/schema';
import { invalidOption } from '../errors/invalidOption.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';

/** Limits on attempts at an account's authenticator. */
export interface AuthenticatorThrottling {
  /** Attempts in a row without a success before a wait: 1 to 100 (default: 10). */
  readonly budget?: number;
  /** Time without an attempt after which the count is reset (default: `'1d'`). */
  readonly window?: Duration;
  /**
   * The wait after the budget is used up; it doubles with each further attempt (default: `'30s'`).
   */
  readonly backOff?: Duration;
  /** The longest wait (default: `'1h'`). */
  readonly maxBackOff?: Duration;
}

/** Limits on attempts from one client address. */
export interface AddressThrottling {
  /** Attempts within the window, on any accounts: 1 to 1 000 000 (default: 300). */
  readonly budget?: number;
  /** The length of the windows (default: `'15m'`). */
  readonly window?: Duration;
}

/** Limits on messages with a secret that visitors can request. */
export interface MessageThrottling {
  /** Messages to one address within the window: 1 to 1000 (default: 10). */
  readonly perAddress?: number;
  /** Messages for one account within the window, to any address: 1 to 1000 (default: 30). */
  readonly perAccount?: number;
  /** The length of the windows (default: `'1d'`). */
  readonly window?: Duration;
}

/** How attempts are limited. */
export interface ThrottlingOptions {
  /** Passwords: at login, on known devices, and within a session, each with a count of its own. */
  readonly password?: AuthenticatorThrottling;
  /** One-time codes of six digits and recovery codes (default budget: 5). */
  readonly code?: AuthenticatorThrottling;
  /** Client addresses; false if all clients share one address (default: on). */
  readonly address?: AddressThrottling | false;
  /** Messages that verify a new address, at sign-up too; false for no limit (default: on). */
  readonly messages?: MessageThrottling | false;
}

/** {@link AuthenticatorThrottling} in milliseconds. */
export interface AuthenticatorPolicy {
  readonly budget: number;
  readonly windowMs: number;
  readonly backOffMs: number;
  readonly maxBackOffMs: number;
}

/** {@link AddressThrottling} in milliseconds. */
export interface AddressPolicy {
  readonly budget: number;
  readonly windowMs: number;
}

/** {@link MessageThrottling} in milliseconds. */
export interface MessagePolicy {
  readonly perAddress: number;
  readonly perAccount: number;
  readonly windowMs: number;
}

/** Authenticators that can be guessed at, each with a count of its own per account. */
export type Authenticator = Infer<typeof AccountAttempts>['authenticator'];

// NIST SP 800-63B-4 §3.2.2: at most 100 failures in a row.
const MAX_BUDGET = 100;

/**
 * The counts of one password: at the login, at the login on devices that are known by a token, and of
 * who is logged in. Each has waits of its own, so that nobody uses up another's.
 */
export const PASSWORD_COUNTS: readonly Authenticator[] = Object.freeze([
  'password',
  'knownDevice',
  'reauthentication',
]);

/** Tells whether a count is one of a password. */
export function isPasswordCount(authenticator: Authenticator): boolean {
  return PASSWORD_COUNTS.includes(authenticator);
}

/**
 * How many attempts in a row an authenticator takes without a success, whatever the waits between
 * them; then it is disabled until it is bound again. The counts of one password hold the 100
 * together. A code that was sent is good once and for a short time, so that the next is another.
 */
export const FAILURE_LIMITS: Readonly<Record<Authenticator, number>> = Object.freeze({
  password: 70,
  knownDevice: 15,
  reauthentication: 15,
  totp: MAX_BUDGET,
  recoveryCode: MAX_BUDGET,
  phone: Infinity,
  token: Infinity,
  // Counted across codes, since asking for another must not begin anew (SP 800-63B-4 §3.1.3.2).
  loginCode: MAX_BUDGET,
});

/** How long a count with a limit is kept without any attempt, in milliseconds: 400 days. */
export const FAILURES_KEPT_MS: number = 400 * 24 * 60 * 60 * 1000;
const MAX_ADDRESS_BUDGET = 1_000_000;
const MAX_MESSAGES = 1000;

/** @throws AccountError `InvalidConfiguration` */
export function authenticatorPolicy(
  { budget = 10, window = '1d', backOff = '30s', maxBackOff = '1h' }: AuthenticatorThrottling,
  path: string,
): AuthenticatorPolicy {
  assertBudget(budget, MAX_BUDGET, path);
  const windowMs = parseDuration(window, `${path}.window`);
  const maxBackOffMs = parseDuration(maxBackOff, `${path}.maxBackOff`);
  if (maxBackOffMs >= windowMs) {
    // The count would be forgotten before the wait is over.
    throw invalidOption(`${path}.maxBackOff`, 'It must be shorter than the window.');
  }
  return { budget, windowMs, backOffMs: parseDuration(backOff, `${path}.backOff`), maxBackOffMs };
}

/** @throws AccountError `InvalidConfiguration` */
export function addressPolicy(
  { budget = 300, window = '15m' }: AddressThrottling,
  path: string,
): AddressPolicy {
  assertBudget(budget, MAX_ADDRESS_BUDGET, path);
  return { budget, windowMs: parseDuration(window, `${path}.window`) };
}

/** @throws AccountError `InvalidConfiguration` */
export function messagePolicy(
  { perAddress = 10, perAccount = 30, window = '1d' }: MessageThrottling,
  path: string,
): MessagePolicy {
  assertBudget(perAddress, MAX_MESSAGES, path, 'perAddress');
  assertBudget(perAccount, MAX_MESSAGES, path, 'perAccount');
  return { perAddress, perAccount, windowMs: parseDuration(window, `${path}.window`) };
}

function assertBudget(budget: number, max: number, path: string, name = 'budget'): void {
  if (Number.isInteger(budget) && budget >= 1 && budget <= max) return;
  throw invalidOption(`${path}.${name}`, `The budget must be a whole number from 1 to ${max}.`);
}
