import { AccountError } from '../errors/AccountError.js';
import { storedBytes } from './storedBytes.js';

/** Data that an application stores about a person. */
export type Profile = Readonly<Record<string, unknown>>;

// DynamoDB's items hold 400 KB: the application's own fields have 80, the library's the rest.
const MAX_PROFILE_BYTES = 300 * 1024;

/**
 * Checks a profile: a plain object, at most 300 KB as it is stored, keys and values as UTF-8. The
 * table checks what is in it: how deep it is, its values, and that nothing is called `__proto__`
 * (ASVS 15.3.6).
 *
 * @throws AccountError `InvalidInput` with the path `profile` and reason `notAnObject` or `tooLarge`.
 */
export function parseProfile(value: unknown): Profile {
  if (!isPlainObject(value)) throw invalid('notAnObject');
  if (storedBytes(value) > MAX_PROFILE_BYTES) throw invalid('tooLarge');
  return value;
}

function isPlainObject(value: unknown): value is Profile {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function invalid(reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: 'profile', reason });
}
