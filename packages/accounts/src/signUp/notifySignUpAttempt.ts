import { documentOf } from '../core/Account.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { loadAccount } from '../core/loadAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { isVerifiedIdentifier } from '../flows/isVerifiedIdentifier.js';
import { signUpAttemptThrottleKey } from '../flows/linkThrottleKeys.js';
import { sendLink } from '../flows/sendLink.js';
import { findAccountId } from '../flows/findAccountId.js';

/**
 * Notifies the owner of a verified address that somebody wanted to sign up with it; to one that nobody
 * has proven, sends the link that confirms it. How often is counted like links: as `throttling.code`
 * says, and then once after each wait.
 */
export async function notifySignUpAttempt(core: AccountsCore, email: string): Promise<void> {
  const identifier = parseLoginIdentifier(email, 'email', core);
  const accountId = await findAccountId(core, identifier);
  const account = accountId === undefined ? null : await loadAccount(core, accountId);
  if (!account) return;
  try {
    if (!isVerifiedIdentifier(account, identifier)) {
      const link = { kind: 'email_verification', message: 'EmailVerification' } as const;
      await sendLink(core, { ...link, identifier, request: undefined, eventContext: {} });
      return;
    }
    await core.throttle.recordAttempt(signUpAttemptThrottleKey(identifier.value));
  } catch (error) {
    // The mailbox has had enough of them, or is no longer the account's.
    if (AccountError.is(error)) return;
    throw error;
  }
  const to = { kind: 'email', value: identifier.value } as const;
  await core.delivery.deliver({ kind: 'SignUpAttempt', to, account: documentOf(account) });
}
