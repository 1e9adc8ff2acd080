import { randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { AccountError } from '../errors/AccountError.js';
import {
  AUTH_TOKEN_ISSUER,
  AUTH_TOKEN_TYPE,
  type AuthTokenPayload,
  readAuthTokenHeader,
  readAuthTokenPayload,
} from './authTokenSchemas.js';
import { digestSecret } from './digestSecret.js';
import { type TokenKey, TokenKeys, type TokenSecrets } from './TokenKeys.js';

const MAX_TOKEN_LENGTH = 4096;
const SECRET_BYTES = 32; // twice what ASVS 7.2.3 asks for

/** What {@link AuthTokens} needs. */
export interface AuthTokensOptions<TRequest> {
  /** Gives the signing secret, or several with the newest first. At least 32 bytes each. */
  readonly getTokenSecret: (request: TRequest) => TokenSecrets | Promise<TokenSecrets>;
  /** Who the tokens are for (`aud`). Default `latchkey`. */
  readonly audience?: string;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Gives so many random bytes. Default `randomBytes` of `node:crypto`. */
  readonly randomBytes?: (size: number) => Uint8Array;
}

/** What a token speaks for. */
export interface AuthTokenSubject {
  readonly accountId: string;
  readonly sessionId: string;
  /** How often the session has been rotated, from 0. */
  readonly rotation: number;
  /** When the token ends, in milliseconds since 1970; rounded down to a whole second. */
  readonly expiresAtMs: number;
}

/** A new token, and what to keep of it. */
export interface IssuedAuthToken {
  /** For the client. Never stored. */
  readonly authToken: string;
  /** For the session's row: recognises the token's secret, and cannot be turned back into it. */
  readonly secretDigest: string;
}

/** What a genuine token says. */
export interface VerifiedAuthToken extends AuthTokenSubject {
  /** To be compared with the stored digest by `digestMatches`. Never stored or logged. */
  readonly secret: string;
  readonly issuedAtMs: number;
}

/** Signs and verifies the JWTs that stand for sessions (RFC 7519, HS256). */
export class AuthTokens<TRequest = unknown> {
  readonly #keys = new TokenKeys();
  readonly #getTokenSecret: AuthTokensOptions<TRequest>['getTokenSecret'];
  readonly #audience: string;
  readonly #now: () => number;
  readonly #randomBytes: (size: number) => Uint8Array;

  /**
   * @param options - See {@link AuthTokensOptions}.
   * @throws AccountError `InvalidConfiguration` for a `getTokenSecret` that is no function, and for
   *   an audience that is not a non-empty string.
   */
  constructor(options: AuthTokensOptions<TRequest>) {
    this.#getTokenSecret = parseGetTokenSecret(options.getTokenSecret);
    this.#audience = parseAudience(options.audience);
    this.#now = options.now ?? Date.now;
    this.#randomBytes = options.randomBytes ?? randomBytes;
  }

  /**
   * Signs a token with a fresh secret, by the newest key.
   *
   * @param subject - Account, session, rotation and end of the token.
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`.
   */
  async issue(subject: AuthTokenSubject, request: TRequest): Promise<IssuedAuthToken> {
    const [{ kid, key }] = await this.#resolveKeys(request);
    const secret = Buffer.from(this.#randomBytes(SECRET_BYTES)).toString('base64url');
    const payload: AuthTokenPayload = {
      iss: AUTH_TOKEN_ISSUER,
      aud: this.#audience,
      sub: subject.accountId,
      sid: subject.sessionId,
      rot: subject.rotation,
      jti: secret,
      iat: Math.floor(this.#now() / 1000),
      exp: Math.floor(subject.expiresAtMs / 1000),
    };
    // As a string: in an object, jsonwebtoken replaces an `iat` of 0 by the system clock.
    const authToken = jwt.sign(JSON.stringify(payload), key, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: AUTH_TOKEN_TYPE, ...(kid !== undefined && { kid }) },
    });
    return { authToken, secretDigest: digestSecret(secret) };
  }

  /**
   * Checks a token and gives what it says. Whether its session still exists is not asked here.
   *
   * @param authToken - The token, of any type.
   * @param request - Handed on to `getTokenSecret`.
   * @param options - `ignoreExpiration`: accept a token after its end, as logout does. Default
   *   false.
   * @throws AccountError `TokenVerificationFailed`, the same for every fault of the token;
   *   `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable` for those of the server.
   */
  async verify(
    authToken: unknown,
    request: TRequest,
    options: { readonly ignoreExpiration?: boolean } = {},
  ): Promise<VerifiedAuthToken> {
    const keys = await this.#resolveKeys(request);
    const payload = readAuthTokenPayload(verifySignature(authToken, keys));
    if (payload === null || !this.#isCurrent(payload, options.ignoreExpiration === true)) {
      // No cause: those of jsonwebtoken and JSON.parse differ by fault, and some quote the token.
      throw new AccountError('TokenVerificationFailed', { path: 'authToken' });
    }
    return {
      accountId: payload.sub,
      sessionId: payload.sid,
      rotation: payload.rot,
      secret: payload.jti,
      issuedAtMs: payload.iat * 1000,
      expiresAtMs: payload.exp * 1000,
    };
  }

  /** Whether the token is meant for us, now. `iat` is not compared: servers' clocks differ. */
  #isCurrent(payload: AuthTokenPayload, ignoreExpiration: boolean): boolean {
    const nowMs = this.#now();
    // Each comparison is false for NaN, so that a broken clock lets nobody in (ASVS 16.5.3).
    return (
      payload.aud === this.#audience &&
      (ignoreExpiration || nowMs < payload.exp * 1000) &&
      (payload.nbf === undefined || nowMs >= payload.nbf * 1000)
    );
  }

  async #resolveKeys(request: TRequest): Promise<readonly [TokenKey, ...TokenKey[]]> {
    let secrets: TokenSecrets;
    try {
      secrets = await this.#getTokenSecret(request);
    } catch (cause) {
      // Not 401: a client would throw away a good token because a secret store was down.
      throw new AccountError('ServiceUnavailable', {}, { cause });
    }
    return this.#keys.prepare(secrets);
  }
}

/** Gives the payload of a genuine token, or undefined. */
function verifySignature(authToken: unknown, keys: readonly TokenKey[]): unknown {
  if (typeof authToken !== 'string' || authToken.length > MAX_TOKEN_LENGTH) return undefined;
  const header = readAuthTokenHeader(authToken);
  if (header === null) return undefined;
  // Exactly the key that the token names, or the one without a name: never one after the other.
  const key = keys.find(({ kid }) => kid === header.kid)?.key;
  if (key === undefined) return undefined;
  try {
    // RFC 8725 §3.1. Times are checked by the injected clock: jsonwebtoken takes its 0 for absent.
    return jwt.verify(authToken, key, {
      algorithms: ['HS256'],
      ignoreExpiration: true,
      ignoreNotBefore: true,
    });
  } catch {
    return undefined;
  }
}

function parseGetTokenSecret<F>(getTokenSecret: F): F {
  if (typeof getTokenSecret === 'function') return getTokenSecret;
  throw new AccountError('InvalidConfiguration', {
    path: 'getTokenSecret',
    reason: 'A function must give the secret.',
  });
}

function parseAudience(audience: unknown = AUTH_TOKEN_ISSUER): string {
  if (typeof audience === 'string' && audience !== '') return audience;
  throw new AccountError('InvalidConfiguration', {
    path: 'audience',
    reason: 'The audience must be a non-empty string.',
  });
}
