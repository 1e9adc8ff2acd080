import { AccountError } from '../errors/AccountError.js';

/** Lengths that a one-time token may have, in UTF-16 units. */
export const ONE_TIME_TOKEN_LENGTHS = { minLength: 4, maxLength: 1000 } as const;

/**
 * Checks the form of a one-time token: 4 to 1000 well-formed characters.
 *
 * @throws AccountError `InvalidInput` with the path `token`.
 */
export function parseOneTimeToken(value: unknown): string {
  const { minLength, maxLength } = ONE_TIME_TOKEN_LENGTHS;
  const reason =
    typeof value !== 'string'
      ? 'notAString'
      : value.length < minLength || value.length > maxLength || !value.isWellFormed()
        ? 'notValid'
        : undefined;
  if (reason === undefined) return value as string;
  throw new AccountError('InvalidInput', { path: 'token', reason });
}
