import type { AccountsCore } from '../core/AccountsCore.js';
import { findAccountId } from '../accounts/findAccountId.js';
import { Actor } from '../core/Actor.js';
import type { Contacts } from '../contacts/Contacts.js';
import type { AccountWithContacts, Contact } from '../core/Contact.js';
import { assertRemovable } from '../contacts/removeContact.js';
import { requireRecentLogin } from '../core/requireRecentLogin.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { AccountProfile } from '../lifecycle/AccountProfile.js';
import { sendLink } from '../oneTimeTokens/sendLink.js';
import type { PasswordChanges } from '../passwordChanges/PasswordChanges.js';
import type { SessionRequest } from '../core/SessionRequest.js';
import type { FlatProfile, SignedInUser } from './frontDoorTypes.js';
import { parseFlatProfile } from './parseFlatProfile.js';
import {
  parseEmailAddress,
  parseNewUsername,
  parseSignInPassword,
  requireParams,
  requirePassword,
} from './parseParams.js';
import { emailOf, toUser } from './toUser.js';

/** The flows that carry out the changes. */
export interface UpdateUserFlows {
  readonly core: AccountsCore;
  readonly passwordChanges: PasswordChanges;
  readonly contacts: Contacts;
  readonly profile: AccountProfile;
}

interface Changes {
  readonly request: SessionRequest;
  readonly username?: string;
  readonly email?: string | null;
  readonly profile?: FlatProfile | null;
  readonly passwords?: { readonly currentPassword: string; readonly newPassword: string };
}

/** What becomes of the address that the user goes by. */
interface EmailChange {
  /** The contact that goes. */
  readonly removed?: Contact;
  /** Where a message of the limited kind is sent. */
  readonly to?: string;
  readonly carryOut: () => Promise<unknown>;
}

/** See `FrontDoor.updateUser`. */
export async function updateUser(flows: UpdateUserFlows, input: unknown): Promise<SignedInUser> {
  const { core, passwordChanges, profile: profiles } = flows;
  const { changes, emailChange } = await prepare(flows, input);
  const { request, username, profile, passwords } = changes;
  if (passwords) await passwordChanges.changePassword({ request, ...passwords });
  await emailChange?.carryOut();
  if (username !== undefined) await profiles.changeUsername({ request, username });
  if (profile !== undefined) await profiles.updateProfile({ request, profile });
  const family = await inAccountTerms(() => new Actor(core, { request }).read());
  const shown = emailOf(family.accessTypes);
  return {
    ...toUser(family, core.plan),
    ...(shown !== undefined && { email: shown }),
    authToken: request.authToken ?? '',
  };
}

/** Finds out whether all of it can be done; what refuses it is told, as no flow has begun. */
async function prepare(
  flows: UpdateUserFlows,
  input: unknown,
): Promise<{ readonly changes: Changes; readonly emailChange: EmailChange | undefined }> {
  const { core } = flows;
  const { request } = (input as Partial<Changes> | null | undefined) ?? {};
  const facts: EventFacts = connectionFacts(request);
  return core.events.begin('UpdateUser', facts, async () => {
    const changes = parseChanges(core, input);
    const { request, username, email, passwords } = changes;
    const actor = new Actor(core, { request });
    Object.assign(facts, actor.facts);
    // Who shows the password has just proven who they are.
    const decidesWhoGetsIn = username !== undefined || email !== undefined;
    if (decidesWhoGetsIn && !passwords) requireRecentLogin(core, { request });
    const family = await actor.read();
    const emailChange =
      email === undefined ? undefined : planEmailChange(flows, request, family, email);
    await assertPossible(core, family, changes, emailChange);
    return { changes, emailChange };
  });
}

function parseChanges(core: AccountsCore, input: unknown): Changes {
  requireParams(input);
  const { request, username, email, profile, currentPassword, newPassword } = input;
  if ([username, email, profile, newPassword].every((each) => each === undefined)) {
    throw new AccountError('ParamsMissing', {});
  }
  return {
    // Its form is checked where it is used.
    request: request as SessionRequest,
    ...(username !== undefined && { username: parseNewUsername(username) }),
    ...(email !== undefined && {
      email: isDeletion(email) || email === '' ? null : parseEmailAddress(email),
    }),
    ...(profile !== undefined && {
      profile: isDeletion(profile) ? null : parseFlatProfile(profile),
    }),
    ...(newPassword !== undefined && {
      passwords: parsePasswords(core, currentPassword, newPassword),
    }),
  };
}

/** As Userbase has it. What is undefined was not given: a form may well have no such field. */
function isDeletion(value: unknown): value is null | false {
  return value === null || value === false;
}

function parsePasswords(
  core: AccountsCore,
  currentPassword: unknown,
  newPassword: unknown,
): NonNullable<Changes['passwords']> {
  if (currentPassword === undefined) throw new AccountError('CurrentPasswordMissing', {});
  requirePassword(newPassword, 'newPassword');
  return {
    currentPassword: parseSignInPassword(core, currentPassword, 'currentPassword'),
    newPassword,
  };
}

/** @returns nothing where the address is to stay as it is. */
function planEmailChange(
  { core, contacts }: UpdateUserFlows,
  request: SessionRequest,
  { accessTypes, accountId }: AccountWithContacts,
  email: string | null,
): EmailChange | undefined {
  const mailboxOf = (value: string): Contact | undefined =>
    accessTypes.find(({ data }) => data.kind === 'email' && data.value === value);
  const old = emailOf(accessTypes);
  const own = email === null ? undefined : mailboxOf(email);
  if (email === (old ?? null)) return undefined;
  if (email !== null && own && own.verified !== true) {
    // It waits to be confirmed: the message did not arrive.
    const identifier = { kind: 'email', value: email } as const;
    const link = { kind: 'email_verification', message: 'EmailVerification' } as const;
    return {
      carryOut: () => sendLink(core, { ...link, identifier, request, facts: { accountId } }),
    };
  }
  if (old !== undefined && (email === null || own)) {
    const removed = mailboxOf(old);
    return {
      ...(removed && { removed }),
      carryOut: () => contacts.remove({ request, kind: 'email', value: old }),
    };
  }
  const to = email ?? '';
  return {
    to,
    carryOut: () =>
      old === undefined
        ? contacts.addEmail({ request, email: to })
        : contacts.replaceEmail({ request, email: old, newEmail: to }),
  };
}

/**
 * Refuses what cannot be done before anything is changed: each change is a transaction of its own,
 * and would stand when one after it fails.
 */
async function assertPossible(
  core: AccountsCore,
  family: AccountWithContacts,
  { username, profile }: Changes,
  emailChange: EmailChange | undefined,
): Promise<void> {
  const { accountId } = family;
  // What the table would say of the values.
  if (profile)
    core.accounts.updateOneParams({ filter: { accountId }, update: { $set: { profile } } });
  const { removed, to } = emailChange ?? {};
  if (removed) assertRemovable(core, family, removed);
  if (to !== undefined) {
    core.delivery.requireConfigured();
    await core.messageLimit.assertOpen({ accountId, to: { kind: 'email', value: to } });
  }
  const ownerOf = async (value: string | undefined, path: string): Promise<string | undefined> =>
    value === undefined ? undefined : findAccountId(core, parseLoginIdentifier(value, path));
  const [ofUsername, ofEmail] = await Promise.all([
    ownerOf(username, 'username'),
    ownerOf(to, 'email'),
  ]);
  if (ofUsername !== undefined && ofUsername !== accountId) {
    throw new AccountError('UsernameAlreadyExists', { path: 'username' });
  }
  if (ofEmail !== undefined) {
    // Counted, so that nobody tries one address after the other.
    await core.messageLimit.countRefused({ accountId });
    throw contactTaken('email');
  }
}
