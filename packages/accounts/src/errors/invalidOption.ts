import { AccountError } from './AccountError.js';

/** The error for an option that cannot be used; `reason` is a sentence without its value. */
export function invalidOption(
  path: string,
  reason: string,
  options?: ErrorOptions,
): AccountError<'InvalidConfiguration'> {
  return new AccountError('InvalidConfiguration', { path, reason }, options);
}
