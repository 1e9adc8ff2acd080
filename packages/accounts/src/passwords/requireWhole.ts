import { AccountError } from '../errors/AccountError.js';

/**
 * Refuses an option that is not a whole number between two bounds.
 *
 * @throws AccountError `InvalidConfiguration`
 */
export function requireWhole(path: string, value: number, lowest: number, highest: number): void {
  if (Number.isInteger(value) && value >= lowest && value <= highest) return;
  throw new AccountError('InvalidConfiguration', {
    path,
    reason: `It must be a whole number from ${lowest} to ${highest}.`,
  });
}
