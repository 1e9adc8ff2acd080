import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { TokenKeyList } from './TokenKeys.js';

/** Characters of the longest token that is looked at (ASVS 1.3.12). */
export const MAX_TOKEN_LENGTH = 4096;

/** Payload of a genuine token, and the key that has signed it. */
export interface VerifiedSignature {
  readonly payload: unknown;
  readonly key: KeyObject;
}

const VERIFY_OPTIONS: Readonly<jwt.VerifyOptions> = {
  algorithms: ['HS256'],
  ignoreExpiration: true,
  ignoreNotBefore: true,
};

/**
 * Verifies the signature of a token whose header has been checked, or gives undefined. Times are for
 * the caller to check, by the injected clock: jsonwebtoken takes its 0 for absent.
 *
 * @param kid - that the token's header names.
 */
export function verifySignature(
  token: string,
  keys: TokenKeyList,
  kid: string | undefined,
): VerifiedSignature | undefined {
  // Exactly the key that the token names, or the one without a name: never one after the other.
  const key = keys.find((each) => each.kid === kid)?.key;
  if (key === undefined) return undefined;
  try {
    return { payload: jwt.verify(token, key, VERIFY_OPTIONS), key }; // RFC 8725 §3.1
  } catch {
    return undefined; // no cause: those of jsonwebtoken quote the token
  }
}
