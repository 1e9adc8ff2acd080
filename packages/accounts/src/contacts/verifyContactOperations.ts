import type { TransactOperation } from '@latchkey/entity';
import type { AccountsCore } from '../core/AccountsCore.js';
import { tokensAsRead, voidTokens } from '../core/revokeTokens.js';
import type { AccountDocument, SessionRequest } from '../core/SessionRequest.js';
import type { Actor } from '../core/Actor.js';
import type { Contact, ContactsAndTokens } from '../core/Contact.js';
import { endOtherSessions, NO_END } from './endOtherSessions.js';
import { replacedBy } from '../core/replacedBy.js';

/** Who verifies a contact. */
export interface VerifiedBy {
  /** In a session of the account, this one goes on. */
  readonly request?: SessionRequest | undefined;
  /** Who acts on the account, where it is more than to show a token. */
  readonly actor?: Actor;
}

/** The writes that make a contact a verified one. */
export interface ContactVerification {
  readonly operations: readonly TransactOperation<unknown>[];
  /** To be called after the commit. */
  readonly committed: () => void;
}

/**
 * The writes that make a contact a verified one, for the transaction that uses up its proof. A
 * contact that it takes the place of goes along, and every token that was sent out is void then, as
 * that may have been where; if it was verified, every other session ends (ASVS 7.4.3). They check or
 * write the account: on condition that no token has become void since it was read, and that an
 * actor's session has not ended.
 *
 * After the commit, `tellOfReplacement` tells the owner.
 *
 * @param account - as the flow has read it, with its contacts and tokens.
 */
export function verifyContactOperations(
  core: Pick<AccountsCore, 'accessTypes' | 'accounts' | 'sessionEntity' | 'sessions' | 'table'>,
  account: AccountDocument & ContactsAndTokens,
  contact: Contact,
  { request, actor }: VerifiedBy = {},
): ContactVerification {
  const { accountId, ulid, data } = contact;
  const filter = { accountId };
  const condition = { ...tokensAsRead(account), ...actor?.condition };
  const verify = core.accessTypes.updateOneOperation({
    filter: { accountId, 'data.kind': data.kind, ulid },
    update: { $set: { verified: true }, $remove: ['replaces'] },
  });
  const old = replacedBy(account, contact);
  if (!old) {
    const check = core.accounts.checkOperation({ filter, condition });
    const operations = [verify, check, ...(actor?.sessionChecks() ?? [])];
    return { operations, committed: () => undefined };
  }
  const end = old.verified === true ? endOtherSessions(core, account, request) : NO_END;
  const operations = [
    verify,
    core.accessTypes.deleteOneOperation({
      filter: { accountId, 'data.kind': old.data.kind, ulid: old.ulid },
    }),
    core.accounts.updateOneOperation({
      filter,
      condition: { ...condition, ...end.condition },
      update: { $set: { ...voidTokens(core.table, account), ...end.fields } },
    }),
    ...(end.operations.length > 0 ? end.operations : (actor?.sessionChecks() ?? [])),
  ];
  return { operations, committed: end.committed };
}
