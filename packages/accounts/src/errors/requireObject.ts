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
