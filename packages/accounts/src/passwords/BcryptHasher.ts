import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { encodeBase64 } from 'bcryptjs';
import { AccountError } from '../errors/AccountError.js';
import { BcryptThreads } from './bcrypt/BcryptThreads.js';
import { DEFAULT_MAX_QUEUED, HIGHEST_CONCURRENCY, HIGHEST_MAX_QUEUED } from './HashQueue.js';
import type { PasswordHasher } from './PasswordHasher.js';
import { requireWhole } from './requireWhole.js';
import {
  formatStoredPassword,
  MAX_COST,
  MIN_COST,
  parseStoredPassword,
  toBcryptInput,
  toPlainBcryptInput,
} from './storedPassword.js';

const SALT_BYTES = 16;
const DIGEST_BYTES = 23;
const MOST_THREADS = 8; // each takes about 12 MiB

/** Settings of {@link BcryptHasher}. */
export interface BcryptHasherOptions {
  /** Work per hash as a power of two, 10 to 16. Each step doubles the time. Default 10. */
  readonly cost?: number;
  /**
   * How many worker threads hash at once, 0 to 64; 0 hashes in place, one password at a time.
   * Default: one for each processor, at most 8; on AWS Lambda only from the moment when two passwords
   * have come at once, or with `AWS_LAMBDA_MAX_CONCURRENCY` above 1.
   */
  readonly threads?: number;
  /** How many passwords wait at most, 0 to 10 000, before `TooBusy`. Default 64. */
  readonly maxQueued?: number;
}

/**
 * Hashes passwords with bcrypt (pure JavaScript) in a form that counts every byte of a long one.
 * Stored strings look like `$hmac-sha384-bcrypt$v=1$2b$10$…`. The hashes of other systems (`$2a$`,
 * `$2b$`, `$2y$`) are verified as those systems did, and need a rehash.
 *
 * Worker threads do the work, so that the event loop stays free. They start with the first password
 * and end when there is nothing to do, and none keeps the process alive. Each hasher has its own:
 * make one, and give it to every {@link Accounts}. Where threads cannot be had, as in a bundle of
 * one file, it hashes in place. So it does on AWS Lambda, where a process has one request at a time,
 * until two passwords come at once: then several invocations share the process.
 *
 * @example
 * ```ts
 * import { BcryptHasher } from '@latchkey/accounts';
 *
 * const hasher = new BcryptHasher({ cost: 12 });
 * const stored = await hasher.hash('correct horse battery staple');
 * console.log(await hasher.verify('correct horse battery staple', stored)); // true
 * ```
 */
export class BcryptHasher implements PasswordHasher {
  /** A stored string of this hasher that no password matches, at the cost of a real one. */
  readonly dummyHash: string;
  readonly #cost: number;
  readonly #bcrypt: BcryptThreads;

  /**
   * @param options - `cost`: a power of two, 10 to 16, default 10. `threads`: 0 to 64, default one
   *   for each processor, at most 8. `maxQueued`: 0 to 10 000, default 64.
   * @throws AccountError `InvalidConfiguration` for anything else.
   */
  constructor(options: BcryptHasherOptions = {}) {
    const { cost = MIN_COST, threads = Math.min(availableParallelism(), MOST_THREADS) } = options;
    const { maxQueued = DEFAULT_MAX_QUEUED } = options;
    if (!Number.isInteger(cost) || cost < MIN_COST || cost > MAX_COST) {
      throw new AccountError('InvalidConfiguration', {
        path: 'cost',
        reason: `The bcrypt cost must be a whole number from ${MIN_COST} to ${MAX_COST}.`,
      });
    }
    requireWhole('threads', threads, 0, HIGHEST_CONCURRENCY);
    requireWhole('maxQueued', maxQueued, 0, HIGHEST_MAX_QUEUED);
    this.#cost = cost;
    const whenShared = options.threads === undefined && hasOneRequestAtATime();
    this.#bcrypt = new BcryptThreads({ threads, maxQueued, whenShared });
    this.dummyHash = formatStoredPassword(fillerBcryptHash(cost));
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
    const input = toBcryptInput(password);
    return formatStoredPassword(await this.#bcrypt.hash({ input, cost: this.#cost }));
  }

  /**
   * Tells whether a password belongs to a stored string. A string of an unknown scheme, a broken
   * one and one with a cost above 16 give `false` after one hash of this hasher's own cost.
   *
   * @param password - The password that somebody typed.
   * @param stored - What `hash` gave, or bcrypt in another system.
   * @throws AccountError `TooBusy`
   */
  async verify(password: string, stored: string): Promise<boolean> {
    const parsed = password.isWellFormed() ? parseStoredPassword(stored) : null;
    // A quick "no" would tell an attacker which accounts have no usable password (ASVS 6.3.8).
    const target = parsed ?? parseStoredPassword(this.dummyHash);
    if (target === null) return false;
    const { bcryptHash, plain } = target;
    const input = plain ? toPlainBcryptInput(password) : toBcryptInput(password);
    const matches = await this.#bcrypt.compare({ input, bcryptHash });
    return matches && parsed !== null;
  }

  /**
   * Tells whether a stored string was made at a lower cost, or by another scheme, than this hasher
   * uses, so that a successful login should replace it (ASVS 11.2.2).
   *
   * @param stored - What `hash` gave, perhaps years ago.
   * @example
   * ```ts
   * import { BcryptHasher } from '@latchkey/accounts';
   *
   * export const isOutdated = (hash: string) => new BcryptHasher().needsRehash(hash);
   * ```
   */
  needsRehash(stored: string): boolean {
    const parsed = parseStoredPassword(stored);
    return parsed === null || parsed.plain || parsed.cost < this.#cost;
  }

  /**
   * Tells whether a stored string is one that this class made, or bcrypt in another system, of a
   * cost up to 16.
   *
   * @param stored - What the table holds.
   * @example
   * ```ts
   * import { BcryptHasher } from '@latchkey/accounts';
   *
   * export const isOfThisHasher = (hash: string) => new BcryptHasher().recognises(hash);
   * ```
   */
  recognises(stored: string): boolean {
    return parseStoredPassword(stored) !== null;
  }
}

/**
 * Tells whether the process is expected to have one request at a time, so that a thread would only
 * cost it memory and a slower start: AWS Lambda, unless its environment says otherwise.
 */
function hasOneRequestAtATime(): boolean {
  const { AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_MAX_CONCURRENCY: most } = process.env;
  return name !== undefined && !(Number(most) > 1);
}

/** Random bytes in the shape of a bcrypt hash; a match would mean a guess of 184 bits. */
function fillerBcryptHash(cost: number): string {
  const salt = encodeBase64(randomBytes(SALT_BYTES), SALT_BYTES);
  const digest = encodeBase64(randomBytes(DIGEST_BYTES), DIGEST_BYTES);
  return `$2b$${cost}$${salt}${digest}`;
}
