import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { mayLogInBy } from '../login/mayLogInBy.js';
import { countOfSignUpAttempts } from '../oneTimeTokens/linkCount.js';
import { countLink } from '../oneTimeTokens/sendLink.js';
import type { AccountsCore } from '../core/AccountsCore.js';
import { findAccountId } from './findAccountId.js';

/**
 * Tells the owner of a verified address that somebody wanted to sign up with it. How often is counted
 * like links: as `throttling.code` says, and then once after each wait.
 */
export async function tellOfSignUpAttempt(core: AccountsCore, email: string): Promise<void> {
  const identifier = parseLoginIdentifier(email, 'email');
  const accountId = await findAccountId(core, identifier);
  if (accountId === undefined) return;
  const { item } = await core.accounts.findOne({
    filter: { accountId },
    include: { accessTypes: true },
    consistent: true,
  });
  // Of an address that nobody has verified it is not known whose it is.
  if (!item || !mayLogInBy(item, identifier)) return;
  if (await countLink(core, countOfSignUpAttempts(identifier.value))) return;
  const { accessTypes: _, ...account } = item;
  const to = { kind: 'email', value: identifier.value } as const;
  await core.delivery.deliver({ kind: 'SignUpAttempt', to, account });
}
