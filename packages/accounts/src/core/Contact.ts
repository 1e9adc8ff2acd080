import type { AccessType, Infer } from '@latchkey/schema';

/** An account's contact as this package gives it: without secrets. */
export type Contact = Infer<typeof AccessType>;

/** Kind and value of a contact, in the form in which they are stored. */
export type ContactData = Contact['data'];

/** The kinds of contact. */
export type ContactKind = ContactData['kind'];
