import { AccountError } from './AccountError.js';

/**
 * Refuses what is no object, from callers without types.
 *
 * @param path - The name that the error gives to the input; empty for the whole of it.
 * @throws AccountError `InvalidInput` with reason `notAnObject`.
 */
export function requireObject(value: unknown, path: string): asserts value is object {
  if (typeof value === 'object' && value !== null) return;
  throw new AccountError('InvalidInput', { path, reason: 'notAnObject' });
}

/**
 * Reads an input, so that nothing that a getter says later has an effect: a copy of its own properties.
 *
 * @throws AccountError `InvalidInput` with reason `notAnObject`; `notReadable` for a getter that throws.
 */
export function readObject<T>(value: T, path: string): T & object {
  requireObject(value, path);
  return readFrom(path, () => ({ ...value }));
}

/** Reads an input as {@link readObject}; leaves it to others to refuse what is no object. */
export function readInput<T>(value: T): T {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? readObject(value, '') : value;
}

/**
 * Reads from an object of a caller's, whose getters may do anything.
 *
 * @throws AccountError `InvalidInput` with reason `notReadable`, and what the getter has thrown as its cause.
 */
export function readFrom<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (AccountError.is(cause)) throw cause;
    throw new AccountError('InvalidInput', { path, reason: 'notReadable' }, { cause });
  }
}

const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

/**
 * Refuses what is no id that this package made.
 *
 * @param path - The name that the error gives to the input.
 * @throws AccountError `InvalidInput` with reason `notAnId`.
 */
export function requireUlid(value: unknown, path: string): asserts value is string {
  if (typeof value === 'string' && ULID.test(value)) return;
  throw new AccountError('InvalidInput', { path, reason: 'notAnId' });
}
