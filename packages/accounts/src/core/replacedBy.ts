import type { Account } from './Account.js';
import type { Contact } from './Contact.js';

/** Finds the contact that goes when this one is verified, if there is one and it is still there. */
export function replacedBy(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  { verified, replaces, data }: Contact,
): Contact | undefined {
  if (verified === true || replaces === undefined) return undefined;
  return accessTypes.find((each) => each.ulid === replaces && each.data.kind === data.kind);
}
