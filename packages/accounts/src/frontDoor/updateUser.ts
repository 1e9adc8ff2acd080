import type { AccountsCore } from '../accounts/AccountsCore.js';
import { findAccountId } from '../accounts/findAccountId.js';
import type { Contacts } from '../contacts/Contacts.js';
import { readAccount } from '../contacts/readAccount.js';
import { requireRecentLogin } from '../contacts/requireRecentLogin.js';
import { AccountError } from '../errors/AccountError.js';
import { contactTaken } from '../errors/contactTaken.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { AccountProfile } from '../lifecycle/AccountProfile.js';
import type { PasswordChanges } from '../passwordChanges/PasswordChanges.js';
import type { SessionRequest } from '../sessions/SessionRequest.js';
import type { FlatProfile, SignedInUser } from './frontDoorTypes.js';
import { parseFlatProfile } from './parseFlatProfile.js';
import {
  parseEmailAddress,
  parseNewUsername,
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

/** See `FrontDoor.updateUser`. */
export async function updateUser(flows: UpdateUserFlows, input: unknown): Promise<SignedInUser> {
  const { core, contacts, passwordChanges, profile: profiles } = flows;
  const { request, username, email, profile, passwords } = parseChanges(input);
  const { account } = core.sessions.verifiedSessionOf(request);
  const { accountId } = account;
  // Before anything is changed; who shows the password has just proven who they are.
  const decidesWhoGetsIn = username !== undefined || email !== undefined;
  if (decidesWhoGetsIn && !passwords) requireRecentLogin(core, { request });
  await inAccountTerms(() => assertFree(core, accountId, { username, email }));
  if (passwords) await passwordChanges.changePassword({ request, ...passwords });
  if (username !== undefined) await profiles.changeUsername({ request, username });
  if (email !== undefined) {
    const old = emailOf((await inAccountTerms(() => readAccount(core, accountId))).accessTypes);
    await changeEmail(contacts, request, { old, email });
  }
  if (profile !== undefined) await profiles.updateProfile({ request, profile });
  const family = await inAccountTerms(() => readAccount(core, accountId));
  const shown = emailOf(family.accessTypes);
  return {
    ...toUser(family, core.plan),
    ...(shown !== undefined && { email: shown }),
    authToken: request.authToken ?? '',
  };
}

function parseChanges(input: unknown): Changes {
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
      email: email === null || email === '' ? null : parseEmailAddress(email),
    }),
    ...(profile !== undefined && { profile: profile === null ? null : parseFlatProfile(profile) }),
    ...(newPassword !== undefined && { passwords: parsePasswords(currentPassword, newPassword) }),
  };
}

function parsePasswords(
  currentPassword: unknown,
  newPassword: unknown,
): NonNullable<Changes['passwords']> {
  if (currentPassword === undefined) throw new AccountError('CurrentPasswordMissing', {});
  requirePassword(currentPassword, 'currentPassword');
  requirePassword(newPassword, 'newPassword');
  return { currentPassword, newPassword };
}

/**
 * Refuses what others have before anything is changed: each change is a transaction of its own, and
 * would stand when one after it fails.
 */
async function assertFree(
  core: AccountsCore,
  accountId: string,
  { username, email }: { username: string | undefined; email: string | null | undefined },
): Promise<void> {
  const ownerOf = async (value: string | null | undefined, path: string): Promise<unknown> =>
    value === undefined || value === null
      ? undefined
      : findAccountId(core, parseLoginIdentifier(value, path));
  const [ofUsername, ofEmail] = await Promise.all([
    ownerOf(username, 'username'),
    ownerOf(email, 'email'),
  ]);
  if (ofUsername !== undefined && ofUsername !== accountId) {
    throw new AccountError('UsernameAlreadyExists', { path: 'username' });
  }
  if (ofEmail !== undefined && ofEmail !== accountId) throw contactTaken('email');
}

async function changeEmail(
  contacts: Contacts,
  request: SessionRequest,
  { old, email }: { readonly old: string | undefined; readonly email: string | null },
): Promise<void> {
  if (email === old) return;
  if (old === undefined) {
    if (email !== null) await contacts.addEmail({ request, email });
  } else if (email === null) await contacts.remove({ request, kind: 'email', value: old });
  else await contacts.replaceEmail({ request, email: old, newEmail: email });
}
