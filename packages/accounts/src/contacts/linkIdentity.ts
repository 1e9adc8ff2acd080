import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { changeAccount } from '../core/changeAccount.js';
import { claimOperation, isSame, takingClaims, type TakenClaims } from '../core/claims.js';
import type { ActingAccount } from '../core/actingAccount.js';
import type { Account, Contact, ContactData } from '../core/Account.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { assertRoom, nextContact } from '../core/contactOrder.js';

/** An identity that the application has verified. */
export interface LinkedIdentity {
  readonly data: Extract<ContactData, { readonly kind: 'oauth' | 'custom' }>;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** The identity that it replaces. */
  readonly old?: ContactData;
}

/**
 * Links an identity that the application has verified to an account. If the account has the identity
 * unverified, for example from a sign-up, it is verified. If another account has claimed it without
 * verifying it, it is taken over.
 *
 * A replaced identity is removed in the same transaction, with the same effects as for any contact:
 * pending tokens are revoked and, if it was verified, every session ends (ASVS 7.4.3). Then the owner is
 * notified.
 *
 * @throws AccountError `AccountDeactivated`, `UserNotFound`; `ContactNotFound` if the identity to
 *   replace does not exist; `IdentityAlreadyExists`; `InvalidInput` with reason `tooManyContacts`.
 */
export function linkIdentity(
  core: AccountsCore,
  given: { readonly accountId: string },
  parse: () => LinkedIdentity,
): Promise<{ readonly contact: Contact }> {
  // Never on an owner's request: only the application can check a provider's answer.
  const { accountId = '' } = (given as { readonly accountId?: string } | null | undefined) ?? {};
  return linkIdentityAs(core, { accountId }, parse);
}

/** {@link linkIdentity} for whoever acts: an owner, too, where the library has checked the answer. */
export function linkIdentityAs(
  core: AccountsCore,
  input: ActingAccount,
  parse: (account: Pick<Account, 'accountId'>) => LinkedIdentity,
): Promise<{ readonly contact: Contact }> {
  return changeAccount(core, { flow: 'AddContact', input }, async (flow) => {
    const identity = parse(flow.actor);
    flow.eventContext.method = identity.data.kind;
    const account = await flow.load();
    const claiming = { contacts: [identity.data], isProven: true };
    const contact = await takingClaims(core, claiming, (claims) =>
      flow.commit(account, (change) => decideLink(core, change, identity, claims)),
    );
    return { contact };
  });
}

/**
 * Adds the writes of a proven identity to a change of its account.
 *
 * @throws AccountError as {@link linkIdentity}
 */
export function decideLink(
  core: AccountsCore,
  change: AccountChange,
  { data, meta, old }: LinkedIdentity,
  claims: TakenClaims,
): () => Contact {
  const { accountId, accessTypes, deactivated } = change.account;
  if (deactivated) throw new AccountError('AccountDeactivated', {});
  const replaced = old && accessTypes.find((each) => isSame(each.data, old));
  if (old && !replaced) throw new AccountError('ContactNotFound', {});
  const known = accessTypes.find((each) => isSame(each.data, data));
  if (known && (known.verified === true || known === replaced)) throw contactTaken(data.kind);
  assertRoom(accessTypes.length + (known ? 0 : 1) - (replaced ? 1 : 0), data.kind);
  change.requireSameVersion();
  const contact = change.write<Contact | null>(
    known
      ? core.accessTypes.updateOneOperation({
          filter: { accountId, 'data.kind': data.kind, ulid: known.ulid },
          // Metadata from the sign-up was never verified.
          update: meta
            ? { $set: { verified: true, data, meta } }
            : { $set: { verified: true, data }, $remove: ['meta'] },
        })
      : claimOperation(
          core,
          {
            item: { accountId, verified: true, data, ...(meta && { meta }) },
            ulid: nextContact(core.table, change),
          },
          claims,
        ),
  );
  change.notify({ kind: 'ContactAdded', contact: { data } as Contact });
  if (replaced) {
    const { ulid, data: before } = replaced;
    change.revokePending('tokens').write(
      core.accessTypes.deleteOneOperation({
        filter: { accountId, 'data.kind': before.kind, ulid },
      }),
    );
    if (replaced.verified === true) change.revokeOtherSessions();
    change.notify({ kind: 'ContactRemoved', contact: replaced });
  }
  return () => {
    if (!contact.result) throw new AccountError('ServiceUnavailable', {});
    return contact.result;
  };
}
