import type { Table } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import { MAX_CONTACTS, type Account, type Contact, type Token } from './Account.js';
import type { AccountChange } from './AccountChange.js';
import { ulidAfter } from './ulidAfter.js';

/** @throws AccountError `InvalidInput` if an account would have too many contacts. */
export function assertRoom(contacts: number, kind: string): void {
  if (contacts <= MAX_CONTACTS) return;
  throw new AccountError('InvalidInput', { path: kind, reason: 'tooManyContacts' });
}

/**
 * A ULID for a contact that is added to an account: after every other contact, every mark and everything
 * that a replacement can still be undone to, whatever the clocks say. {@link isOfReplacement} goes by this
 * order.
 */
export function nextContact(
  table: Pick<Table, 'newUlid'>,
  { account, marks }: Pick<AccountChange, 'account' | 'marks'>,
): string {
  const { accessTypes, _lapsed, tokens } = account;
  const known = [
    marks.pendingVoidBefore,
    marks.contactsVoidBefore,
    ...[...accessTypes, ..._lapsed].map(({ ulid }) => ulid),
    ...tokens.map((token) => replacementOf(token)?.replacedBy),
  ];
  return ulidAfter(
    known.reduce((a = '', b = '') => (a > b ? a : b)),
    table.newUlid(),
  );
}

/** A replacement of an address, as the token that undoes it has it in its `meta`. */
export interface Replacement {
  /** The ulid of the contact that has come; of an address that was removed, one that came after every contact. */
  readonly replacedBy: string;
  /** The ulid of the contact that has gone. */
  readonly replaced: string;
  /** The ulids of contacts that waited to be verified then. */
  readonly pending?: readonly string[];
}

/** Describes a replacement for the token that undoes it. */
export function replacementBy(account: Account, old: Contact, replacedBy: string): Replacement {
  const pending = account.accessTypes
    .filter(({ verified, ulid }) => verified !== true && ulid !== replacedBy)
    .map(({ ulid }) => ulid);
  return {
    replacedBy,
    replaced: old.ulid,
    ...(pending.length > 0 && { pending }),
  };
}

/** The replacement that a token undoes; undefined for a token of another kind. */
export function replacementOf({
  kind,
  meta,
}: Pick<Token, 'kind' | 'meta'>): Replacement | undefined {
  return kind === 'contact_recovery' ? (meta as unknown as Replacement) : undefined;
}

/**
 * Tells whether a contact came with a replacement, or since: it was added then, or waited to be verified
 * when the replacement was made.
 */
export function isOfReplacement({ replacedBy, pending = [] }: Replacement, ulid: string): boolean {
  return ulid >= replacedBy || pending.includes(ulid);
}

/** The contact that comes before all others. */
export function oldestOf(contacts: readonly Contact[]): Contact | undefined {
  return contacts.reduce<Contact | undefined>(
    (oldest, each) => (oldest && oldest.ulid < each.ulid ? oldest : each),
    undefined,
  );
}

/** Tells whether a contact is the verified e-mail address that an account has had for longest. */
export function isFirstMailbox(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  contact: Contact,
): boolean {
  const mailboxes = accessTypes.filter(
    ({ verified, data }) => verified === true && data.kind === 'email',
  );
  return oldestOf(mailboxes)?.ulid === contact.ulid;
}
