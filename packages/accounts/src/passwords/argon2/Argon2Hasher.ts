import { randomBytes } from 'node:crypto';
import type * as NodeArgon2 from '@node-rs/argon2';
import { AccountError } from '../../errors/AccountError.js';
import { DEFAULT_MAX_QUEUED, HashQueue } from '../HashQueue.js';
import type { PasswordHasher } from '../PasswordHasher.js';
import { requireWhole } from '../requireWhole.js';
import { toPhcBase64 } from '../toPhcBase64.js';

const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

const LOWEST_MEMORY = 7168;
const HIGHEST_MEMORY = 262_144;
const HIGHEST_TIME = 64;
const HIGHEST_PARALLELISM = 16;

// OWASP Password Storage Cheat Sheet: how many passes each amount of memory (KiB) takes at least.
const LOWEST_TIMES: readonly (readonly [memoryCost: number, timeCost: number])[] = [
  [47_104, 1],
  [19_456, 2],
  [12_288, 3],
  [9216, 4],
  [LOWEST_MEMORY, 5],
];

// What a stored string may ask for, in KiB × passes: 27 times the default's work.
const MAX_WORK = 2 ** 20;

const STORED =
  /^\$argon2id\$v=19\$m=([1-9]\d{0,6}),t=([1-9]\d{0,2}),p=([1-9]\d?)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Settings of {@link Argon2Hasher}. */
export interface Argon2HasherOptions {
  /** Memory for each hash in KiB, 7168 to 262 144. Default 19 456 (19 MiB). */
  readonly memoryCost?: number;
  /** Passes over the memory. Default: the least that OWASP advises, 2 for 19 MiB. */
  readonly timeCost?: number;
  /** Lanes of the memory, 1 to 16. Default 1. */
  readonly parallelism?: number;
  /** How many passwords are hashed at once, 1 to 64. Default 2. */
  readonly concurrency?: number;
  /** How many more wait at most, 0 to 10 000, before `TooBusy`. Default 64. */
  readonly maxQueued?: number;
}

interface Argon2Parameters {
  readonly memoryCost: number;
  readonly timeCost: number;
  readonly parallelism: number;
}

interface StoredArgon2 extends Argon2Parameters {
  /** Lengths in base64 characters. */
  readonly saltLength: number;
  readonly digestLength: number;
}

/**
 * Hashes passwords with Argon2id, by the package `@node-rs/argon2`, which the application installs.
 * Stored strings look like `$argon2id$v=19$m=19456,t=2,p=1$salt$digest`, as other systems write
 * them, too.
 *
 * The package hashes in the same four threads in which Node.js looks up names and reads files,
 * hence the low default of `concurrency`.
 *
 * @example
 * ```ts
 * import { Argon2Hasher } from '@latchkey/accounts/argon2';
 *
 * const hasher = new Argon2Hasher();
 * const stored = await hasher.hash('correct horse battery staple');
 * console.log(await hasher.verify('correct horse battery staple', stored)); // true
 * ```
 */
export class Argon2Hasher implements PasswordHasher {
  /** A stored string of this hasher that no password matches, at the cost of a real one. */
  readonly dummyHash: string;
  readonly #parameters: Argon2Parameters;
  readonly #queue: HashQueue;

  /**
   * @param options - `memoryCost`: KiB, 7168 to 262 144, default 19 456. `timeCost`: default and
   *   minimum 1 from 47 104 KiB on, 2 from 19 456, 3 from 12 288, 4 from 9216, else 5.
   *   `parallelism`: 1 to 16, default 1. `concurrency`: 1 to 64, default 2. `maxQueued`: 0 to
   *   10 000, default 64.
   * @throws AccountError `InvalidConfiguration` for anything else, and for `memoryCost` ×
   *   `timeCost` above 1 048 576.
   */
  constructor(options: Argon2HasherOptions = {}) {
    const { memoryCost = 19_456, parallelism = 1, concurrency = 2 } = options;
    requireWhole('memoryCost', memoryCost, LOWEST_MEMORY, HIGHEST_MEMORY);
    requireWhole('parallelism', parallelism, 1, HIGHEST_PARALLELISM);
    const lowestTime = LOWEST_TIMES.find(([memory]) => memoryCost >= memory)?.[1] ?? 1;
    const { timeCost = lowestTime, maxQueued = DEFAULT_MAX_QUEUED } = options;
    const highestTime = Math.min(HIGHEST_TIME, Math.floor(MAX_WORK / memoryCost));
    requireWhole('timeCost', timeCost, lowestTime, highestTime);
    this.#parameters = { memoryCost, timeCost, parallelism };
    this.#queue = new HashQueue({ concurrency, maxQueued });
    const [salt, digest] = [SALT_BYTES, DIGEST_BYTES].map((size) => toPhcBase64(randomBytes(size)));
    this.dummyHash = `$argon2id$v=19$m=${memoryCost},t=${timeCost},p=${parallelism}$${salt}$${digest}`;
  }

  /**
   * Hashes a new password with a fresh salt of 128 bits.
   *
   * @param password - The password, any length.
   * @throws AccountError `InvalidInput` for a string that is not well-formed Unicode; `TooBusy`;
   *   `InvalidConfiguration` when `@node-rs/argon2` is not installed.
   */
  async hash(password: string): Promise<string> {
    // As UTF-8, every lone surrogate becomes U+FFFD: different passwords would share one hash.
    if (!password.isWellFormed()) {
      throw new AccountError('InvalidInput', { path: 'password', reason: 'notWellFormed' });
    }
    const { hash } = await loadArgon2();
    const options = {
      ...this.#parameters,
      salt: randomBytes(SALT_BYTES),
      outputLen: DIGEST_BYTES,
    };
    return this.#queue.run(() => hash(password.normalize('NFC'), options));
  }

  /**
   * Tells whether a password belongs to a stored string. A string of another scheme, a broken one
   * and one that asks for too much work give `false` after one hash of this hasher's own settings.
   *
   * @param password - The password that somebody typed.
   * @param stored - What `hash` gave, or Argon2id in another system.
   * @throws AccountError `TooBusy`; `InvalidConfiguration` when `@node-rs/argon2` is not installed.
   */
  async verify(password: string, stored: string): Promise<boolean> {
    const isUsable = password.isWellFormed() && this.recognises(stored);
    const target = isUsable ? stored : this.dummyHash;
    const { verify } = await loadArgon2();
    return this.#queue.run(async () => {
      // A well-formed string may still be one that Argon2 refuses, as with less than 8 KiB a lane.
      const matches = await verify(target, password.normalize('NFC')).catch(() => null);
      if (matches !== null) return matches && isUsable;
      await verify(this.dummyHash, password);
      return false;
    });
  }

  /**
   * Tells whether a stored string was made with less memory, less work or a shorter salt or digest
   * than this hasher uses, so that a successful login should replace it (ASVS 11.2.2).
   *
   * @param stored - What `hash` gave, perhaps years ago.
   * @example
   * ```ts
   * import { Argon2Hasher } from '@latchkey/accounts/argon2';
   *
   * export const isOutdated = (hash: string) => new Argon2Hasher().needsRehash(hash);
   * ```
   */
  needsRehash(stored: string): boolean {
    const parsed = parse(stored);
    if (parsed === null) return true;
    const own = this.#parameters;
    const ownStored = parse(this.dummyHash);
    return (
      parsed.memoryCost < own.memoryCost ||
      parsed.memoryCost * parsed.timeCost < own.memoryCost * own.timeCost ||
      parsed.saltLength < (ownStored?.saltLength ?? 0) ||
      parsed.digestLength < (ownStored?.digestLength ?? 0)
    );
  }

  /**
   * Tells whether a stored string is Argon2id version 19, of at most 256 MiB, 16 lanes and 1 048 576
   * KiB × passes.
   *
   * @param stored - What the table holds.
   * @example
   * ```ts
   * import { Argon2Hasher } from '@latchkey/accounts/argon2';
   *
   * export const isOfThisHasher = (hash: string) => new Argon2Hasher().recognises(hash);
   * ```
   */
  recognises(stored: string): boolean {
    return parse(stored) !== null;
  }
}

function parse(stored: unknown): StoredArgon2 | null {
  const match = typeof stored === 'string' ? STORED.exec(stored) : null;
  if (!match) return null;
  const [, m, t, p, salt = '', digest = ''] = match;
  const [memoryCost, timeCost, parallelism] = [Number(m), Number(t), Number(p)];
  if (memoryCost > HIGHEST_MEMORY || memoryCost * timeCost > MAX_WORK) return null;
  if (parallelism > HIGHEST_PARALLELISM) return null;
  return {
    memoryCost,
    timeCost,
    parallelism,
    saltLength: salt.length,
    digestLength: digest.length,
  };
}

/** Only when something is hashed, so that this module loads where the package is not installed. */
async function loadArgon2(): Promise<typeof NodeArgon2> {
  try {
    return await import('@node-rs/argon2');
  } catch (cause) {
    throw new AccountError(
      'InvalidConfiguration',
      { path: 'hasher', reason: 'Argon2Hasher needs the package @node-rs/argon2.' },
      { cause },
    );
  }
}
