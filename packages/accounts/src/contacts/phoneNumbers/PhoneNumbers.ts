import type { AccountsCore } from '../../flows/AccountsCore.js';
import type { PhoneParser } from '../../identifiers/PhoneParser.js';
import type { PhoneCodes } from './PhoneCodes.js';
import type { PhoneVerification } from './PhoneVerification.js';

/** Phone numbers for `Accounts`: `phoneNumbers()` of `@latchkey/accounts/phone-numbers`. */
export interface PhoneNumbers extends PhoneParser {
  /** @internal */
  readonly createVerification: (core: AccountsCore) => PhoneVerification;
  /** @internal */
  readonly createCodes: (core: AccountsCore) => PhoneCodes;
}
