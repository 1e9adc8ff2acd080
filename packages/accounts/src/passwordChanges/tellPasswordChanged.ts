import type { AccountsCore } from '../core/AccountsCore.js';
import { noticeRecipients } from '../core/notices.js';
import type { AccountDocument } from '../core/SessionRequest.js';
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
