import { AccountError } from './AccountError.js';

/** The refusal of one more token, until the first of those that wait expires. */
export function tooManyTokens(
  limit: number,
  pending: readonly { readonly expiresAt?: Date | undefined }[],
  now: Date,
): AccountError<'TooManyTokens'> {
  const ends = pending.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity);
  const waitMs = Math.min(...ends) - now.getTime();
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new AccountError('TooManyTokens', { limit, retryAfterSeconds });
}
