import type { PasswordService } from '../passwords/PasswordService.js';
import type { OneTimeTokens } from '../oneTimeTokens/OneTimeTokens.js';
import type { AppPlan } from '../quota/AppPlan.js';
import type { SessionServices } from '../sessions/SessionServices.js';
import type { MessageLimit } from '../throttling/MessageLimit.js';
import type { Account, StoredToken } from '../core/Account.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { Throttle } from '../throttling/Throttle.js';
import type { DeviceTokens } from '../tokens/DeviceTokens.js';
import type { LoginChallenges } from '../tokens/LoginChallenges.js';
import type { PasskeyPolicy } from '../core/PasskeyPolicy.js';
import type { TwoFactorPolicy } from '../core/requiredSecondFactor.js';
import type { MaybePhoneNumbers } from '../identifiers/PhoneParser.js';
import type { ChangeCore } from '../core/ChangeCore.js';

/** A password of a login that is counted, and that the account's former system may know. */
export interface ShownElsewhere {
  readonly account: Account<StoredToken> | null;
  /** The stored password of the account; undefined without one. */
  readonly stored: StoredToken | undefined;
  readonly password: string;
  /** The login's identifier, in the form in which it is stored. */
  readonly identifier: string;
  /** The client's address. */
  readonly ip: string;
}

/** Passwords that another system verifies: `verifyElsewhere(…)` of `@latchkey/accounts/elsewhere`. */
export interface ElsewherePart {
  /**
   * Tells whether a password is right there, and stores it here if it is.
   *
   * @internal
   */
  readonly takeOver: (core: AccountsCore, shown: ShownElsewhere) => Promise<boolean>;
}

/** The parts that every flow of one `Accounts` works with. */
export interface AccountsCore extends ChangeCore, MaybePhoneNumbers {
  /** The names of the application's own fields of an account. */
  readonly accountFields: readonly string[];
  /** Those of them that a visitor may give in a form. */
  readonly visitorFields: readonly string[];
  readonly throttle: Throttle;
  readonly deviceTokens: DeviceTokens<SessionRequest>;
  readonly loginChallenges: LoginChallenges<SessionRequest>;
  readonly messageLimit: MessageLimit;
  readonly oneTimeTokens: OneTimeTokens;
  readonly sessions: SessionServices;
  readonly twoFactor: TwoFactorPolicy;
  /** Undefined where the application has no passkeys. */
  readonly passkeys: PasskeyPolicy | undefined;
  readonly passwords: PasswordService;
  readonly elsewhere: ElsewherePart | undefined;
  readonly plan: AppPlan;
  /** Tells whether nobody logs in before an e-mail address is verified. */
  readonly requireActivation: boolean;
}
