import jwt from 'jsonwebtoken';
import { AUTH_TOKEN_ISSUER } from './authTokenSchemas.js';
import { readTokenHeader } from './readTokenHeader.js';
import type { AcceptsIssuedAt } from './parseValidFrom.js';
import { type SignerOptions, SigningKeys } from './SigningKeys.js';
import { MAX_TOKEN_LENGTH, verifySignature } from './verifySignature.js';

/** `typ` of every device token: neither passes for a session's (RFC 8725 §3.11). */
const DEVICE_TOKEN_TYPE = 'latchkey-device+jwt';

/** Milliseconds for which a device is known after a login: 180 days. */
const DEVICE_TOKEN_MS = 180 * 24 * 60 * 60 * 1000;

/** A device on which someone has logged in before. */
export interface KnownDevice {
  readonly accountId: string;
  /** The account's `sessionGeneration` at that login: with another one, the device is not known. */
  readonly generation: string;
}

/** Options of {@link DeviceTokens}. */
export interface DeviceTokensOptions<TRequest> extends SignerOptions<TRequest> {
  /** Tells whether a device is still known that was known at a time. */
  readonly acceptsIssuedAt: AcceptsIssuedAt;
}

/**
 * Signs and verifies the JWTs by which a device is known again (OWASP's "device cookies"). Such a
 * token proves nothing of who holds it, and is stored nowhere.
 */
export class DeviceTokens<TRequest> {
  readonly #keys: SigningKeys<TRequest>;
  readonly #audience: string;
  readonly #now: () => number;
  readonly #acceptsIssuedAt: AcceptsIssuedAt;

  /** @throws AccountError `InvalidConfiguration` for a `getTokenSecret` that is not a function. */
  constructor({
    getTokenSecret,
    audience = AUTH_TOKEN_ISSUER,
    now,
    acceptsIssuedAt,
  }: DeviceTokensOptions<TRequest>) {
    this.#acceptsIssuedAt = acceptsIssuedAt;
    this.#keys = new SigningKeys(getTokenSecret);
    // Another than that of sessions, for those who verify tokens elsewhere and only by audience.
    this.#audience = `${audience}/device`;
    this.#now = now;
  }

  /**
   * Signs a token for a device, by the newest key.
   *
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  async issue({ accountId, generation }: KnownDevice, request: TRequest): Promise<string> {
    const [{ kid, key }] = await this.#keys.resolve(request);
    const nowMs = this.#now();
    const payload = {
      iss: AUTH_TOKEN_ISSUER,
      aud: this.#audience,
      sub: accountId,
      gen: generation,
      iat: Math.floor(nowMs / 1000),
      exp: Math.ceil((nowMs + DEVICE_TOKEN_MS) / 1000),
    };
    // As a string: in an object, jsonwebtoken replaces an `iat` of 0 by the system clock.
    return jwt.sign(JSON.stringify(payload), key, {
      algorithm: 'HS256',
      header: { alg: 'HS256', typ: DEVICE_TOKEN_TYPE, ...(kid !== undefined && { kid }) },
    });
  }

  /**
   * Checks a token, whatever it is, and gives the device; undefined where the device is not known, for
   * any reason. Whether the account is still of that generation is for the caller to compare.
   *
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  async verify(deviceToken: unknown, request: TRequest): Promise<KnownDevice | undefined> {
    if (typeof deviceToken !== 'string' || deviceToken.length > MAX_TOKEN_LENGTH) return undefined;
    const header = readTokenHeader(deviceToken, DEVICE_TOKEN_TYPE);
    if (header === null) return undefined;
    const signed = verifySignature(deviceToken, await this.#keys.resolve(request), header.kid);
    return signed && this.#read(signed.payload);
  }

  #read(payload: unknown): KnownDevice | undefined {
    if (typeof payload !== 'object' || payload === null) return undefined;
    const { iss, aud, sub, gen, exp, iat } = payload as Readonly<Record<string, unknown>>;
    const isCurrent =
      iss === AUTH_TOKEN_ISSUER &&
      aud === this.#audience &&
      typeof exp === 'number' &&
      // False for NaN, so that a broken clock knows no device (ASVS 16.5.3).
      this.#now() < exp * 1000 &&
      typeof iat === 'number' &&
      this.#acceptsIssuedAt(new Date(iat * 1000));
    if (!isCurrent || typeof sub !== 'string' || typeof gen !== 'string') return undefined;
    return { accountId: sub, generation: gen };
  }
}
