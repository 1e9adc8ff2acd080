import { AccountError, type AnyAccountError } from './AccountError.js';

/**
 * Says that somebody has a contact already.
 *
 * @param kind - of the contact; what is none of the kinds counts as an identity.
 */
export function contactTaken(kind: unknown): AnyAccountError {
  if (kind === 'email') return new AccountError('EmailAlreadyExists', { path: 'email' });
  if (kind === 'phone') return new AccountError('PhoneAlreadyExists', { path: 'phone' });
  return new AccountError('IdentityAlreadyExists', { path: 'value' });
}
