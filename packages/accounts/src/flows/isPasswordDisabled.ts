import type { Account } from '../core/Account.js';
import { notifyOwner } from '../core/notices.js';
import { AccountError } from '../errors/AccountError.js';
import type { CountedAttempt } from '../throttling/Throttle.js';

/**
 * Tells whether an account's password is disabled after too many failures in a row (NIST SP
 * 800-63B-4 §3.2.2): only where a proven e-mail address can bring it back by a reset. Otherwise the
 * waits go on, or whoever guesses would take the account from its owner for ever.
 */
function isPasswordDisabled(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  { beyondLimit }: CountedAttempt,
): boolean {
  if (beyondLimit === 0) return false;
  return accessTypes.some(({ data, verified }) => verified === true && data.kind === 'email');
}

/** {@link isPasswordDisabled}, at a login: the attempt that disables it has its owner notified. */
export async function isPasswordDisabledAtLogin(
  core: Parameters<typeof notifyOwner>[0],
  account: Account,
  counted: CountedAttempt,
): Promise<boolean> {
  const isDisabled = isPasswordDisabled(account, counted);
  if (isDisabled && counted.beyondLimit === 1) {
    await notifyOwner(core, account, { kind: 'PasswordDisabled' });
  }
  return isDisabled;
}

/**
 * {@link isPasswordDisabled}, for who is logged in and may know.
 *
 * @throws AccountError `AuthenticatorDisabled`
 */
export function requirePasswordEnabled(
  account: Pick<Account, 'accessTypes'>,
  counted: CountedAttempt,
): void {
  if (!isPasswordDisabled(account, counted)) return;
  throw new AccountError('AuthenticatorDisabled', { authenticator: 'password' });
}
