import type {
  AccountAttempts,
  AccountToken,
  Infer,
  InferWithSecrets,
  AccessType,
} from '@latchkey/schema';
import type { AccountDocument } from '../requests/SessionRequest.js';

/** A token of an account, without its secret. */
export type Token = Infer<typeof AccountToken>;

/** A token with what is stored of its secret. */
export type StoredToken = InferWithSecrets<typeof AccountToken>;

/** A count of attempts at one authenticator. */
type AttemptCount = Infer<typeof AccountAttempts>;

/**
 * An account with its contacts, attempts and tokens, as one Query reads them. Every flow on an
 * existing account works on this type.
 */
export interface Account<T extends Token = Token> extends AccountDocument {
  /** Contacts that are verified or can still be; see `isLapsed`. */
  readonly accessTypes: readonly Contact[];
  readonly attempts: readonly AttemptCount[];
  readonly tokens: readonly T[];
  /** The account's version; not enumerable, so that copies do not have it. */
  readonly _v: number;
  /** Contacts that can no longer be verified and that anyone may claim; not enumerable either. */
  readonly _lapsed: readonly Contact[];
}

/** Gives the account's own document, for messages, hooks and callers. */
export function documentOf(
  account: AccountDocument & Partial<Pick<Account, 'accessTypes' | 'attempts' | 'tokens'>>,
): AccountDocument {
  const { accessTypes: _contacts, attempts: _attempts, tokens: _tokens, ...document } = account;
  return document;
}

/** An account's contact as this package returns it: without secrets. */
export type Contact = Infer<typeof AccessType>;

/** Kind and value of a contact, in stored form. */
export type ContactData = Contact['data'];

/** The kinds of contact. */
export type ContactKind = ContactData['kind'];

/**
 * How many contacts an account has at most: an account cannot block any number of addresses for their
 * owners (ASVS 15.2.2), and one transaction, which holds 100 items, has room for all of them with their
 * unique items.
 */
export const MAX_CONTACTS = 40;

/** Finds the contact that goes when this one is verified, if there is one and it is still there. */
export function replacedBy(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  { verified, replaces, data }: Contact,
): Contact | undefined {
  if (verified === true || replaces === undefined) return undefined;
  return accessTypes.find((each) => each.ulid === replaces && each.data.kind === data.kind);
}

/** Finds the contact of an account that is an e-mail address. */
export function mailboxContact(
  { accessTypes }: Pick<Account, 'accessTypes'>,
  email: string,
): Contact | undefined {
  return accessTypes.find(({ data }) => data.kind === 'email' && data.value === email);
}
