import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { SECRET } from './testAccounts.js';

type Json = Record<string, unknown>;

/** The claims of a token. */
export function claimsOf(authToken: string): Json & { jti: string; sid: string; sub: string } {
  return jwt.decode(authToken) as ReturnType<typeof claimsOf>;
}

/** The same token with other claims or headers, properly signed; `undefined` leaves one out. */
export function resign(
  authToken: string,
  claims: Json,
  {
    header = {},
    secret = SECRET,
    hash = 'sha256',
  }: { header?: Json; secret?: string; hash?: string } = {},
): string {
  const [head = ''] = authToken.split('.');
  const given = JSON.parse(Buffer.from(head, 'base64url').toString()) as Json;
  const input = `${encode({ ...given, ...header })}.${encode({ ...claimsOf(authToken), ...claims })}`;
  return `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
}

function encode(value: Json): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
