import { emailAddress, username } from '@latchkey/schema';
import * as z from 'zod';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { MAX_CONTACTS, type ContactData } from '../core/Account.js';
import { parseContact, type ContactInput } from '../contacts/parseContact.js';
import { trimIdentifier } from '../identifiers/parseEmail.js';
import { AccountError } from '../errors/AccountError.js';
import { readFrom, readObject } from '../errors/requireObject.js';
import { parseProfile, type Profile } from '../flows/parseProfile.js';
import { storedBytes } from '../flows/storedBytes.js';

/** Input of {@link Accounts.createAccount}: a username, an e-mail address, or both. */
export interface CreateAccountInput {
  /** 1 to 100 characters, stored in lower case; unique. */
  readonly username?: string;
  /** Stored in lower case; unique. */
  readonly email?: string;
  /**
   * 8 to 1000 characters, unless configured otherwise; null for an account without a password, which
   * needs an e-mail address or an identity among `extraContacts` to log in by.
   */
  readonly password: string | null;
  /** More contacts and identities of the person; duplicates are ignored. */
  readonly extraContacts?: readonly ContactInput[];
  /** Data about the person; at most 300 KB as stored. */
  readonly profile?: Readonly<Record<string, unknown>>;
  /** The request that creates the account; hooks get it as their context. */
  readonly request?: object;
}

/** A new account's data, in the form in which it is stored. */
export interface NewAccount {
  /** Not looked at yet, unless it is null: then there is another way to log in. */
  readonly password: unknown;
  readonly contacts: readonly ContactData[];
  readonly fields: {
    readonly username?: string;
    readonly profile?: Profile;
  };
}

const MAX_SHOWN_PATH = 200;

const newAccount = z.strictObject({
  // White space around them does not count.
  username: z.preprocess(trimmed, username).optional(),
  email: z.preprocess(trimmed, emailAddress).optional(),
  password: z.unknown().optional(),
  extraContacts: z.array(z.unknown()).max(MAX_CONTACTS).optional(),
  profile: z.unknown().optional(),
  // Of whatever class, and not looked into: its getters may do work, or throw.
  request: z.custom<object>((value) => typeof value === 'object' && value !== null).optional(),
});

function trimmed(value: unknown): unknown {
  return typeof value === 'string' ? trimIdentifier(value) : value;
}

/**
 * Checks what somebody signs up with; the password is left to its policy, the application's own
 * fields, at most 80 KB together, to its schemas.
 *
 * @throws AccountError `InvalidInput` with the path of the first fault.
 */
export function parseNewAccount(
  given: unknown,
  { accountFields: ownFields, phones }: Pick<AccountsCore, 'accountFields' | 'phones'>,
): NewAccount {
  if (Array.isArray(given)) throw invalid('', 'notAnObject');
  const input = readObject(given, '');
  const own = Object.entries(input).filter(([name]) => ownFields.includes(name));
  const rest = Object.entries(input).filter(([name]) => !ownFields.includes(name));
  const ownFieldsGiven = Object.fromEntries(own);
  requireRoom(ownFieldsGiven);
  const { data, error } = readFrom('', () => newAccount.safeParse(Object.fromEntries(rest)));
  const issue = error?.issues[0];
  if (issue?.code === 'unrecognized_keys') {
    throw invalid([...issue.path, issue.keys[0] ?? ''].join('.'), 'unknownField');
  }
  if (!data) throw invalid(issue?.path.join('.') ?? '', 'notValid');
  const { username, email, profile, extraContacts = [] } = data;
  if (username === undefined && email === undefined) {
    throw invalid('username', 'neitherUsernameNorEmail');
  }
  const extra = extraContacts.map((contact, at) =>
    parseContact(contact, `extraContacts.${at}`, { phones }),
  );
  const contacts = withoutRepeats([
    ...(email === undefined ? [] : [{ kind: 'email' as const, value: email }]),
    ...extra,
  ]);
  // A username opens nothing by itself, nor does a phone number.
  if (data.password === null && contacts.every(({ kind }) => kind === 'phone')) {
    throw invalid('password', 'neededToLogIn');
  }
  return {
    password: data.password,
    contacts,
    fields: {
      ...ownFieldsGiven,
      ...(username !== undefined && { username }),
      ...(profile !== undefined && { profile: parseProfile(profile) }),
    },
  };
}

/**
 * Checks the fields of an account that is made without a form, for somebody whose contacts are proven: a
 * username, a profile and the application's own fields.
 *
 * @throws AccountError `InvalidInput` with the path of the first fault.
 */
export function parseAccountFields(
  input: Readonly<Record<string, unknown>>,
  { accountFields: ownFields }: Pick<AccountsCore, 'accountFields'>,
): NewAccount['fields'] {
  const { username: name, profile, ...own } = input;
  const unknown = Object.keys(own).find((field) => !ownFields.includes(field));
  if (unknown !== undefined) throw invalid(unknown, 'unknownField');
  requireRoom(own);
  const { data, success } = newAccount.shape.username.safeParse(name);
  if (!success) throw invalid('username', 'notValid');
  return {
    ...own,
    ...(data !== undefined && { username: data }),
    ...(profile !== undefined && { profile: parseProfile(profile) }),
  };
}

/** Contacts that are the same once they are in the form in which they are stored, once. */
function withoutRepeats(contacts: readonly ContactData[]): readonly ContactData[] {
  const seen = new Set<string>();
  return contacts.filter((contact) => {
    const provider = 'provider' in contact ? contact.provider : null;
    const identity = JSON.stringify([contact.kind, contact.value, provider]);
    return !seen.has(identity) && seen.add(identity);
  });
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path: path.slice(0, MAX_SHOWN_PATH), reason });
}

// Of an item's 400 KB, the profile may take 300. What is left is for the library's own fields, or an
// account could no longer be changed, ended or deleted.
const MAX_OWN_FIELDS_BYTES = 80 * 1024;

/**
 * Refuses the application's own fields if they would leave no room in the account's item.
 *
 * @throws AccountError `InvalidInput` with the reason `tooLarge` and the name of the largest field.
 */
export function requireRoom(ownFields: Readonly<Record<string, unknown>>): void {
  if (storedBytes(ownFields) <= MAX_OWN_FIELDS_BYTES) return;
  const sizes = Object.entries(ownFields).map(([name, value]) => ({
    name,
    bytes: storedBytes({ [name]: value }),
  }));
  const [largest] = sizes.sort((a, b) => b.bytes - a.bytes);
  throw new AccountError('InvalidInput', { path: largest?.name ?? '', reason: 'tooLarge' });
}
