import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { DEFAULT_MAX_QUEUED, HashQueue } from './HashQueue.js';
import type { PasswordHasher } from './PasswordHasher.js';
import { requireWhole } from './requireWhole.js';
import { toBcryptInput } from './storedPassword.js';
import { toPhcBase64 } from './toPhcBase64.js';

const SALT_BYTES = 16;
const DIGEST_BYTES = 32;
const BLOCK_SIZE = 8;
const HIGHEST_P = 16;

// OWASP Password Storage Cheat Sheet: less memory (2^ln) must be made good by more work (p).
const LOWEST_P: Readonly<Record<number, number>> = { 14: 5, 15: 3, 16: 2, 17: 1, 18: 1 };

// What a stored string may ask for: 256 MiB, and twice the work of the default.
const MAX_MEMORY_BYTES = 2 ** 28;
const MAX_WORK = 2 ** 21;

// Digests of 32 and 64 bytes only: a digest that was cut off would match as a shorter one.
const STORED =
  /^\$scrypt\$ln=([1-9]\d?),r=([1-9]\d?),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43}|[A-Za-z0-9+/]{86})$/;

/** Settings of {@link ScryptHasher}. */
export interface ScryptHasherOptions {
  /** Memory and work as a power of two, 14 to 18. Default 17: 128 MiB for each hash. */
  readonly ln?: number;
  /** Work on top of it, up to 16. Default: the least that OWASP advises, 1 for `ln` 17. */
  readonly p?: number;
  /** How many passwords are hashed at once, 1 to 64. Default 2. */
  readonly concurrency?: number;
  /** How many more wait at most, 0 to 10 000, before `TooBusy`. Default 64. */
  readonly maxQueued?: number;
}

interface ScryptParameters {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

interface StoredScrypt extends ScryptParameters {
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/**
 * Hashes passwords with the scrypt of Node.js. Stored strings look like
 * `$scrypt$ln=17,r=8,p=1$salt$digest`, as other systems write them, too.
 *
 * Node.js hashes in the same four threads in which it looks up names and reads files, hence the low
 * default of `concurrency`.
 *
 * @example
 * ```ts
 * import { ScryptHasher } from '@latchkey/accounts';
 *
 * const hasher = new ScryptHasher({ ln: 15 });
 * const stored = await hasher.hash('correct horse battery staple');
 * console.log(await hasher.verify('correct horse battery staple', stored)); // true
 * ```
 */
export class ScryptHasher implements PasswordHasher {
  /** A stored string of this hasher that no password matches, at the cost of a real one. */
  readonly dummyHash: string;
  readonly #parameters: ScryptParameters;
  readonly #queue: HashQueue;

  /**
   * @param options - `ln`: 14 to 18, default 17. `p`: at least 5, 3, 2, 1, 1 for these, at most 16.
   *   `concurrency`: 1 to 64, default 2. `maxQueued`: 0 to 10 000, default 64.
   * @throws AccountError `InvalidConfiguration` for anything else, and for more work than twice the
   *   default.
   */
  constructor(options: ScryptHasherOptions = {}) {
    const { ln = 17, concurrency = 2, maxQueued = DEFAULT_MAX_QUEUED } = options;
    const lowestP = LOWEST_P[ln];
    if (lowestP === undefined) requireWhole('ln', NaN, 14, 18);
    const { p = lowestP ?? 1 } = options;
    requireWhole('p', p, lowestP ?? 1, HIGHEST_P);
    this.#parameters = { ln, r: BLOCK_SIZE, p };
    if (!isAffordable(this.#parameters)) {
      throw new AccountError('InvalidConfiguration', {
        path: 'p',
        reason: 'The work would be more than twice that of the default.',
      });
    }
    this.#queue = new HashQueue({ concurrency, maxQueued });
    this.dummyHash = format({
      ...this.#parameters,
      salt: randomBytes(SALT_BYTES),
      digest: randomBytes(DIGEST_BYTES),
    });
  }

  /**
   * Hashes a new password with a fresh salt of 128 bits.
   *
   * @param password - The password, any length.
   * @throws AccountError `InvalidInput` for a string that is not well-formed Unicode; `TooBusy`.
   */
  async hash(password: string): Promise<string> {
    // As UTF-8, every lone surrogate becomes U+FFFD: different passwords would share one hash.
    if (!password.isWellFormed()) {
      throw new AccountError('InvalidInput', { path: 'password', reason: 'notWellFormed' });
    }
    const to = { ...this.#parameters, salt: randomBytes(SALT_BYTES) };
    const digest = await this.#queue.run(() => derive(password, to, DIGEST_BYTES));
    return format({ ...to, digest });
  }

  /**
   * Tells whether a password belongs to a stored string. A string of another scheme, a broken one
   * and one that asks for too much work give `false` after one hash of this hasher's own settings.
   *
   * @param password - The password that somebody typed.
   * @param stored - What `hash` gave, or scrypt in another system.
   * @throws AccountError `TooBusy`
   */
  async verify(password: string, stored: string): Promise<boolean> {
    const parsed = password.isWellFormed() ? parse(stored) : null;
    const target = parsed ?? parse(this.dummyHash);
    if (target === null) return false;
    const digest = await this.#queue.run(() => derive(password, target, target.digest.length));
    return timingSafeEqual(digest, target.digest) && parsed !== null;
  }

  /**
   * Tells whether a stored string was made with less memory, less work or a shorter salt than this
   * hasher uses, so that a successful login should replace it (ASVS 11.2.2).
   *
   * @param stored - What `hash` gave, perhaps years ago.
   * @example
   * ```ts
   * import { ScryptHasher } from '@latchkey/accounts';
   *
   * export const isOutdated = (hash: string) => new ScryptHasher().needsRehash(hash);
   * ```
   */
  needsRehash(stored: string): boolean {
    const parsed = parse(stored);
    if (parsed === null) return true;
    return (
      memoryOf(parsed) < memoryOf(this.#parameters) ||
      workOf(parsed) < workOf(this.#parameters) ||
      parsed.salt.length < SALT_BYTES
    );
  }

  /**
   * Tells whether a stored string is scrypt, of at most 256 MiB and twice the default's work.
   *
   * @param stored - What the table holds.
   * @example
   * ```ts
   * import { ScryptHasher } from '@latchkey/accounts';
   *
   * export const isOfThisHasher = (hash: string) => new ScryptHasher().recognises(hash);
   * ```
   */
  recognises(stored: string): boolean {
    return parse(stored) !== null;
  }
}

/**
 * scrypt takes the password as the key of an HMAC, which fills short ones up with NUL: `x` and
 * `x\0` would be the same password (ASVS 6.2.8). One that ends so goes in as its digest.
 */
function toScryptInput(password: string): string {
  return password.endsWith('\0') ? toBcryptInput(password) : password.normalize('NFC');
}

function derive(
  password: string,
  { ln, r, p, salt }: Omit<StoredScrypt, 'digest'>,
  length: number,
): Promise<Buffer> {
  // Node.js refuses more than 32 MiB unless told what is needed: N + p + 2 blocks.
  const maxmem = 128 * r * (2 ** ln + p + 2);
  return new Promise((resolve, reject) => {
    const options = { N: 2 ** ln, r, p, maxmem };
    scrypt(toScryptInput(password), salt, length, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function parse(stored: unknown): StoredScrypt | null {
  const match = typeof stored === 'string' ? STORED.exec(stored) : null;
  if (!match) return null;
  const [, ln, r, p, salt = '', digest = ''] = match;
  const parameters = { ln: Number(ln), r: Number(r), p: Number(p) };
  if (!isAffordable(parameters)) return null;
  return {
    ...parameters,
    salt: Buffer.from(salt, 'base64'),
    digest: Buffer.from(digest, 'base64'),
  };
}

function format({ ln, r, p, salt, digest }: StoredScrypt): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${toPhcBase64(salt)}$${toPhcBase64(digest)}`;
}

/** Tells whether scrypt can do it (RFC 7914 §2: N below 2^(16r)), at a cost that is bounded. */
function isAffordable(parameters: ScryptParameters): boolean {
  const { ln, r } = parameters;
  return ln < 16 * r && memoryOf(parameters) <= MAX_MEMORY_BYTES && workOf(parameters) <= MAX_WORK;
}

function memoryOf({ ln, r }: ScryptParameters): number {
  return 128 * r * 2 ** ln;
}

function workOf({ ln, r, p }: ScryptParameters): number {
  return 2 ** ln * r * p;
}
