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
