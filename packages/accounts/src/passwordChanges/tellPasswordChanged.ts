import type { AccountsCore } from '../accounts/AccountsCore.js';
import { noticeRecipients } from '../contacts/notices.js';
import type { AccountDocument } from '../sessions/SessionRequest.js';
import type { AccountOfLogin } from '../login/AccountOfLogin.js';

/**
 * Tells an account's owner, at every verified address, that the password is another one now
 * (ASVS 6.3.7; NIST SP 800-63B-4 §4.6). After the commit.
 */
export async function tellPasswordChanged(
  { delivery }: Pick<AccountsCore, 'delivery'>,
  family: AccountOfLogin & { readonly attempts?: unknown },
): Promise<void> {
  const { accessTypes, tokens: _tokens, attempts: _attempts, ...rest } = family;
  const account: AccountDocument = rest;
  await Promise.all(
    noticeRecipients(accessTypes).map((to) =>
      delivery.deliver({ kind: 'PasswordChanged', to, account }),
    ),
  );
}
