import { createSecretKey, type KeyObject } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';

/**
 * One of several secrets. Tokens name it by `kid`; at most one entry, the oldest, may have no
 * `kid`.
 */
export interface TokenSecret {
  /** 1 to 64 visible ASCII characters, readable in every token: not a secret itself. */
  readonly kid?: string;
  /** At least 32 bytes as UTF-8. */
  readonly secret: string;
}

/** Secrets that an application signs with: one secret, or several with the newest first. */
export type TokenSecrets = string | readonly TokenSecret[];

/** A secret that is ready to use. */
export interface TokenKey {
  readonly kid: string | undefined;
  readonly key: KeyObject;
}

/** The keys of an application, the newest first. */
export type TokenKeyList = readonly [TokenKey, ...TokenKey[]];

// RFC 7518 §3.2: a key for HS256 is at least as long as its hash.
const MIN_SECRET_BYTES = 32;
const MAX_CACHED_KEYS = 64;
// ASCII, because jsonwebtoken reads the bytes of a header as Latin-1.
const KID = /^[\x21-\x7e]{1,64}$/;

/**
 * Turns secrets into KeyObjects and keeps the 64 that were used last: jsonwebtoken verifies 34
 * times faster with a KeyObject than with a string, which it would convert on every call.
 */
export class TokenKeys {
  readonly #cache = new Map<string, KeyObject>();
  /** Secret that was used last, with its key, which is at the end of the cache already. */
  #newest: { readonly secret: string; readonly key: KeyObject } | undefined;

  /**
   * Checks an application's secrets and gives their keys in the same order.
   *
   * @param secrets - What `getTokenSecret` gave, of any type.
   * @throws AccountError `SecretTooShort` below 32 bytes; `InvalidConfiguration` for no secret, a
   *   malformed or repeated `kid`, and anything that is no secret at all.
   */
  prepare(secrets: unknown): TokenKeyList {
    if (typeof secrets === 'string') return [{ kid: undefined, key: this.#keyOf(secrets) }];
    const entries: readonly unknown[] = Array.isArray(secrets) ? secrets : [{ secret: secrets }];
    const [first, ...others] = entries.map((entry) => this.#prepareOne(entry));
    if (first === undefined) throw misconfigured('At least one secret is needed to sign tokens.');
    const keys: TokenKeyList = [first, ...others];
    if (new Set(keys.map((key) => key.kid)).size < keys.length) {
      throw misconfigured('Each secret must have a different kid.');
    }
    return keys;
  }

  #prepareOne(entry: unknown): TokenKey {
    const { kid, secret }: { kid?: unknown; secret?: unknown } =
      typeof entry === 'object' && entry !== null ? entry : {};
    if (typeof secret !== 'string') throw misconfigured('A secret must be a string.');
    if (kid !== undefined && (typeof kid !== 'string' || !KID.test(kid))) {
      throw misconfigured('A kid must be 1 to 64 visible ASCII characters.');
    }
    return { kid, key: this.#keyOf(secret) };
  }

  #keyOf(secret: string): KeyObject {
    const newest = this.#newest;
    if (newest?.secret === secret) return newest.key;
    const key = this.#cache.get(secret) ?? createKey(secret);
    this.#newest = { secret, key };
    // A Map keeps its order of insertion: what was used last goes to the end, the front is dropped.
    this.#cache.delete(secret);
    this.#cache.set(secret, key);
    if (this.#cache.size > MAX_CACHED_KEYS) {
      for (const oldest of this.#cache.keys()) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return key;
  }

  /** How many keys are kept, for tests. */
  get cachedKeys(): number {
    return this.#cache.size;
  }
}

function createKey(secret: string): KeyObject {
  // Every lone surrogate becomes the same three bytes, so that such a secret is weaker than it looks.
  if (!secret.isWellFormed()) throw misconfigured('A secret must be well-formed Unicode.');
  const bytes = Buffer.from(secret, 'utf8');
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new AccountError('SecretTooShort', { minBytes: MIN_SECRET_BYTES });
  }
  return createSecretKey(bytes);
}

function misconfigured(reason: string): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path: 'getTokenSecret', reason });
}
