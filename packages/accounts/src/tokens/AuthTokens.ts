import { createHmac, randomBytes, type KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { AccountError } from '../errors/AccountError.js';
import {
  AUTH_TOKEN_ISSUER,
  AUTH_TOKEN_TYPE,
  type AuthTokenHeader,
  type AuthTokenPayload,
  readAuthTokenHeader,
  readAuthTokenPayload,
} from './authTokenSchemas.js';
import { digestSecret } from './digestSecret.js';
import { SigningKeys } from './SigningKeys.js';
import type { TokenKey, TokenKeyList, TokenSecrets } from './TokenKeys.js';
import { MAX_TOKEN_LENGTH, verifySignature, type VerifiedSignature } from './verifySignature.js';

const MAX_HEADERS = 64;
const SECRET_BYTES = 32; // twice what ASVS 7.2.3 asks for

/** Options of {@link AuthTokens}. */
export interface AuthTokensOptions<TRequest> {
  /** Gives the signing secret, or several with the newest first. At least 32 bytes each. */
  readonly getTokenSecret: (request: TRequest) => TokenSecrets | Promise<TokenSecrets>;
  /** Audience of the tokens (`aud`). Default `latchkey`. */
  readonly audience?: string;
  /** The time in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Gives so many random bytes. Default `randomBytes` of `node:crypto`. */
  readonly randomBytes?: (size: number) => Uint8Array;
}

/** Account and session that a token speaks for. */
export interface AuthTokenSubject {
  readonly accountId: string;
  readonly sessionId: string;
  /** How often the session has been rotated, from 0. */
  readonly rotation: number;
  /**
   * When the token ends, in milliseconds since 1970. It says so in whole seconds, rounded up: until
   * then its session's row, which has the exact time, refuses it.
   */
  readonly expiresAtMs: number;
  /** The impersonator, where the session's owner does not act. */
  readonly actor?: { readonly accountId: string; readonly sessionId: string };
}

/** A new token, and what to keep of it. */
export interface IssuedAuthToken {
  /** For the client. Never stored. */
  readonly authToken: string;
  /** For the session's row: recognises the token's secret, and cannot be turned back into it. */
  readonly secretDigest: string;
  /** The name of the key that has signed it, if it has one. */
  readonly kid: string | undefined;
}

/** How {@link AuthTokens.renew} makes the token that follows another. */
export interface RenewAuthTokenOptions {
  /** When the session ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** When the session was rotated: every copy of the new token says the same. */
  readonly issuedAtMs: number;
  /** The key that has signed the new token before (default: the newest). */
  readonly signedBy?: { readonly kid: string | undefined };
}

/** Contents of a genuine token. */
export interface VerifiedAuthToken extends AuthTokenSubject {
  /** To be compared with the stored digest by `digestMatches`. Never stored or logged. */
  readonly secret: string;
  readonly issuedAtMs: number;
  /** The key that it is signed with. */
  readonly key: KeyObject;
}

/** Signs and verifies the JWTs that stand for sessions (RFC 7519, HS256). */
export class AuthTokens<TRequest = unknown> {
  readonly #keys: SigningKeys<TRequest>;
  /** The first segments of tokens that were genuine, all of which are alike, read once. */
  readonly #genuineHeaders = new Map<string, AuthTokenHeader>();
  readonly #audience: string;
  readonly #now: () => number;
  readonly #randomBytes: (size: number) => Uint8Array;

  /**
   * @param options - See {@link AuthTokensOptions}.
   * @throws AccountError `InvalidConfiguration` for a `getTokenSecret` that is no function, and for
   *   an audience that is not a non-empty string.
   */
  constructor(options: AuthTokensOptions<TRequest>) {
    this.#keys = new SigningKeys(options.getTokenSecret);
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
    const [newest] = await this.#keys.resolve(request);
    const secret = Buffer.from(this.#randomBytes(SECRET_BYTES)).toString('base64url');
    return this.#sign(subject, { secret, issuedAtMs: this.#now(), signer: newest });
  }

  /**
   * Signs the token that follows another. Its secret is derived from that of the token before, so
   * that whoever shows the same token is given the same one, however often: requests at the same
   * time, and a client that the answer did not reach. Without the secret before, the key derives
   * nothing.
   *
   * @param token - What `verify` gave.
   * @param options - See {@link RenewAuthTokenOptions}.
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`.
   */
  async renew(
    token: VerifiedAuthToken,
    { expiresAtMs, issuedAtMs, signedBy }: RenewAuthTokenOptions,
    request: TRequest,
  ): Promise<IssuedAuthToken> {
    const keys = await this.#keys.resolve(request);
    const before = signedBy && keys.find(({ kid }) => kid === signedBy.kid);
    const rotation = token.rotation + 1;
    // No JWT holds a NUL, so that this is never the input of a signature.
    const secret = createHmac('sha256', token.key)
      .update(['latchkey/rotation', token.secret, token.sessionId, String(rotation)].join('\0'))
      .digest('base64url');
    const subject = { ...token, rotation, expiresAtMs };
    return this.#sign(subject, { secret, issuedAtMs, signer: before ?? keys[0] });
  }

  /**
   * Reads which session a token names, whoever has signed the token; undefined for anything that is
   * not such a token.
   */
  readUnverified(
    authToken: unknown,
  ): Pick<AuthTokenSubject, 'accountId' | 'sessionId'> | undefined {
    if (typeof authToken !== 'string' || authToken.length > MAX_TOKEN_LENGTH) return undefined;
    if (readAuthTokenHeader(authToken) === null) return undefined;
    const payload = readAuthTokenPayload(jwt.decode(authToken));
    if (payload?.aud !== this.#audience) return undefined;
    return { accountId: payload.sub, sessionId: payload.sid };
  }

  #sign(
    subject: AuthTokenSubject,
    { secret, issuedAtMs, signer }: { secret: string; issuedAtMs: number; signer: TokenKey },
  ): IssuedAuthToken {
    const { actor } = subject;
    const payload: AuthTokenPayload = {
      iss: AUTH_TOKEN_ISSUER,
      aud: this.#audience,
      sub: subject.accountId,
      sid: subject.sessionId,
      rot: subject.rotation,
      jti: secret,
      iat: Math.floor(issuedAtMs / 1000),
      exp: Math.ceil(subject.expiresAtMs / 1000),
      ...(actor && { act: { sub: actor.accountId, sid: actor.sessionId } }),
    };
    const { kid, key } = signer;
    // As a string: in an object, jsonwebtoken replaces an `iat` of 0 by the system clock.
    const authToken = jwt.sign(JSON.stringify(payload), key, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: AUTH_TOKEN_TYPE, ...(kid !== undefined && { kid }) },
    });
    return { authToken, secretDigest: digestSecret(secret), kid };
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
    const signed = this.#verifySignature(authToken, await this.#keys.resolve(request));
    const payload = signed && readAuthTokenPayload(signed.payload);
    if (!payload || !this.#isCurrent(payload, options.ignoreExpiration === true)) {
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
      key: signed.key,
      ...(payload.act && { actor: { accountId: payload.act.sub, sessionId: payload.act.sid } }),
    };
  }

  /**
   * Tells whether the token is meant for us, now. `iat` is not compared: servers' clocks differ.
   */
  #isCurrent(payload: AuthTokenPayload, ignoreExpiration: boolean): boolean {
    const nowMs = this.#now();
    // Each comparison is false for NaN, so that a broken clock lets nobody in (ASVS 16.5.3).
    return (
      payload.aud === this.#audience &&
      (ignoreExpiration || nowMs < payload.exp * 1000) &&
      (payload.nbf === undefined || nowMs >= payload.nbf * 1000)
    );
  }

  /** Gives the payload of a genuine token and the key that has signed it, or undefined. */
  #verifySignature(authToken: unknown, keys: TokenKeyList): VerifiedSignature | undefined {
    if (typeof authToken !== 'string' || authToken.length > MAX_TOKEN_LENGTH) return undefined;
    const segment = authToken.slice(0, authToken.indexOf('.'));
    const header = this.#genuineHeaders.get(segment) ?? readAuthTokenHeader(authToken);
    if (header === null) return undefined;
    const verified = verifySignature(authToken, keys, header.kid);
    if (verified) this.#remember(segment, header);
    return verified;
  }

  #remember(segment: string, header: AuthTokenHeader): void {
    if (this.#genuineHeaders.has(segment)) return;
    if (this.#genuineHeaders.size === MAX_HEADERS) this.#genuineHeaders.clear();
    this.#genuineHeaders.set(segment, header);
  }
}

function parseAudience(audience: unknown = AUTH_TOKEN_ISSUER): string {
  if (typeof audience === 'string' && audience !== '') return audience;
  throw new AccountError('InvalidConfiguration', {
    path: 'audience',
    reason: 'The audience must be a non-empty string.',
  });
}
