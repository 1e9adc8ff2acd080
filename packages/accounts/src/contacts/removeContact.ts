import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { isActivated } from '../login/isActivated.js';
import { voidTokens } from '../core/revokeTokens.js';
import type { Actor } from '../core/Actor.js';
import type { AccountWithContacts, Contact } from '../core/Contact.js';
import { endOtherSessions, NO_END } from './endOtherSessions.js';
import { hasWayIn } from './hasWayIn.js';
import { tellOwner } from '../core/notices.js';
import { retryOvertaken } from './retryOvertaken.js';

/** A contact to be removed. */
export interface Removal {
  /** An owner's session goes on. */
  readonly actor: Actor;
  readonly isMeant: (contact: Contact) => boolean;
}

/**
 * Removes a contact from an account, with every token that was sent out, as that may have been there,
 * and tells its owner. Where it was verified, every other session ends: whoever reads there may have
 * begun one (ASVS 7.4.3). Each removal is conditioned on the account's version, and changes it: of two
 * that would together take the last way in, one comes second, and looks again.
 *
 * @throws AccountError `UserNotFound`, `ContactNotFound`, `LastContact`, `InvalidSession`
 */
export async function removeContact(core: AccountsCore, removal: Removal): Promise<Contact> {
  const { family, contact } = await retryOvertaken(async () => {
    const family = await removal.actor.read();
    const contact = findRemovable(core, family, removal);
    await remove(core, family, contact, removal.actor);
    return { family, contact };
  });
  await tellOwner(core, family, { kind: 'ContactRemoved', contact });
  return contact;
}

/** @throws AccountError `ContactNotFound`, `LastContact` */
function findRemovable(
  core: AccountsCore,
  family: AccountWithContacts,
  { isMeant, actor: { request } }: Removal,
): Contact {
  const contact = family.accessTypes.find(isMeant);
  if (!contact) throw new AccountError('ContactNotFound', {});
  // Somebody's address, taken by a stranger: it is no way in, and must not be kept from its owner.
  if (request || contact.verified === true) assertRemovable(core, family, contact);
  return contact;
}

/**
 * Refuses to take from an account what it cannot do without.
 *
 * @throws AccountError `LastContact`
 */
export function assertRemovable(
  { requireActivation }: Pick<AccountsCore, 'requireActivation'>,
  family: AccountWithContacts,
  contact: Contact,
): void {
  const accessTypes = family.accessTypes.filter((each) => each !== contact);
  // Another address, not confirmed yet, would hold up every login.
  const deactivates =
    requireActivation && isActivated(family.accessTypes) && !isActivated(accessTypes);
  if (deactivates || !hasWayIn({ ...family, accessTypes })) {
    throw new AccountError('LastContact', {});
  }
}

async function remove(
  core: AccountsCore,
  family: AccountWithContacts,
  { data, ulid, verified }: Contact,
  actor: Actor,
): Promise<void> {
  const { accountId, _v: version } = family;
  const end = verified === true ? endOtherSessions(core, family, actor.request) : NO_END;
  await actor.write({
    account: { version, update: { $set: { ...voidTokens(core.table, family), ...end.fields } } },
    operations: [
      core.accessTypes.deleteOneOperation({
        filter: { accountId, 'data.kind': data.kind, ulid },
        // Verified in the meantime, it could be a way in, and the last one.
        ...(verified !== true && { condition: { verified: { $ne: true } } }),
      }),
    ],
    ...(end.operations.length > 0 && { session: end.operations }),
  });
  end.committed();
}
