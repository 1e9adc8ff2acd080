import { randomBytes } from 'node:crypto';
import { Secret } from 'otpauth';
import { AccountError } from '../errors/AccountError.js';

// RFC 4226 §4 R6 asks for 128 bits and advises 160: the length of SHA-1, which every app supports.
const SECRET_BYTES = 20;
const SECRET = /^[A-Z2-7]{26,128}$/;

/**
 * Creates a secret for one authenticator app: 160 random bits.
 *
 * @returns 32 characters of base32 (RFC 4648 §6) without padding, as apps let people type it. Only
 *   its owner may see it, and it is stored encrypted.
 */
export function createTotpSecret(): string {
  // Copied, because a Secret takes the whole buffer that lies behind the bytes.
  return new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer }).base32;
}

/**
 * Tells whether a value has the form of a secret of at least 128 bits (RFC 4226 §4 R6). Other values
 * never reach otpauth, whose errors would quote them.
 */
export function isTotpSecret(value: unknown): value is string {
  return typeof value === 'string' && SECRET.test(value);
}

/**
 * Parses the secret of an authenticator app that another system has made, in base32: in lower case, in
 * groups or padded as well.
 *
 * @throws AccountError `InvalidInput` with the path `totpSecret`, also for less than 128 bits.
 */
export function parseForeignSecret(value: unknown): string {
  const secret =
    typeof value === 'string' ? value.replaceAll(/[ -]|={1,6}$/g, '').toUpperCase() : value;
  if (isTotpSecret(secret)) return secret;
  throw new AccountError('InvalidInput', { path: 'totpSecret', reason: 'notATotpSecret' });
}
