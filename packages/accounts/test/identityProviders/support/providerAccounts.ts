import type { AccountsWith } from '@latchkey/accounts';
import { identityProviders, type IdentityProvidersOptions } from '@latchkey/accounts/oauth';
import type { AccountsOptions } from '../../../src/accounts/Accounts.js';
import {
  createTestAccounts,
  type TestAccounts,
  type TestClock,
} from '../../support/testAccounts.js';

/** The callbacks of the tests' application. */
export const REDIRECT = 'https://app.example.com/auth/identity-providers/{provider}/callback';
/** The secret of the tests' client. */
export const CLIENT_SECRET = 'canary-client-secret-of-the-tests';

/** Accounts with everything that an option offers. */
export type ProviderAccounts = AccountsWith<'identityProviders' | 'phones' | 'twoFactor'>;

/** The option of the tests, for providers on loopback. */
export function providersOf(
  options: Pick<IdentityProvidersOptions, 'providers'> & Partial<IdentityProvidersOptions>,
): ReturnType<typeof identityProviders> {
  return identityProviders({
    redirectUri: REDIRECT,
    network: { insecureLoopback: true },
    ...options,
  });
}

/** Accounts with identity providers, in a table of their own. */
export async function createProviderAccounts(
  options: Partial<Omit<AccountsOptions, 'table'>>,
  clock?: TestClock,
): Promise<Omit<TestAccounts, 'accounts'> & { readonly accounts: ProviderAccounts }> {
  const test = await createTestAccounts(options, clock);
  return { ...test, accounts: test.accounts as unknown as ProviderAccounts };
}
