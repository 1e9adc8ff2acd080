import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { AccountError } from '../errors/AccountError.js';
import { prepareEncryptionKeys, type EncryptionKey } from './prepareEncryptionKeys.js';

/**
 * Context that a ciphertext is bound to. The context is not stored with the ciphertext, but
 * decrypting takes the same context again.
 */
export interface EncryptionContext {
  /** Name of the value that is encrypted, such as `totpSecret`. */
  readonly purpose: string;
  readonly accountId: string;
}

/** The parts of a ciphertext as it is stored. */
interface ParsedCiphertext {
  readonly kid: string;
  readonly nonce: Buffer;
  readonly encrypted: Buffer;
  readonly tag: Buffer;
}

const ALGORITHM = 'aes-256-gcm';
const VERSION = 'v1';
// NIST SP 800-38D §8.2.2: random nonces of 96 bits, for at most 2^32 encryptions with one key.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

// A kid may contain dots; the parts behind it cannot.
const STORED = /^v1\.([\x21-\x7e]{1,64})\.([\w-]{16})\.([\w-]{22,})$/;
const MAX_STORED_LENGTH = 10_000;
const MAX_PLAINTEXT_BYTES = 6000;

/**
 * Encrypts small secrets for storage by AES-256-GCM (ASVS 11.3.2, 11.3.3), with several keys of
 * which the first encrypts and all decrypt, so that keys can be replaced one by one (ASVS 11.2.2).
 *
 * Stored is `v1.<kid>.<nonce>.<ciphertext and tag>`, the last two in base64url. The tag also covers
 * version, kid and context: a ciphertext that was copied to another account or purpose is refused.
 */
export class EncryptionKeyring {
  readonly #keys: ReadonlyMap<string, KeyObject>;
  readonly #newest: { readonly kid: string; readonly key: KeyObject };

  /**
   * @param keys - At least one, the newest first. Remove an old one when nothing is
   *   encrypted with it any longer.
   * @param path - The name of the option that the keys come from.
   * @throws AccountError `InvalidConfiguration` with that path for no keys, a malformed or repeated `kid`, and a key that is not of 32 bytes.
   */
  constructor(keys: readonly EncryptionKey[], path?: string) {
    const prepared = prepareEncryptionKeys(keys, path);
    this.#keys = new Map(prepared.map(({ kid, key }) => [kid, key]));
    this.#newest = prepared[0];
  }

  /**
   * Encrypts with the newest key and a fresh random nonce (ASVS 11.3.4).
   *
   * @param plaintext - At most 6000 bytes as UTF-8, well-formed.
   * @returns What to store: visible ASCII.
   * @throws AccountError `InvalidInput` with the path `plaintext`.
   */
  encrypt(plaintext: string, context: EncryptionContext): string {
    const bytes = Buffer.from(plaintext, 'utf8');
    if (!plaintext.isWellFormed() || bytes.length > MAX_PLAINTEXT_BYTES) {
      throw new AccountError('InvalidInput', { path: 'plaintext', reason: 'notValid' });
    }
    const { kid, key } = this.#newest;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(additionalData(kid, context));
    const encrypted = Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    return [VERSION, kid, nonce.toString('base64url'), encrypted.toString('base64url')].join('.');
  }

  /**
   * Decrypts what `encrypt` gave, with the key that it names.
   *
   * @param ciphertext - What is stored, of any type.
   * @returns The plaintext; null, without a reason (ASVS 11.2.5), for a malformed or changed
   *   ciphertext, an unknown kid, and another context.
   */
  decrypt(ciphertext: unknown, context: EncryptionContext): string | null {
    const parsed = parseCiphertext(ciphertext);
    const key = parsed && this.#keys.get(parsed.kid);
    if (!parsed || !key) return null;
    const { kid, nonce, encrypted, tag } = parsed;
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(additionalData(kid, context));
    decipher.setAuthTag(tag);
    try {
      const plaintext = Buffer.concat([decipher.update(encrypted), decipher.final()]);
      return plaintext.toString('utf8');
    } catch {
      return null;
    }
  }

  /**
   * Tells whether a ciphertext should be encrypted again, because it is not by the newest key.
   *
   * @param ciphertext - What is stored. Of what `decrypt` refuses, the answer means nothing.
   */
  needsReencryption(ciphertext: string): boolean {
    return parseCiphertext(ciphertext)?.kid !== this.#newest.kid;
  }
}

function additionalData(kid: string, { purpose, accountId }: EncryptionContext): Buffer {
  // JSON, because a plain join would confuse `ab` + `c` with `a` + `bc`.
  return Buffer.from(JSON.stringify([VERSION, kid, purpose, accountId]), 'utf8');
}

function parseCiphertext(value: unknown): ParsedCiphertext | undefined {
  if (typeof value !== 'string' || value.length > MAX_STORED_LENGTH) return undefined;
  const [, kid, nonce, body] = STORED.exec(value) ?? [];
  if (kid === undefined || nonce === undefined || body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64url');
  // Base64url can write the same bytes in several ways; only one of them is ours.
  if (bytes.toString('base64url') !== body) return undefined;
  return {
    kid,
    nonce: Buffer.from(nonce, 'base64url'),
    encrypted: bytes.subarray(0, -TAG_BYTES),
    tag: bytes.subarray(-TAG_BYTES),
  };
}
