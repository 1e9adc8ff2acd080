import type { AccessType, AccountToken, Infer } from '@latchkey/schema';
import type { AccountDocument } from './SessionRequest.js';

/** An account's contact as this package gives it: without secrets. */
export type Contact = Infer<typeof AccessType>;

/** What kind of contact it is, and which: in the form in which it is stored. */
export type ContactData = Contact['data'];

/** The kinds of contact. */
export type ContactKind = ContactData['kind'];

/** An account's contacts and tokens, as they were read together. */
export interface ContactsAndTokens {
  readonly accessTypes: readonly Contact[];
  readonly tokens: readonly Infer<typeof AccountToken>[];
}

/** An account with its contacts and tokens, as one Query reads them. */
export interface AccountWithContacts extends AccountDocument, ContactsAndTokens {
  /** The account's version; not enumerable, so that copies do not have it. */
  readonly _v: number;
}
