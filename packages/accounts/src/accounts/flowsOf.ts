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
  /** Called with each new `SelfService` of the `Accounts`, for what records its calls. */
  onSelfService?: (selfService: object) => void;
}

const flows = new WeakMap<object, AccountFlows>();
/** From the global registry, so that the ESM and the CJS copy of the package know each other's. */
const shared = Symbol.for('@latchkey/accounts/flows');

/** Keeps the flows of an `Accounts` for {@link flowsOf} and {@link findFlows}. */
export function keepFlows(accounts: object, itsFlows: AccountFlows): void {
  flows.set(accounts, itsFlows);
  // By a function: whatever shows an object shows none of what it returns.
  Object.defineProperty(accounts, shared, { value: () => itsFlows });
}

/**
 * The flows of an `Accounts` of any copy of this package, for a program that loads the module of an
 * application; undefined for any other value.
 */
export function findFlows(value: unknown): AccountFlows | undefined {
  if (typeof value !== 'object' || value === null || !(shared in value)) return undefined;
  return (value[shared] as () => AccountFlows)();
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
