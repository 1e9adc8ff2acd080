import type { Accounts } from '../../src/accounts/Accounts.js';
import type { AccountDocument, SessionRequest } from '../../src/requests/SessionRequest.js';
import { PASSWORD, requestWith } from '../support/testAccounts.js';

/** Somebody with a username, a password and a verified e-mail address. */
export type Person = AccountDocument & { readonly username: string; readonly email: string };

let count = 0;

/** Signs somebody up. */
export async function signUp(accounts: Accounts, { verified = true } = {}): Promise<Person> {
  const username = `person${String(++count)}`;
  const email = `${username}@example.com`;
  const account = await accounts.createAccount({ username, email, password: PASSWORD });
  if (verified) await accounts.verifyEmail({ accountId: account.accountId, email });
  return { ...account, username, email };
}

/** Logs somebody in, and gives the request that their session is on. */
export async function logIn(
  accounts: Accounts,
  { username }: Person,
  password = PASSWORD,
): Promise<SessionRequest & { authToken: string }> {
  const request = requestWith();
  const { authToken } = await accounts.userByPasswordLogin({ username, password, request });
  return Object.assign(request, { authToken });
}

/** Gives an account what a confirmed authenticator and a recovery code leave in the table. */
export async function addFactors(accounts: Accounts, accountId: string): Promise<void> {
  for (const createdFor of ['totp', 'totp-pending', 'recovery-code-1']) {
    await accounts.TokenEntity.createOne({
      item: {
        accountId,
        kind: 'twoFactorAuth',
        createdFor,
        value: `sealed ${accountId} ${createdFor}`,
      },
    });
  }
}
