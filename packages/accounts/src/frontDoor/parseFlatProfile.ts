import { AccountError } from '../errors/AccountError.js';
import { parseProfile } from '../lifecycle/parseProfile.js';
import type { FlatProfile } from './frontDoorTypes.js';

const MAX_KEYS = 100;
const MAX_KEY_LENGTH = 20;
const MAX_VALUE_LENGTH = 1000;

/**
 * Checks a profile as https://userbase.com/docs/sdk/sign-up/ describes it: a plain object, 1 to 100
 * keys of 1 to 20 characters, values of 1 to 1000. Characters are counted as UTF-16 does.
 *
 * @throws AccountError `ProfileMustBeObject`, `ProfileCannotBeEmpty`, `ProfileHasTooManyKeys`,
 *   `ProfileKeyMustBeString`, `ProfileKeyTooLong`, `ProfileValueMustBeString`,
 *   `ProfileValueCannotBeBlank`, `ProfileValueTooLong`; `InvalidInput` for a key `__proto__`.
 */
export function parseFlatProfile(value: unknown): FlatProfile {
  if (!isPlainObject(value)) throw new AccountError('ProfileMustBeObject', {});
  const keys = Reflect.ownKeys(value);
  if (keys.length === 0) throw new AccountError('ProfileCannotBeEmpty', {});
  if (keys.length > MAX_KEYS) {
    throw new AccountError('ProfileHasTooManyKeys', { maxKeys: MAX_KEYS });
  }
  for (const key of keys) {
    assertKey(key);
    assertValue(value[key], key);
  }
  return parseProfile(value) as FlatProfile;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function assertKey(key: string | symbol): asserts key is string {
  if (typeof key !== 'string' || key === '') throw new AccountError('ProfileKeyMustBeString', {});
  if (key.length <= MAX_KEY_LENGTH) return;
  throw new AccountError('ProfileKeyTooLong', {
    maxLen: MAX_KEY_LENGTH,
    key: key.slice(0, MAX_KEY_LENGTH),
  });
}

function assertValue(value: unknown, key: string): void {
  if (typeof value !== 'string') throw new AccountError('ProfileValueMustBeString', { key });
  if (value === '') throw new AccountError('ProfileValueCannotBeBlank', { key });
  if (value.length <= MAX_VALUE_LENGTH) return;
  throw new AccountError('ProfileValueTooLong', { maxLen: MAX_VALUE_LENGTH, key });
}
