import { documentOf, type Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { isAddition } from '../core/isLapsed.js';

/**
 * Sends another token to an address that waits to be verified, and keeps it for the account as long as
 * that is good for. Nobody but the account renews an address that was added to it.
 *
 * @throws AccountError `ContactNotFound`; `InvalidConfiguration` where the owner would never see it.
 */
export function renewContact(
  core: AccountsCore,
  change: AccountChange,
  isMeant: (contact: Contact) => boolean,
): void {
  const { account, actor } = change;
  const { accountId } = account;
  const { delivery, messageLimit, oneTimeTokens, table } = core;
  delivery.requireConfigured();
  const contact = account.accessTypes.find(isMeant);
  if (!contact) throw new AccountError('ContactNotFound', {});
  const { ulid, data } = contact;
  const kind = 'email_verification';
  const { token, operation } = oneTimeTokens.prepare({
    accountId,
    account: { ...account, ...change.marks },
    kind,
    createdFor: data.value,
    ...(actor.request && { request: actor.request }),
  });
  const to = { kind: 'email', value: data.value } as const;
  change
    .writeAll([operation])
    .writeAll(messageLimit.countOperations({ accountId, to }), messageLimit.toMessageLimitError)
    .afterCommit(() =>
      delivery.deliver({ kind: 'EmailVerification', to, account: documentOf(account), token }),
    );
  if (!isAddition(contact)) return;
  const pendingUntil = new Date(table.now().getTime() + oneTimeTokens.lifetimeMsOf(kind));
  change.write(
    core.accessTypes.updateOneOperation({
      filter: { accountId, 'data.kind': data.kind, ulid },
      condition: { verified: { $ne: true } },
      update: { $set: { pendingUntil } },
    }),
  );
}
