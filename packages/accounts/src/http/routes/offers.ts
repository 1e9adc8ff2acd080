import type { Accounts } from '../../accounts/Accounts.js';
import { flowsOf } from '../../accounts/flowsOf.js';

/** With `delivery`: for tokens that are sent, and that no answer may hold. */
export const withDelivery = (accounts: Accounts): boolean =>
  flowsOf(accounts).core.delivery.isConfigured;

export const withPasskeys = ({ passkeys }: Accounts): boolean => passkeys !== undefined;

export const withPhones = (accounts: Accounts): boolean =>
  flowsOf(accounts).core.phones !== undefined && withDelivery(accounts);

export const withPhoneCodes = (accounts: Accounts): boolean =>
  accounts.phoneCodes?.isOffered === true && withDelivery(accounts);

export const withPrehashedPasswords = (accounts: Accounts): boolean =>
  flowsOf(accounts).core.passwords.prehashed !== undefined;

export const withIdentityProviders = ({ identityProviders }: Accounts): boolean =>
  identityProviders !== undefined;

export const withTwoFactor = ({ twoFactor }: Accounts): boolean => twoFactor !== undefined;
