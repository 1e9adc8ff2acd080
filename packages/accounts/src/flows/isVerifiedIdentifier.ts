import type { LoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { Account } from '../core/Account.js';

/**
 * Tells whether an account can be logged in to by an identifier of its: an address, once verified.
 */
export function isVerifiedIdentifier(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  { kind, value }: LoginIdentifier,
): boolean {
  if (kind !== 'email' && kind !== 'phone') return true;
  return accessTypes.some(
    ({ data, verified }) => verified === true && data.kind === kind && data.value === value,
  );
}
