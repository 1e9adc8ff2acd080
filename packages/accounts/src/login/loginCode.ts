import { createHash, createHmac } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { placeholderId } from '../identifiers/placeholderId.js';
import type { Attempt } from '../throttling/Throttle.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { isLoginChallenge, LOGIN_CHALLENGE_SUBJECT_BYTES } from '../tokens/LoginChallenges.js';
import { isSixDigitCode } from '../tokens/sixDigitCode.js';

/** The code from a message, and the challenge that asking for it has returned. */
export interface LoginCode {
  readonly challenge: string;
  readonly code: string;
}

/**
 * Counter for guesses at all codes that are sent to an address, whoever has asked for them, by its digest.
 * It has no waits, in which a stranger could hold the owner.
 */
export function addressAttempt(digest: Buffer): Attempt {
  const value = `login-codes/${digest.toString('hex')}`;
  const accountId = placeholderId({ kind: 'username', value });
  return { accountId, authenticator: 'loginCode', maxWaitMs: 0 };
}

/** Digest of an address, as a challenge names it. */
export function addressDigest(email: string): Buffer {
  return createHash('sha256')
    .update(`latchkey/login-codes/${email}`)
    .digest()
    .subarray(0, LOGIN_CHALLENGE_SUBJECT_BYTES);
}

/**
 * The token that a challenge and a code make up together: the very one in the link. So a code is good
 * only for whoever has asked for it, nothing more is stored than the token's digest, and using either
 * uses up both.
 */
export function tokenOfCode({ challenge, code }: LoginCode): string {
  return createHmac('sha256', challenge).update(code).digest('base64url');
}

/** @throws AccountError `InvalidInput` with the path `challenge` or `code`: nothing is counted for it. */
export function parseLoginCode({
  challenge,
  code,
}: { readonly [K in keyof LoginCode]: unknown }): LoginCode {
  if (typeof challenge !== 'string') throw invalid('challenge', 'notAString');
  if (!isLoginChallenge(challenge)) throw invalid('challenge', 'notValid');
  if (typeof code !== 'string') throw invalid('code', 'notAString');
  const digits = code.length > 100 ? '' : code.replace(/\s+/gu, '');
  if (!isSixDigitCode(digits)) throw invalid('code', 'notValid');
  return { challenge, code: digits };
}

/**
 * Counter for guesses at the code of one challenge: no account has it, so that nobody locks one, and a
 * challenge that leads nowhere counts alike.
 */
export function codeAttempt({ challenge }: LoginCode): Attempt {
  const value = `codes/${digestSecret(challenge)}`;
  return { accountId: placeholderId({ kind: 'username', value }), authenticator: 'token' };
}

/** The one answer to every code that is not valid. */
export function codeRefused(): AccountError<'TokenVerificationFailed'> {
  return new AccountError('TokenVerificationFailed', { path: 'code' });
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
