import { claimingAddress, decideAddition, prepareAddress } from '../contacts/addContact.js';
import { removeContact } from '../contacts/removeContact.js';
import { renewContact } from '../contacts/renewContact.js';
import { type Account, type StoredToken, documentOf, type Contact } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import type { ActingAccount } from '../core/actingAccount.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import { takingClaims, type TakenClaims } from '../core/claims.js';
import { setProfile, setUsername } from '../lifecycle/AccountProfile.js';
import { beginAnew, provePassword } from '../passwordChanges/changeOwnPassword.js';
import { parseNewPassword } from '../passwordChanges/replacePassword.js';
import type { SignedInUser } from './selfServiceInputs.js';
import { parseChanges, type UserChanges } from './parseChanges.js';
import { emailOf, toUser } from './toUser.js';

/** Change to the address that the user goes by. */
interface EmailChange {
  /** The address that a message is sent to, where one is added. */
  readonly added?: string;
  /** Decides it, and gives the account's contacts as they are then. */
  readonly decide: (change: AccountChange, claims: TakenClaims) => readonly Contact[];
}

/** Carries out `SelfService.updateUser`: several changes of one account, in one transaction. */
export async function updateUser(core: AccountsCore, input: unknown): Promise<SignedInUser> {
  const { request } = (input as { readonly request?: unknown } | null | undefined) ?? {};
  let changes: UserChanges = {};
  const start = {
    flow: 'UpdateUser',
    input: { request } as ActingAccount,
    begin: () => {
      changes = parseChanges(core, input);
    },
  } as const;
  return changeAccount(core, start, async (flow) => {
    const { username, email, profile, passwords } = changes;
    // Who shows the password has just proven who they are.
    const decidesWhoGetsIn = username !== undefined || email !== undefined;
    if (decidesWhoGetsIn && !passwords) flow.requireRecentLogin();
    const { accountId } = flow.actor;
    // What the table would say of the values: before anything is hashed, or counted.
    if (profile) {
      core.accounts.updateOneParams({ filter: { accountId }, update: { $set: { profile } } });
    }
    const account = await flow.load({ secrets: true, session: passwords !== undefined });
    const emailChange = await planEmailChange(core, account, email);
    const decide = (change: AccountChange, claims: TakenClaims): readonly Contact[] => {
      if (username !== undefined) setUsername(change, username);
      if (profile !== undefined) setProfile(change, profile);
      return emailChange?.decide(change, claims) ?? change.account.accessTypes;
    };
    const proven = passwords && (await proveOwner(core, flow, account, passwords));
    const commit = async (claims: TakenClaims): Promise<SignedInUser> => {
      let contacts: readonly Contact[] = [];
      let changed: AccountChange | undefined;
      const decideAll = (change: AccountChange): void => {
        changed = change;
        contacts = decide(change, claims);
      };
      let deviceToken: string | undefined;
      if (proven) ({ deviceToken } = await beginAnew(core, flow, account, proven, decideAll));
      else {
        await flow.commit(account, (change) => {
          decideAll(change);
          return () => undefined;
        });
      }
      return {
        ...userOf(core, flow, changed, { changes, contacts }),
        ...(deviceToken !== undefined && { deviceToken }),
      };
    };
    const user =
      emailChange?.added === undefined
        ? await commit(new Map())
        : await takingClaims(
            core,
            claimingAddress(core, flow, { kind: 'email', value: emailChange.added }),
            commit,
          );
    if (passwords)
      await core.events.emit('ChangePasswordSuccess', { ...flow.eventContext, method: 'password' });
    return user;
  });
}

async function proveOwner(
  core: AccountsCore,
  flow: Flow,
  account: Account<StoredToken>,
  { currentPassword, newPassword }: NonNullable<UserChanges['passwords']>,
): Promise<Awaited<ReturnType<typeof provePassword>>> {
  // First what says nothing of the current one: a refusal must not cost an attempt.
  const password = await parseNewPassword(core, account, newPassword);
  const { ip } = core.connectionOf(flow.actor.request);
  return provePassword(core, account, { password: currentPassword, newPassword: password, ip });
}

/** @returns nothing where the address is to stay as it is. */
async function planEmailChange(
  core: AccountsCore,
  { accessTypes }: Account,
  email: string | null | undefined,
): Promise<EmailChange | undefined> {
  const old = emailOf(accessTypes);
  if (email === undefined || email === (old ?? null)) return undefined;
  const isMailbox =
    (value: string | null | undefined) =>
    ({ data }: Contact): boolean =>
      data.kind === 'email' && data.value === value;
  const own = email === null ? undefined : accessTypes.find(isMailbox(email));
  if (email !== null && own && own.verified !== true) {
    return {
      // It waits to be confirmed: the message did not arrive.
      decide: (change) => {
        renewContact(core, change, isMailbox(email));
        return change.account.accessTypes;
      },
    };
  }
  if (old !== undefined && (email === null || own)) {
    return {
      decide: (change) => {
        const removed = removeContact(core, change, isMailbox(old));
        return change.account.accessTypes.filter((each) => each !== removed);
      },
    };
  }
  const data = { kind: 'email', value: email ?? '' } as const;
  core.delivery.requireConfigured();
  const replaced = old === undefined ? {} : { old: { kind: 'email', value: old } as const };
  const prepared = await prepareAddress(core, { data, ...replaced });
  return {
    added: data.value,
    decide: (change, claims) => {
      decideAddition(core, change, prepared, claims);
      return [...change.account.accessTypes, { data, verified: false } as unknown as Contact];
    },
  };
}

/** Gives the user as the transaction has left them. */
function userOf(
  core: AccountsCore,
  flow: Flow,
  change: AccountChange | undefined,
  {
    changes: { profile },
    contacts,
  }: { readonly changes: UserChanges; readonly contacts: readonly Contact[] },
): SignedInUser {
  if (!change) throw new Error('The change was never decided.');
  const { profile: before, ...document } = documentOf(change.account);
  const kept = profile === undefined ? before : profile;
  const account = change.saved ?? { ...document, ...(kept && { profile: kept }) };
  const shown = emailOf(contacts);
  return {
    ...toUser(account, core.plan),
    ...(shown !== undefined && { email: shown }),
    authToken: flow.actor.request?.authToken ?? '',
  };
}
