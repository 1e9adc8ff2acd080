import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { invalidOption } from '../../errors/invalidOption.js';
import type { IdentityProvider, ProviderOptions } from '../IdentityProvider.js';
import { objectOf, standardProfile, textOf } from './claims.js';
import { oidc } from './oidc.js';

/** Options of {@link apple}. */
export interface AppleOptions extends ProviderOptions {
  readonly teamId: string;
  /** The id of the key. */
  readonly keyId: string;
  /** The key's file (`.p8`), as text. */
  readonly privateKey: string;
}

const ISSUER = 'https://appleid.apple.com';
const SECRET_SECONDS = 5 * 60;

/**
 * Declares Apple. Apple posts its answer as a form, and says the person's name only the first time, in
 * that form. Instead of a fixed secret, it takes a token signed with a key.
 *
 * @throws AccountError `InvalidConfiguration` for a key that is not one of P-256.
 * @example
 * ```ts
 * import { apple } from '@latchkey/accounts/oauth';
 *
 * export const provider = () =>
 *   apple({
 *     clientId: 'com.example.web',
 *     teamId: 'ABCDE12345',
 *     keyId: 'FGHIJ67890',
 *     privateKey: process.env['APPLE_KEY'] ?? '',
 *   });
 * ```
 */
export function apple(options: AppleOptions): IdentityProvider {
  const { teamId, keyId, privateKey, clientId, ...others } = options;
  const key = readKey(privateKey);
  return {
    ...oidc({ name: 'apple', issuer: ISSUER, formPost: true, clientId, ...others }),
    secretIn: 'client_secret_post',
    getClientSecret: (now) => signSecret(key, { teamId, keyId, clientId }, now),
    scopes: ['openid', 'name', 'email', ...(options.scopes ?? [])],
    readProfile: ({ claims, user }) => {
      const { firstName, lastName } = objectOf(user.name);
      const name = [firstName, lastName].flatMap((part) => textOf(part) ?? []).join(' ');
      return { ...standardProfile(claims), name: textOf(name) };
    },
  };
}

function readKey(privateKey: string): KeyObject {
  const reason = 'It must be a private key of P-256 in PEM form.';
  const path = 'identityProviders.apple.privateKey';
  try {
    const key = createPrivateKey(privateKey);
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  } catch {
    // Said below: an error of OpenSSL's could hold a part of the key.
  }
  throw invalidOption(path, reason);
}

/** The client secret: a JWT by ES256, as Apple's documentation describes it. */
function signSecret(
  key: KeyObject,
  { teamId, keyId, clientId }: Pick<AppleOptions, 'clientId' | 'keyId' | 'teamId'>,
  now: Date,
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const header = { alg: 'ES256', kid: keyId };
  const claims = { iss: teamId, iat, exp: iat + SECRET_SECONDS, aud: ISSUER, sub: clientId };
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}
