import type { AccessType, Infer } from '@latchkey/schema';

/** An account's contact as this package gives it: without secrets. */
export type Contact = Infer<typeof AccessType>;

/** What kind of contact it is, and which: in the form in which it is stored. */
export type ContactData = Contact['data'];

/** The kinds of contact. */
export type ContactKind = ContactData['kind'];
