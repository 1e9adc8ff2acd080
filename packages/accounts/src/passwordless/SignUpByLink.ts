import type { AccountsCore } from '../flows/AccountsCore.js';
import type { LinkSignUp } from '../magicLinks/LinkSignUp.js';
import type { AccountCreation } from '../signUp/AccountCreation.js';

/** Sign-up without a password for `Accounts`: `signUpByLink()` of `@latchkey/accounts/passwordless`. */
export interface SignUpByLink {
  /** @internal */
  readonly create: (core: AccountsCore, creation: AccountCreation) => LinkSignUp;
}
