import { AccountError } from '../errors/AccountError.js';
import { type TokenKeyList, TokenKeys, type TokenSecrets } from './TokenKeys.js';

/** Gives the signing secret, or several with the newest first. */
export type GetTokenSecret<TRequest> = (request: TRequest) => TokenSecrets | Promise<TokenSecrets>;

/** Options of what signs values by the keys of sessions. */
export interface SignerOptions<TRequest> {
  /** As for the tokens of sessions. */
  readonly getTokenSecret: GetTokenSecret<TRequest>;
  /** Audience of the tokens of sessions, of which each use makes one of its own. Default `latchkey`. */
  readonly audience?: string | undefined;
  /** The time in milliseconds since 1970. */
  readonly now: () => number;
}

/** The keys that an application signs with, asked for anew for every token. */
export class SigningKeys<TRequest> {
  readonly #keys = new TokenKeys();
  readonly #getTokenSecret: GetTokenSecret<TRequest>;

  /** @throws AccountError `InvalidConfiguration` for a `getTokenSecret` that is not a function. */
  constructor(getTokenSecret: GetTokenSecret<TRequest>) {
    this.#getTokenSecret = parseGetTokenSecret(getTokenSecret);
  }

  /**
   * Gives the keys. Waits for a secret only where there is something to wait for: this is on every
   * request's way.
   *
   * @throws AccountError `SecretTooShort`, `InvalidConfiguration`, `ServiceUnavailable`
   */
  resolve(request: TRequest): TokenKeyList | Promise<TokenKeyList> {
    let secrets: TokenSecrets | Promise<TokenSecrets>;
    try {
      secrets = this.#getTokenSecret(request);
    } catch (cause) {
      throw secretUnavailable(cause);
    }
    if (!isPromise(secrets)) return this.#keys.prepare(secrets);
    return secrets.then(
      (given) => this.#keys.prepare(given),
      (cause: unknown) => {
        throw secretUnavailable(cause);
      },
    );
  }
}

function parseGetTokenSecret<F>(getTokenSecret: F): F {
  if (typeof getTokenSecret === 'function') return getTokenSecret;
  throw new AccountError('InvalidConfiguration', {
    path: 'getTokenSecret',
    reason: 'It must be a function that returns the secret.',
  });
}

/** Not 401: a client would throw away a good token because a secret store was down. */
function secretUnavailable(cause: unknown): AccountError<'ServiceUnavailable'> {
  return new AccountError('ServiceUnavailable', {}, { cause });
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
