import { AccountError } from '../errors/AccountError.js';
import { selfServiceError } from '../errors/selfServiceErrorCodes.js';
import type { FlatProfile } from './selfServiceInputs.js';

const MAX_KEYS = 100;
const MAX_KEY_LENGTH = 20;
const MAX_VALUE_LENGTH = 1000;
const HALF_A_PAIR = /[\ud800-\udbff]$/;

/**
 * Checks a profile as https://userbase.com/docs/sdk/sign-up/ describes it: a plain object, 1 to 100
 * keys of 1 to 20 characters, values of 1 to 1000. Characters are counted as UTF-16 does; of keys,
 * the object's own enumerable ones count.
 *
 * @returns an object of its own, with each value as it was read, once: a getter could give another
 *   one afterwards.
 * @throws AccountError `ProfileMustBeObject`, `ProfileCannotBeEmpty`, `ProfileHasTooManyKeys`,
 *   `ProfileKeyMustBeString`, `ProfileKeyTooLong`, `ProfileValueMustBeString`,
 *   `ProfileValueCannotBeBlank`, `ProfileValueTooLong`; `InvalidInput` for a key `__proto__` and for
 *   half a surrogate pair, which cannot be stored.
 */
export function parseFlatProfile(value: unknown): FlatProfile {
  if (!isPlainObject(value)) throw selfServiceError('ProfileMustBeObject', {});
  const keys = Reflect.ownKeys(value).filter(
    (key) => Reflect.getOwnPropertyDescriptor(value, key)?.enumerable === true,
  );
  if (keys.length === 0) throw selfServiceError('ProfileCannotBeEmpty', {});
  if (keys.length > MAX_KEYS) {
    throw selfServiceError('ProfileHasTooManyKeys', { maxKeys: MAX_KEYS });
  }
  return Object.fromEntries(
    keys.map((key) => {
      const name = parseKey(key);
      return [name, parseValue(value[name], name)];
    }),
  );
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function parseKey(key: string | symbol): string {
  if (typeof key !== 'string' || key === '') throw selfServiceError('ProfileKeyMustBeString', {});
  if (!key.isWellFormed()) throw notStorable('profile');
  if (key.length > MAX_KEY_LENGTH) {
    const beginning = key.slice(0, MAX_KEY_LENGTH).replace(HALF_A_PAIR, '');
    throw selfServiceError('ProfileKeyTooLong', { maxLen: MAX_KEY_LENGTH, key: beginning });
  }
  // Where the object is copied by assignment, it would set a prototype (ASVS 15.3.6).
  if (key === '__proto__') throw notStorable(`profile.${key}`);
  return key;
}

function parseValue(value: unknown, key: string): string {
  if (typeof value !== 'string') throw selfServiceError('ProfileValueMustBeString', { key });
  if (value === '') throw selfServiceError('ProfileValueCannotBeBlank', { key });
  if (value.length > MAX_VALUE_LENGTH) {
    throw selfServiceError('ProfileValueTooLong', { maxLen: MAX_VALUE_LENGTH, key });
  }
  if (!value.isWellFormed()) throw notStorable(`profile.${key}`);
  return value;
}

function notStorable(path: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason: 'notStorable' });
}
