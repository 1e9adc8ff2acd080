import {
  createHash,
  generateKeyPairSync,
  sign,
  type KeyObject,
  type KeyPairKeyObjectResult,
} from 'node:crypto';
import type { Fetch } from '@latchkey/accounts/oauth';

/** A request as a provider got it. */
export interface ProviderRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: URLSearchParams;
}

/** Answer to a request. */
type Answer = (request: ProviderRequest) => Response | object | Promise<Response>;

const KID = 'test-key';

/** An RSA key pair, which takes long to make. */
export function rsaKeys(): KeyPairKeyObjectResult {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

const KEYS = rsaKeys();

/**
 * A provider that answers with what the test has recorded, or with what an attacker would: in place of
 * `fetch`, since the hosts of the big providers are not on this machine.
 */
export class FakeProvider {
  readonly requests: ProviderRequest[] = [];
  readonly #answers = new Map<string, Answer>();
  readonly #now: () => Date;
  readonly #key: KeyObject;
  readonly #jwk: object;

  /** @param keys - another pair than the one that all providers share. */
  constructor(now: () => Date, { privateKey, publicKey } = KEYS) {
    this.#now = now;
    this.#key = privateKey;
    this.#jwk = { ...publicKey.export({ format: 'jwk' }), kid: KID, alg: 'RS256', use: 'sig' };
  }

  /** For the option `network`. */
  readonly fetch: Fetch = async (url, init) => {
    const request = {
      url,
      method: init.method ?? 'GET',
      headers: new Headers(init.headers),
      body: new URLSearchParams(init.body as URLSearchParams | undefined),
    };
    this.requests.push(request);
    const answer = this.#answers.get(url);
    if (!answer) throw new TypeError(`nobody answers at ${url}`);
    const given = await answer(request);
    return given instanceof Response ? given : Response.json(given);
  };

  /** Sets what is answered at a URL. */
  on(url: string, answer: Answer): this {
    this.#answers.set(url, answer);
    return this;
  }

  /** Publishes metadata and keys at an issuer; ID tokens come from `token`. */
  publish(issuer: string, token: Answer, more: object = {}): this {
    return this.on(`${issuer}/.well-known/openid-configuration`, () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      ...more,
    }))
      .on(`${issuer}/keys`, () => ({ keys: [this.#jwk] }))
      .on(`${issuer}/token`, token);
  }

  /** An ID token; `header` and `claims` replace what is right. */
  idToken(claims: object, header: object = {}, key: KeyObject | null = this.#key): string {
    const iat = Math.floor(this.#now().getTime() / 1000);
    const input = [
      { alg: 'RS256', kid: KID, ...header },
      { aud: 'latchkey', iat, exp: iat + 300, ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = key ? sign('sha256', Buffer.from(input), key).toString('base64url') : '';
    return `${input}.${signature}`;
  }
}

/** The parameters of an authorization request. */
export function requested(url: string): Record<string, string> {
  return Object.fromEntries(new URL(url).searchParams);
}

/** PKCE's challenge of a verifier (RFC 7636 §4.2). */
export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}
