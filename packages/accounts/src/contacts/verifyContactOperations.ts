import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { tokensSentTo } from '../oneTimeTokens/pendingTokens.js';
import { voidOperations } from '../oneTimeTokens/voidOperations.js';
import type { Contact, ContactsAndTokens } from './ContactsAndTokens.js';
import { replacedBy } from './replacedBy.js';

/**
 * The writes that make a contact a verified one, for the transaction that uses up its proof. A
 * contact that it takes the place of goes along, with the tokens that were sent there.
 *
 * After the commit, `tellOfReplacement` tells the owner.
 *
 * @param account - as the flow has read it, with its contacts and tokens.
 * @param options - `except`: the `ulid` of a token that the same transaction uses up.
 */
export function verifyContactOperations(
  core: Pick<AccountsCore, 'accessTypes' | 'oneTimeTokens' | 'table'>,
  account: ContactsAndTokens,
  contact: Contact,
  { except }: { readonly except?: string } = {},
): TransactOperation<unknown>[] {
  const { accountId, ulid, data } = contact;
  const verify = core.accessTypes.updateOneOperation({
    filter: { accountId, 'data.kind': data.kind, ulid },
    update: { $set: { verified: true }, $remove: ['replaces'] },
  });
  const old = replacedBy(account, contact);
  if (!old) return [verify];
  return [
    verify,
    core.accessTypes.deleteOneOperation({
      filter: { accountId, 'data.kind': old.data.kind, ulid: old.ulid },
    }),
    ...voidOperations(core, tokensSentTo(account.tokens, old.data.value), {
      ...(except !== undefined && { except }),
      now: core.table.now(),
    }),
  ];
}
