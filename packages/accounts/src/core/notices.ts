import type { MessageKind, Recipient } from '../delivery/Delivery.js';
import { documentOf, type Contact } from './Account.js';
import type { ChangeCore } from './ChangeCore.js';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** Something about an account that its owner should know of. */
export interface Notice {
  readonly kind: Extract<
    MessageKind,
    | 'ContactAdded'
    | 'ContactRemoved'
    | 'PasskeyAdded'
    | 'PasskeyRemoved'
    | 'PasswordChanged'
    | 'PasswordDisabled'
    | 'PasswordRemoved'
    | 'TwoFactorDisabled'
    | 'TwoFactorEnabled'
    | 'UsernameChanged'
  >;
  /** The contact that was added or removed. */
  readonly contact?: Contact;
  /** A secret for the address of that contact alone: it undoes the change. */
  readonly token?: string;
}

/** An account and its contacts, those before and those after a change. */
export interface NotifiedAccount extends AccountDocument {
  readonly accessTypes: readonly Contact[];
}

/**
 * Gives the addresses at which an owner is told what happens to the account: every verified e-mail
 * address, or, without one, every verified phone.
 */
function noticeRecipients(contacts: readonly Contact[]): Recipient[] {
  const verified = contacts
    .filter((contact) => contact.verified === true)
    .flatMap((contact) => addressOf(contact) ?? []);
  const emails = verified.filter(({ kind }) => kind === 'email');
  return emails.length > 0 ? emails : verified;
}

/**
 * Notifies an account's owner, once at each address, those before and those after the change
 * (ASVS 6.3.7; NIST SP 800-63B-4 §4.6). After the commit.
 */
export async function notifyOwner(
  { delivery }: Pick<ChangeCore, 'delivery'>,
  account: NotifiedAccount,
  { kind, contact, token }: Notice,
): Promise<void> {
  const document = documentOf(account);
  const about = contact && addressOf(contact);
  const recipients = noticeRecipients(account.accessTypes);
  if (kind === 'ContactRemoved' && about?.kind === 'phone' && contact?.verified === true) {
    // Its owner may read nothing else that the account has.
    if (!recipients.some((to) => isSameAddress(to, about))) recipients.push(about);
  }
  await Promise.all(
    recipients.map((to) =>
      delivery.deliver({
        kind,
        to,
        account: document,
        ...(about && { contact: about }),
        ...(token !== undefined && about && isSameAddress(to, about) && { token }),
      }),
    ),
  );
}

function addressOf({ data }: Contact): Recipient | undefined {
  if (data.kind !== 'email' && data.kind !== 'phone') return undefined;
  return { kind: data.kind, value: data.value };
}

function isSameAddress(a: Recipient, b: Recipient): boolean {
  return a.kind === b.kind && a.value === b.value;
}
