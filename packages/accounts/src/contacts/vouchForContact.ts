import type { AccountsCore } from '../core/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { voidTokens } from '../core/revokeTokens.js';
import type { Actor } from '../core/Actor.js';
import { assertRoom, isSame } from './addContact.js';
import type { AccountWithContacts, Contact, ContactData } from '../core/Contact.js';
import { endOtherSessions, NO_END } from './endOtherSessions.js';
import { tellOwner } from '../core/notices.js';
import { retryOvertaken } from './retryOvertaken.js';

/** An identity that the application has verified. */
export interface VouchedContact {
  readonly data: Extract<ContactData, { readonly kind: 'oauth' | 'custom' }>;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** What it takes the place of. */
  readonly old?: ContactData;
}

/** A contact as it is written, and what it has taken the place of. */
interface WrittenContact {
  readonly family: AccountWithContacts;
  readonly contact: Contact;
  readonly replaced: Contact | undefined;
}

/**
 * Gives an account an identity that the application vouches for; one that it has already without
 * being verified, from a sign-up say, is verified by that. What it takes the place of goes in the same
 * transaction, like a contact that is removed: where it was verified, with every session
 * (ASVS 7.4.3) and every token that was sent out. Then the owner is told.
 *
 * @throws AccountError `AccountDeactivated`, `UserNotFound`; `ContactNotFound` where there is nothing
 *   to take the place of; `IdentityAlreadyExists`; `InvalidInput` with reason `tooManyContacts`.
 */
export async function vouchForContact(
  core: AccountsCore,
  actor: Actor,
  vouched: VouchedContact,
): Promise<Contact> {
  const { family, contact, replaced } = await retryOvertaken(async () =>
    write(core, actor, await actor.read(), vouched),
  );
  await tellOwner(core, family, { kind: 'ContactAdded', contact });
  if (replaced) await tellOwner(core, family, { kind: 'ContactRemoved', contact: replaced });
  return contact;
}

async function write(
  core: AccountsCore,
  actor: Actor,
  family: AccountWithContacts,
  { data, meta, old }: VouchedContact,
): Promise<WrittenContact> {
  const { accountId, accessTypes, deactivated, _v: version } = family;
  if (deactivated) throw new AccountError('AccountDeactivated', {});
  const replaced = old && accessTypes.find((each) => isSame(each.data, old));
  if (old && !replaced) throw new AccountError('ContactNotFound', {});
  const known = accessTypes.find((each) => isSame(each.data, data));
  if (known && (known.verified === true || known === replaced)) throw contactTaken(data.kind);
  assertRoom(accessTypes.length + (known ? 0 : 1) - (replaced ? 1 : 0), data);
  const end = replaced?.verified === true ? endOtherSessions(core, family, undefined) : NO_END;
  const contact = known
    ? core.accessTypes.updateOneOperation({
        filter: { accountId, 'data.kind': data.kind, ulid: known.ulid },
        // What came with it, nobody has vouched for.
        update: meta
          ? { $set: { verified: true, data, meta } }
          : { $set: { verified: true, data }, $remove: ['meta'] },
      })
    : core.accessTypes.createOneOperation({
        item: { accountId, verified: true, data, ...(meta && { meta }) },
      });
  const removals = (replaced ? [replaced] : []).map(({ ulid, data: { kind } }) =>
    core.accessTypes.deleteOneOperation({ filter: { accountId, 'data.kind': kind, ulid } }),
  );
  const { results } = await actor.write({
    account: {
      version,
      // Otherwise as it is: what changes is the version.
      update: {
        $set: { deactivated, ...(replaced && voidTokens(core.table, family)), ...end.fields },
      },
    },
    operations: [contact, ...removals],
  });
  const [written] = results;
  if (!written) throw new AccountError('ServiceUnavailable', {});
  return { family, contact: written, replaced };
}
