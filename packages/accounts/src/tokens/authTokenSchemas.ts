import { readTokenHeader, type TokenHeader } from './readTokenHeader.js';

/** `typ` of every auth token: no other kind of JWT passes for one (RFC 8725 §3.11). */
export const AUTH_TOKEN_TYPE = 'latchkey-session+jwt';

/** `iss` of every auth token. */
export const AUTH_TOKEN_ISSUER = 'latchkey';

/** The header of an auth token. */
export type AuthTokenHeader = TokenHeader<typeof AUTH_TOKEN_TYPE>;

/** The claims of an auth token as they stand in it; times in seconds (RFC 7519 §2, NumericDate). */
export interface AuthTokenPayload {
  readonly iss: typeof AUTH_TOKEN_ISSUER;
  readonly aud: string;
  readonly sub: string;
  readonly sid: string;
  readonly rot: number;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  readonly nbf?: number | undefined;
  /** The impersonator, where the subject does not act (RFC 8693 §4.1): account and session. */
  readonly act?: { readonly sub: string; readonly sid: string } | undefined;
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const SECRET = /^[A-Za-z0-9_-]{22,128}$/; // 22 characters of base64url hold 128 bits

/**
 * Reads the header of a compact token, or gives null unless it is exactly ours.
 *
 * @param authToken - A string of bounded length.
 */
export function readAuthTokenHeader(authToken: string): AuthTokenHeader | null {
  return readTokenHeader(authToken, AUTH_TOKEN_TYPE);
}

/**
 * Checks the shape of verified claims, or gives null. jsonwebtoken skips the checks of claims that
 * are missing, so that nothing about them is left to it (ASVS 9.2.1).
 *
 * @param payload - What stood between the two dots, of any type.
 */
export function readAuthTokenPayload(payload: unknown): AuthTokenPayload | null {
  if (!isObject(payload)) return null;
  // By hand: it is on every request's way, and takes a tenth of the time of a schema.
  const { iss, aud, sub, sid, rot, jti, iat, exp, nbf, act } = payload;
  if (
    iss !== AUTH_TOKEN_ISSUER ||
    typeof aud !== 'string' ||
    !isUlid(sub) ||
    !isUlid(sid) ||
    !isCount(rot) ||
    typeof jti !== 'string' ||
    !SECRET.test(jti) ||
    !isCount(iat) ||
    !isCount(exp) ||
    (nbf !== undefined && !isCount(nbf)) ||
    (act !== undefined && !isActor(act))
  ) {
    return null;
  }
  return { iss, aud, sub, sid, rot, jti, iat, exp, nbf, act };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isUlid(value: unknown): value is string {
  return typeof value === 'string' && ULID.test(value);
}

/** A whole number that a double holds exactly, from 0 on; NumericDate as we write it. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isActor(value: unknown): value is { readonly sub: string; readonly sid: string } {
  return (
    isObject(value) && Object.keys(value).length === 2 && isUlid(value.sub) && isUlid(value.sid)
  );
}
