import { createHmac, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';
import { AUTH_TOKEN_ISSUER } from './authTokenSchemas.js';
import { type SignerOptions, SigningKeys } from './SigningKeys.js';

/** Contents of a challenge. */
export interface LoginChallenge {
  /** Digest of the address that guesses count against: {@link LOGIN_CHALLENGE_SUBJECT_BYTES} bytes. */
  readonly subject: Buffer;
  /** Lifetime in milliseconds. */
  readonly lifetimeMs: number;
}

/** Length of the digest in a challenge. */
export const LOGIN_CHALLENGE_SUBJECT_BYTES = 16;

/** Characters of every challenge: a multiple of three bytes, so that only one text stands for each. */
const FORM = /^[\w-]{112}$/;
const EXPIRY_BYTES = 6;
const SUBJECT_END: number = EXPIRY_BYTES + LOGIN_CHALLENGE_SUBJECT_BYTES;
const RANDOM_BYTES = 30;
const MAC_START: number = SUBJECT_END + RANDOM_BYTES;

/** Tells whether a value has the form of a challenge. */
export function isLoginChallenge(value: string): boolean {
  return FORM.test(value);
}

/**
 * Makes and verifies challenges, with which the code of a magic link is good: expiry, digest of the
 * address and 240 random bits, under a MAC by the token secret. Without the MAC, anyone could use up an
 * address's failures without asking for a message. Nothing is stored.
 */
export class LoginChallenges<TRequest> {
  readonly #keys: SigningKeys<TRequest>;
  readonly #audience: string;
  readonly #now: () => number;

  /** @throws AccountError `InvalidConfiguration` for a `getTokenSecret` that is not a function. */
  constructor({ getTokenSecret, audience = AUTH_TOKEN_ISSUER, now }: SignerOptions<TRequest>) {
    this.#keys = new SigningKeys(getTokenSecret);
    this.#audience = audience;
    this.#now = now;
  }

  /**
   * Makes a challenge, signed by the newest key.
   *
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  async issue({ subject, lifetimeMs }: LoginChallenge, request: TRequest): Promise<string> {
    const [{ key }] = await this.#keys.resolve(request);
    const expiry = Buffer.alloc(EXPIRY_BYTES);
    expiry.writeUIntBE(this.#now() + lifetimeMs, 0, EXPIRY_BYTES);
    const body = Buffer.concat([expiry, subject, randomBytes(RANDOM_BYTES)]);
    return Buffer.concat([body, this.#macOf(body, key)]).toString('base64url');
  }

  /**
   * Gives the digest of the address, or undefined for a challenge that has expired or that no key of
   * this application has signed.
   *
   * @param challenge - Of the form that {@link isLoginChallenge} asks for.
   * @param request - Handed on to `getTokenSecret`.
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  async verify(challenge: string, request: TRequest): Promise<Buffer | undefined> {
    const bytes = Buffer.from(challenge, 'base64url');
    const [body, mac] = [bytes.subarray(0, MAC_START), bytes.subarray(MAC_START)];
    const keys = await this.#keys.resolve(request);
    const isGenuine = keys.some(({ key }) => timingSafeEqual(mac, this.#macOf(body, key)));
    // False for NaN, so that a broken clock takes no challenge (ASVS 16.5.3).
    const isCurrent = this.#now() < body.readUIntBE(0, EXPIRY_BYTES);
    return isGenuine && isCurrent ? body.subarray(EXPIRY_BYTES, SUBJECT_END) : undefined;
  }

  /** No JWT of the same key begins with these words: each has its own use of the key. */
  #macOf(body: Buffer, key: KeyObject): Buffer {
    return createHmac('sha256', key)
      .update(`latchkey/login-challenge/v1/${this.#audience}/`)
      .update(body)
      .digest();
  }
}
