import { createHash, createHmac, randomBytes } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { placeholderId } from '../identifiers/placeholderId.js';
import type { Attempt } from '../throttling/Throttle.js';
import { digestSecret } from '../tokens/digestSecret.js';
import { isSixDigitCode } from '../tokens/sixDigitCode.js';

/** The code from a message, and the challenge that asking for it has returned. */
export interface LoginCode {
  readonly challenge: string;
  readonly code: string;
}

const RANDOM_BYTES = 32;
const ADDRESS_BYTES = 16;
const CHALLENGE = /^[\w-]{64}$/;

/**
 * Makes a challenge: 256 random bits, and a digest of the address. Whoever changes the latter, so that
 * guesses count elsewhere, changes the token as well.
 */
export function createChallenge(email: string): string {
  return Buffer.concat([randomBytes(RANDOM_BYTES), addressDigest(email)]).toString('base64url');
}

/** Counter for guesses at all codes that are sent to an address, whoever has asked for them. */
export function addressAttempt(email: string): Attempt {
  return attemptAt(addressDigest(email));
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
  if (!CHALLENGE.test(challenge)) throw invalid('challenge', 'notValid');
  if (typeof code !== 'string') throw invalid('code', 'notAString');
  const digits = code.length > 100 ? '' : code.replace(/\s+/gu, '');
  if (!isSixDigitCode(digits)) throw invalid('code', 'notValid');
  return { challenge, code: digits };
}

/** The same counter, by a challenge. It has no waits, in which a stranger could hold the owner. */
export function challengedAddressAttempt({ challenge }: LoginCode): Attempt {
  return attemptAt(Buffer.from(challenge, 'base64url').subarray(RANDOM_BYTES));
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

function attemptAt(digest: Buffer): Attempt {
  const value = `login-codes/${digest.toString('hex')}`;
  const accountId = placeholderId({ kind: 'username', value });
  return { accountId, authenticator: 'loginCode', maxWaitMs: 0 };
}

function addressDigest(email: string): Buffer {
  return createHash('sha256')
    .update(`latchkey/login-codes/${email}`)
    .digest()
    .subarray(0, ADDRESS_BYTES);
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}
