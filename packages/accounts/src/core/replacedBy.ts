import type { Contact, ContactsAndTokens } from './Contact.js';

/** The contact that goes when this one is verified, if there is one and it is still there. */
export function replacedBy(
  { accessTypes }: Pick<ContactsAndTokens, 'accessTypes'>,
  { verified, replaces, data }: Contact,
): Contact | undefined {
  if (verified === true || replaces === undefined) return undefined;
  return accessTypes.find((each) => each.ulid === replaces && each.data.kind === data.kind);
}
