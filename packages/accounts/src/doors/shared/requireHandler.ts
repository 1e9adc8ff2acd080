import type { AccountsHandler } from '../../http/createAccountsHandler.js';

/** @throws TypeError for anything but a handler, such as the `Accounts` themselves. */
export function requireHandler(handler: AccountsHandler): void {
  if (typeof (handler as unknown) === 'function') return;
  throw new TypeError('Pass what createAccountsHandler(accounts) returns.');
}
