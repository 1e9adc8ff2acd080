import { createSecretKey, KeyObject } from 'node:crypto';
import { types } from 'node:util';
import { AccountError } from '../errors/AccountError.js';

/** One of the keys that an application provides to encrypt with. */
export interface EncryptionKey {
  /** 1 to 64 visible ASCII characters; not secret, since every ciphertext contains it. */
  readonly kid: string;
  /** 32 random bytes: as they are, in base64 or base64url, or as a secret KeyObject. */
  readonly key: string | Uint8Array | KeyObject;
}

/** A key that is ready to use. */
export interface PreparedEncryptionKey {
  readonly kid: string;
  readonly key: KeyObject;
}

const KEY_BYTES = 32;
// The same form as a token key's.
const KID = /^[\x21-\x7e]{1,64}$/;
// 32 bytes in either alphabet. Node's own decoder would take anything.
const BASE64_KEY = /^(?:[A-Za-z0-9+/]{43}|[\w-]{43})=?$/;

/**
 * Validates an application's encryption keys and converts them once to KeyObjects, in the same order.
 *
 * @param keys - Of any type.
 * @param path - The name of the option.
 * @throws AccountError `InvalidConfiguration` for no keys, a malformed or repeated `kid`, and a
 *   key that is not of 32 bytes.
 */
export function prepareEncryptionKeys(
  keys: unknown,
  path = 'twoFactor.encryptionKeys',
): readonly [PreparedEncryptionKey, ...PreparedEncryptionKey[]] {
  const entries: readonly unknown[] = Array.isArray(keys) ? keys : [];
  const [first, ...others] = entries.map((entry) => prepareOne(entry, path));
  if (first === undefined) throw misconfigured(path, 'There is no key to encrypt with.');
  const prepared: readonly [PreparedEncryptionKey, ...PreparedEncryptionKey[]] = [first, ...others];
  if (new Set(prepared.map(({ kid }) => kid)).size < prepared.length) {
    throw misconfigured(path, 'Each key needs a kid of its own.');
  }
  return prepared;
}

function prepareOne(entry: unknown, path: string): PreparedEncryptionKey {
  const { kid, key }: { kid?: unknown; key?: unknown } =
    typeof entry === 'object' && entry !== null ? entry : {};
  if (typeof kid !== 'string' || !KID.test(kid)) {
    throw misconfigured(path, 'A kid must be 1 to 64 visible ASCII characters.');
  }
  const prepared = toKeyObject(key);
  if (prepared?.symmetricKeySize !== KEY_BYTES) {
    throw misconfigured(
      path,
      'A key must be 32 bytes: in base64, as bytes, or as a secret KeyObject.',
    );
  }
  return { kid, key: prepared };
}

function toKeyObject(key: unknown): KeyObject | undefined {
  if (key instanceof KeyObject) return key;
  if (types.isUint8Array(key)) return createSecretKey(key);
  if (typeof key !== 'string' || !BASE64_KEY.test(key)) return undefined;
  return createSecretKey(Buffer.from(key, 'base64'));
}

function misconfigured(path: string, reason: string): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path, reason });
}
