import type { AccountsCore } from './AccountsCore.js';
import type { MessageKind, Recipient } from '../delivery/Delivery.js';
import type { AccountWithContacts, Contact } from './Contact.js';
import { replacedBy } from './replacedBy.js';

/** Something about an account that its owner should know of. */
export interface Notice {
  readonly kind: Extract<MessageKind, 'ContactAdded' | 'ContactRemoved' | 'UsernameChanged'>;
  /** The contact that was added or removed. */
  readonly contact?: Contact;
}

/**
 * Where an owner is told what happens to the account: every verified e-mail address, or, without
 * one, every verified phone.
 */
export function noticeRecipients(contacts: readonly Contact[]): Recipient[] {
  const verified = contacts
    .filter((contact) => contact.verified === true)
    .flatMap((contact) => addressOf(contact) ?? []);
  const emails = verified.filter(({ kind }) => kind === 'email');
  return emails.length > 0 ? emails : verified;
}

/**
 * Tells an account's owner, once at each address, those before and those after the change
 * (ASVS 6.3.7). After the commit.
 *
 * @param family - the account, with its contacts before and after the change.
 */
export async function tellOwner(
  { delivery }: Pick<AccountsCore, 'delivery'>,
  family: Omit<AccountWithContacts, '_v'>,
  { kind, contact }: Notice,
): Promise<void> {
  const { accessTypes, tokens: _, ...account } = family;
  const about = contact && addressOf(contact);
  const recipients = noticeRecipients(accessTypes);
  if (kind === 'ContactRemoved' && about?.kind === 'phone' && contact?.verified === true) {
    // Its owner may read nothing else that the account has.
    if (!recipients.some((to) => isSameAddress(to, about))) recipients.push(about);
  }
  await Promise.all(
    recipients.map((to) =>
      delivery.deliver({ kind, to, account, ...(about && { contact: about }) }),
    ),
  );
}

/**
 * Tells an account's owner that a contact, which was just verified, has taken another's place: at
 * both of them, and wherever else. Nothing if it has replaced none.
 *
 * @param family - as it was read before the contact was verified.
 */
export async function tellOfReplacement(
  core: Pick<AccountsCore, 'delivery'>,
  family: Omit<AccountWithContacts, '_v'>,
  contact: Contact,
): Promise<void> {
  const old = replacedBy(family, contact);
  if (!old) return;
  const accessTypes = family.accessTypes.map((each) =>
    each.ulid === contact.ulid ? { ...each, verified: true } : each,
  );
  await tellOwner(core, { ...family, accessTypes }, { kind: 'ContactRemoved', contact: old });
}

function addressOf({ data }: Contact): Recipient | undefined {
  if (data.kind !== 'email' && data.kind !== 'phone') return undefined;
  return { kind: data.kind, value: data.value };
}

function isSameAddress(a: Recipient, b: Recipient): boolean {
  return a.kind === b.kind && a.value === b.value;
}
