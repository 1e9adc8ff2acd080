import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { LoginSessionOptions } from '../login/completeLogin.js';
import { readSessionMeta } from '../login/sessionMeta.js';
import { pendingTokens } from '../core/pendingTokens.js';
import { digestSecret } from '../tokens/digestSecret.js';
import type { StoredToken } from '../core/Account.js';
import type { LoadCore } from '../core/loadAccount.js';
import { readFactors, type AccountWithFactors } from './readFactors.js';
import { TWO_FACTOR_PURPOSE } from '../core/requiredSecondFactor.js';

/** A login that waits for its second factor. */
export interface WaitingLogin {
  readonly factors: AccountWithFactors;
  readonly challenge: StoredToken;
  /** Session options that the first step asked for. */
  readonly session: LoginSessionOptions;
  /** Number of failed attempts at the first factor before it was verified. */
  readonly failures: number;
}

// Challenges have 43 characters; a megabyte need not be hashed (ASVS 1.3.12).
const MAX_LENGTH = 100;

/**
 * Finds the login that a challenge belongs to, in two requests.
 *
 * @throws AccountError `InvalidInput`; `TokenVerificationFailed`, the same for a challenge that is
 *   unknown, used, expired, for another purpose, or revoked because all sessions were ended or a contact
 *   was removed; `AccountDeactivated`.
 */
export async function findChallenge(
  core: LoadCore & Pick<AccountsCore, 'acceptsIssuedAt' | 'tokens'>,
  given: unknown,
  purpose: 'challenge' | 'enrolment',
): Promise<WaitingLogin> {
  if (typeof given !== 'string') {
    throw new AccountError('InvalidInput', { path: 'challenge', reason: 'notAString' });
  }
  if (given.length > MAX_LENGTH) throw challengeRefused();
  // Only kinds whose values are unique, so not passwords.
  const filter = { value: digestSecret(given), kind: { $ne: 'password' } } as const;
  const { key } = await core.tokens.findKey({ filter });
  const factors = key ? await readFactors(core, key.accountId) : null;
  const pending = factors ? pendingTokens(factors.account.tokens, core, factors.account) : [];
  const challenge = pending.find(
    ({ ulid, kind, createdFor }) =>
      ulid === key?.ulid && kind === 'twoFactorAuth' && createdFor === TWO_FACTOR_PURPOSE[purpose],
  );
  if (!factors || !challenge) throw challengeRefused();
  if (factors.account.deactivated) throw new AccountError('AccountDeactivated', {});
  // Ending all sessions also ends logins in progress.
  if (challenge.meta?.generation !== factors.account.sessionGeneration) throw challengeRefused();
  const { failures } = challenge.meta;
  return {
    factors,
    challenge,
    session: readSessionMeta(challenge.meta),
    failures: typeof failures === 'number' ? failures : 0,
  };
}

/** The same error for every invalid challenge. */
export function challengeRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'challenge' });
}
