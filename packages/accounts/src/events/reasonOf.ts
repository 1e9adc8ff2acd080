import { AccountError } from '../errors/AccountError.js';
import type { AccountEvent } from './accountEvents.js';

/** What an event says of an error: nothing that the error of something else may hold. */
export function reasonOf(error: unknown): NonNullable<AccountEvent['reason']> {
  return AccountError.is(error) ? error.code : 'Unexpected';
}
