import type { Account, Contact, ContactData } from './Account.js';

/** Lengths that the name of a passkey may have, in UTF-16 units. */
export const PASSKEY_NAME_LENGTHS = { minLength: 1, maxLength: 64 } as const;

/** A passkey as it is stored: a contact of the account that no message can reach. */
export type PasskeyContact = Contact & {
  readonly data: Extract<ContactData, { readonly kind: 'passkey' }>;
};

/** Rules for passkeys as a second factor. */
export interface PasskeyPolicy {
  /** Tells whether an account with a passkey is asked for it after every other first factor. */
  readonly asSecondFactor: boolean;
}

/** Returns the passkeys of an account, oldest first. */
export function passkeysOf({ accessTypes }: Pick<Account, 'accessTypes'>): PasskeyContact[] {
  return accessTypes.filter(isPasskey);
}

/** Tells whether a contact is a passkey. */
export function isPasskey(contact: Contact): contact is PasskeyContact {
  return contact.data.kind === 'passkey';
}
