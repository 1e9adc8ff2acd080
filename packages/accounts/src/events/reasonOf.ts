import { AccountError } from '../errors/AccountError.js';
import type { AccountEvent } from './accountEvents.js';

/**
 * Returns the part of an error that an event reports: nothing that an error from elsewhere may
 * hold.
 */
export function reasonOf(error: unknown): NonNullable<AccountEvent['reason']> {
  return AccountError.is(error) ? error.code : 'Unexpected';
}
