import type { AccountsCore } from '../flows/AccountsCore.js';
import { invalidOption } from '../errors/invalidOption.js';
import type { AccountLifecycle } from '../lifecycle/AccountLifecycle.js';
import type { PasswordLogin } from '../login/PasswordLogin.js';
import type { EmailVerification } from '../emailVerification/EmailVerification.js';
import type { Passwords } from '../passwordChanges/Passwords.js';
import type { AccountCreation } from '../signUp/AccountCreation.js';

/** The flows of an `Accounts`, for what is built on top of it. */
export interface AccountFlows {
  readonly core: AccountsCore;
  readonly creation: AccountCreation;
  readonly passwordLogin: PasswordLogin;
  readonly emailVerification: EmailVerification;
  readonly passwords: Passwords;
  readonly lifecycle: AccountLifecycle;
}

const flows = new WeakMap<object, AccountFlows>();

/** Keeps the flows of an `Accounts` for {@link flowsOf}. */
export function keepFlows(accounts: object, itsFlows: AccountFlows): void {
  flows.set(accounts, itsFlows);
}

/**
 * The flows of an `Accounts`.
 *
 * @throws AccountError `InvalidConfiguration` for anything else, also for an `Accounts` of another
 *   copy of this package.
 */
export function flowsOf(accounts: object): AccountFlows {
  const found = flows.get(accounts);
  if (!found) throw invalidOption('accounts', 'It must be an Accounts.');
  return found;
}
