import { createHmac } from 'node:crypto';
import type { TokenKey } from './TokenKeys.js';

/**
 * Signs a payload as a JWT with HS256 (RFC 7515 §5.1). The token is the one that jsonwebtoken would return
 * after checking options, all of which are fixed here. jsonwebtoken verifies it.
 *
 * @param typ - the header's type, which tells kinds of tokens apart (RFC 8725 §3.11).
 */
export function signToken(payload: object, typ: string, { kid, key }: TokenKey): string {
  const header = { alg: 'HS256', typ, ...(kid !== undefined && { kid }) };
  const input = `${segmentOf(header)}.${segmentOf(payload)}`;
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

function segmentOf(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
