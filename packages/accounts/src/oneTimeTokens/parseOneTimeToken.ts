import { AccountError } from '../errors/AccountError.js';

const MIN_LENGTH = 4;
const MAX_LENGTH = 1000;

/**
 * Checks the form of a one-time token: 4 to 1000 well-formed characters.
 *
 * @throws AccountError `InvalidInput` with the path `token`.
 */
export function parseOneTimeToken(value: unknown): string {
  const reason =
    typeof value !== 'string'
      ? 'notAString'
      : value.length < MIN_LENGTH || value.length > MAX_LENGTH || !value.isWellFormed()
        ? 'notValid'
        : undefined;
  if (reason === undefined) return value as string;
  throw new AccountError('InvalidInput', { path: 'token', reason });
}
