import { randomBytes } from 'node:crypto';
import { digestMatches, digestSecret } from '../tokens/digestSecret.js';
import { ConsoleError } from './ConsoleError.js';

const SECRET_BYTES = 32;
/** How long the link may wait to be opened. */
const TOKEN_MS = 10 * 60 * 1000;
/** How long a browser has access. */
const SESSION_MS = 12 * 60 * 60 * 1000;

/** A digest of a secret, and until when the secret is valid. */
interface Secret {
  readonly digest: string;
  readonly expiresMs: number;
}

/**
 * Access to the console: a token that works once, in the link that the command prints, is exchanged for
 * the cookie of one browser. Only digests are kept, and compared in constant time.
 */
export class ConsoleAccess {
  readonly #now: () => number;
  #token: Secret | undefined;
  #session: Secret | undefined;

  /** @param now - in milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** Issues the token; it is valid for ten minutes. */
  issueToken(): string {
    const [token, secret] = this.#issue(TOKEN_MS);
    this.#token = secret;
    return token;
  }

  /**
   * Exchanges the token for the value of the cookie, which is valid for twelve hours.
   *
   * @throws ConsoleError `TokenRefused` for a token that is missing, wrong, used or expired.
   */
  exchange(token: string): string {
    if (!this.#isValid(token, this.#token)) throw new ConsoleError('TokenRefused');
    this.#token = undefined;
    const [value, secret] = this.#issue(SESSION_MS);
    this.#session = secret;
    return value;
  }

  /** Tells whether one of the values is that of the cookie. */
  isSignedIn(values: readonly string[]): boolean {
    return values.some((value) => this.#isValid(value, this.#session));
  }

  #issue(lifetimeMs: number): [value: string, secret: Secret] {
    const value = randomBytes(SECRET_BYTES).toString('base64url');
    return [value, { digest: digestSecret(value), expiresMs: this.#now() + lifetimeMs }];
  }

  #isValid(value: string, secret: Secret | undefined): boolean {
    return digestMatches(value, secret?.digest) && this.#now() < (secret?.expiresMs ?? 0);
  }
}
