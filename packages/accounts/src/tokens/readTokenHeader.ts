import * as z from 'zod';

/** The header of a token, checked before its signature: nothing but these three names. */
export interface TokenHeader<T extends string> {
  readonly alg: 'HS256';
  readonly typ: T;
  readonly kid?: string | undefined;
}

// Strict, so that `crit`, `jku`, `jwk`, `x5u`, `x5c`, `b64`, `zip` and what comes after them need no
// list of their own (ASVS 9.1.3, RFC 8725 §3.10).
const headerSchema = z.strictObject({
  alg: z.literal('HS256'),
  typ: z.string(),
  kid: z.string().optional(),
});

/**
 * Reads the header of a compact token, or gives null unless it is exactly one of ours, of that type
 * (RFC 8725 §3.11).
 *
 * @param token - A string of bounded length.
 */
export function readTokenHeader<const T extends string>(
  token: string,
  type: T,
): TokenHeader<T> | null {
  const segment = token.slice(0, token.indexOf('.'));
  try {
    const header: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString('utf8'));
    const { data } = headerSchema.safeParse(header);
    return data?.typ === type ? { ...data, typ: type } : null;
  } catch {
    return null; // not JSON; the parser's own error would quote the token
  }
}
