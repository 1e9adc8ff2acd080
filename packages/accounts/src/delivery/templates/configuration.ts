import { AccountError } from '../../errors/AccountError.js';
import { onOneLine } from './onOneLine.js';

/** The error for an option that cannot be used; `reason` is a sentence without its value. */
export function unusable(
  path: string,
  reason: string,
  options?: ErrorOptions,
): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path, reason }, options);
}

/**
 * Checks a name that people see: 1 to 100 characters on one line.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function requireName(value: unknown, path: string): string {
  const isName =
    typeof value === 'string' &&
    value.length > 0 &&
    value.length <= 100 &&
    value === onOneLine(value);
  if (!isName) throw unusable(path, 'It must be 1 to 100 characters on one line.');
  return value;
}
