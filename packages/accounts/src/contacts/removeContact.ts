import { EntityError } from '@latchkey/entity';
import type { AccountsCore } from '../accounts/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { tokensSentTo } from '../oneTimeTokens/pendingTokens.js';
import { voidOperations, voidSurplus } from '../oneTimeTokens/voidOperations.js';
import type { AccountWithContacts, Contact } from './ContactsAndTokens.js';
import { hasWayIn } from './hasWayIn.js';
import { tellOwner } from './notices.js';
import { readAccount } from './readAccount.js';

/** A contact to be removed. */
export interface Removal {
  readonly accountId: string;
  /** Whether the application decides, rather than the owner. */
  readonly byApplication: boolean;
  readonly isMeant: (contact: Contact) => boolean;
}

const MAX_RACES = 10;

/**
 * Removes a contact from an account, with the tokens that may have been sent there, and tells its
 * owner. Each removal is conditioned on the account's version, and changes it: of two that would
 * together take the last way in, one comes second, and looks again.
 *
 * @throws AccountError `UserNotFound`, `ContactNotFound`, `LastContact`
 */
export async function removeContact(core: AccountsCore, removal: Removal): Promise<Contact> {
  for (let race = 1; ; race++) {
    const family = await readAccount(core, removal.accountId);
    const contact = findRemovable(family, removal);
    try {
      await remove(core, family, contact);
    } catch (error) {
      if (race === MAX_RACES || !wasOvertaken(error)) throw error;
      continue;
    }
    await tellOwner(core, family, { kind: 'ContactRemoved', contact });
    return contact;
  }
}

/** @throws AccountError `ContactNotFound`, `LastContact` */
function findRemovable(family: AccountWithContacts, { isMeant, byApplication }: Removal): Contact {
  const contact = family.accessTypes.find(isMeant);
  if (!contact) throw new AccountError('ContactNotFound', {});
  // Somebody's address, taken by a stranger: it is no way in, and must not be kept from its owner.
  if (byApplication && contact.verified !== true) return contact;
  const accessTypes = family.accessTypes.filter((each) => each !== contact);
  if (!hasWayIn({ ...family, accessTypes })) throw new AccountError('LastContact', {});
  return contact;
}

async function remove(
  core: AccountsCore,
  { accountId, _v: version, deactivated, tokens }: AccountWithContacts,
  { data, ulid, verified }: Contact,
): Promise<void> {
  const options = { now: core.table.now() };
  const isAddress = data.kind === 'email' || data.kind === 'phone';
  const sent = isAddress ? tokensSentTo(tokens, data.value) : [];
  await voidSurplus(core, sent, options);
  await core.table.transact([
    core.accounts.updateOneOperation({
      filter: { accountId },
      version,
      // As it is: what changes is the version.
      update: { $set: { deactivated } },
    }),
    core.accessTypes.deleteOneOperation({
      filter: { accountId, 'data.kind': data.kind, ulid },
      // Verified in the meantime, it could be a way in, and the last one.
      ...(verified !== true && { condition: { verified: { $ne: true } } }),
    }),
    ...voidOperations(core, sent, options),
  ]);
}

/** Whether somebody has changed the account or the contact since they were read. */
function wasOvertaken(error: unknown): boolean {
  return (
    EntityError.is(error) &&
    (error.code === 'VersionConflict' ||
      error.code === 'ConditionFailed' ||
      error.code === 'NotFound')
  );
}
