import { z } from 'zod';

/** `typ` of every auth token: no other kind of JWT passes for one (RFC 8725 §3.11). */
export const AUTH_TOKEN_TYPE = 'latchkey-session+jwt';

/** `iss` of every auth token. */
export const AUTH_TOKEN_ISSUER = 'latchkey';

/** The header of an auth token, checked before its signature: nothing but these three names. */
export interface AuthTokenHeader {
  readonly alg: 'HS256';
  readonly typ: typeof AUTH_TOKEN_TYPE;
  readonly kid?: string | undefined;
}

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
}

// Strict, so that `crit`, `jku`, `jwk`, `x5u`, `x5c`, `b64`, `zip` and what comes after them need no
// list of their own (ASVS 9.1.3, RFC 8725 §3.10).
const headerSchema: z.ZodType<AuthTokenHeader> = z.strictObject({
  alg: z.literal('HS256'),
  typ: z.literal(AUTH_TOKEN_TYPE),
  kid: z.string().optional(),
});

const numericDate: z.ZodType<number> = z.int().nonnegative();

const payloadSchema: z.ZodType<AuthTokenPayload> = z.object({
  iss: z.literal(AUTH_TOKEN_ISSUER),
  aud: z.string(),
  sub: z.ulid(),
  sid: z.ulid(),
  rot: z.int().nonnegative(),
  jti: z.string().regex(/^[A-Za-z0-9_-]{22,128}$/), // 22 characters of base64url hold 128 bits
  iat: numericDate,
  exp: numericDate,
  nbf: numericDate.optional(),
});

/**
 * Reads the header of a compact token, or gives null unless it is exactly ours.
 *
 * @param authToken - A string of bounded length.
 */
export function readAuthTokenHeader(authToken: string): AuthTokenHeader | null {
  const segment = authToken.slice(0, authToken.indexOf('.'));
  try {
    const header: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    return headerSchema.safeParse(header).data ?? null;
  } catch {
    return null; // not JSON; the parser's own error would quote the token
  }
}

/**
 * Checks the shape of verified claims, or gives null. jsonwebtoken skips the checks of claims that
 * are missing, so that nothing about them is left to it (ASVS 9.2.1).
 *
 * @param payload - What stood between the two dots, of any type.
 */
export function readAuthTokenPayload(payload: unknown): AuthTokenPayload | null {
  return payloadSchema.safeParse(payload).data ?? null;
}
