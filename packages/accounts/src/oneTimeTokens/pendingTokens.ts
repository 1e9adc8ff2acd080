import type { AccountToken, Infer } from '@latchkey/schema';
import { TWO_FACTOR_PURPOSE } from '../twoFactor/secondFactorStep.js';

type Token = Infer<typeof AccountToken>;

/** What a login waits with; all else of kind `twoFactorAuth` is a factor, and lasts. */
const CHALLENGES: readonly string[] = [TWO_FACTOR_PURPOSE.challenge, TWO_FACTOR_PURPOSE.enrolment];

/**
 * Those of an account's tokens that somebody may still use: sent out, neither used nor void, and
 * not expired by the clock, since TTL removes rows late.
 */
export function pendingTokens<T extends Token>(tokens: readonly T[], now: Date): T[] {
  return tokens.filter(
    ({ kind, createdFor, used, expiresAt }) =>
      kind !== 'password' &&
      (kind !== 'twoFactorAuth' || CHALLENGES.includes(createdFor)) &&
      used !== true &&
      expiresAt !== undefined &&
      expiresAt > now,
  );
}

/**
 * Those of an account's tokens that may have gone to an address: made for it, or sent by the
 * application itself, of which it is not known where they went.
 */
export function tokensSentTo<T extends Token>(tokens: readonly T[], address: string): T[] {
  return tokens.filter(
    ({ accountId, kind, createdFor }) =>
      createdFor === address ||
      kind === 'custom' ||
      (kind === 'password_recovery' && createdFor === accountId),
  );
}
