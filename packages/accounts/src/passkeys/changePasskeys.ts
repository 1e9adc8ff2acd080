import { EntityError } from '@latchkey/entity';
import { assertRemovable } from '../contacts/removeContact.js';
import { documentOf, type Account } from '../core/Account.js';
import type { AccountChange } from '../core/AccountChange.js';
import type { Flow } from '../core/changeAccount.js';
import { passkeysOf, PASSKEY_NAME_LENGTHS, type PasskeyContact } from '../core/PasskeyPolicy.js';
import { secondFactorMethods } from '../core/requiredSecondFactor.js';
import { removeAddition } from '../flows/removeAdditions.js';
import { assertRoom, nextContact } from '../core/contactOrder.js';
import { AccountError } from '../errors/AccountError.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { credentialRefused } from './parseCredential.js';
import type { PasskeySettings } from './passkeySettings.js';

/** Few enough for one transaction to remove them beside the rest of a remedy. */
const MAX_PASSKEYS = 10;
// eslint-disable-next-line no-control-regex -- a name is one line, in every list and log.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;

/**
 * Refuses a session that is not recent enough to change how its account logs in. Where the account has a
 * second factor, the session must have begun recently: a password alone renews an older one (ASVS 6.4.4;
 * NIST SP 800-63B-4 §4.1.2.1).
 *
 * @throws AccountError `RecentLoginRequired`
 */
export function requireFreshLogin(
  core: AccountsCore,
  { recentLogin, recentLoginMs }: PasskeySettings,
  flow: Flow,
  account: Account,
): void {
  flow.requireRecentLogin(recentLogin);
  const { session } = flow.actor;
  if (!session || secondFactorMethods(account, account, core).length === 0) return;
  if (core.table.now().getTime() < session.createdAt.getTime() + recentLoginMs) return;
  throw new AccountError('RecentLoginRequired', { maxAgeSeconds: Math.ceil(recentLoginMs / 1000) });
}

/** @throws AccountError `InvalidInput` if an account would have too many passkeys. */
export function assertRoomForPasskey(account: Account): void {
  assertRoom(account.accessTypes.length + 1, 'passkey');
  if (passkeysOf(account).length < MAX_PASSKEYS) return;
  throw new AccountError('InvalidInput', { path: 'passkey', reason: 'tooManyPasskeys' });
}

/** @throws AccountError `InvalidInput` with the path `name`. */
export function parsePasskeyName(name: unknown = 'Passkey'): string {
  const trimmed = typeof name === 'string' ? name.trim() : '';
  const fits = trimmed !== '' && trimmed.length <= PASSKEY_NAME_LENGTHS.maxLength;
  if (fits && trimmed.isWellFormed() && !CONTROL.test(trimmed)) return trimmed;
  throw new AccountError('InvalidInput', { path: 'name', reason: 'notValid' });
}

/** A passkey that is to be stored. */
type NewPasskey = Pick<PasskeyContact, 'backedUp' | 'data' | 'name' | 'signCount'>;

/** Adds a passkey to an account, and notifies the owner. */
export function addPasskey(
  { accessTypes, table }: Pick<AccountsCore, 'accessTypes' | 'table'>,
  change: AccountChange,
  passkey: NewPasskey,
): () => PasskeyContact {
  const { account } = change;
  assertRoomForPasskey(account);
  const item = { accountId: account.accountId, verified: true, ...passkey };
  const written = change
    // A remedy that removes passkeys, and this, must not miss each other.
    .requireSameVersion()
    .notify({ kind: 'PasskeyAdded' })
    .write(accessTypes.createOneOperation({ item, ulid: nextContact(table, change) }));
  return () => written.result as PasskeyContact;
}

/**
 * Gives a passkey another name.
 *
 * @throws AccountError `PasskeyNotFound`
 */
export function renamePasskey(
  { accessTypes }: Pick<AccountsCore, 'accessTypes'>,
  change: AccountChange,
  passkeyId: string,
  name: string,
): PasskeyContact {
  const passkey = findPasskey(change.account, passkeyId);
  const filter = keyOf(passkey);
  change.write(accessTypes.updateOneOperation({ filter, update: { $set: { name } } }));
  return { ...passkey, name };
}

/** Tells whether an error says that a credential is registered already, whoever has it. */
export function isKnownCredential(error: unknown): boolean {
  return EntityError.is(error) && error.code === 'UniqueViolation';
}

/**
 * Removes a passkey, ends every other session (ASVS 7.4.3), and notifies the owner.
 *
 * @throws AccountError `PasskeyNotFound`, `LastLoginMethod`, `TwoFactorMandatory`
 */
export function removePasskey(
  core: AccountsCore,
  change: AccountChange,
  passkeyId: string,
): PasskeyContact {
  const { account, actor } = change;
  const passkeys = passkeysOf(account);
  const passkey = findPasskey(account, passkeyId);
  assertRemovable(core, account, passkey);
  const { isRequired } = core.twoFactor;
  const isOnlyFactor =
    passkeys.length === 1 && secondFactorMethods(account, account, core).join() === 'passkey';
  if (actor.request && isOnlyFactor && isRequired?.(documentOf(account))) {
    throw new AccountError('TwoFactorMandatory', {});
  }
  change.revokeOtherSessions();
  change.requireSameVersion();
  removeAddition(core, change, passkey);
  return passkey;
}

/** Writes the state of a passkey after a login; one that was removed or used meanwhile is refused. */
export function usePasskey(
  { accessTypes, table }: Pick<AccountsCore, 'accessTypes' | 'table'>,
  change: AccountChange,
  passkey: PasskeyContact,
  { signCount, backedUp }: { readonly signCount: number; readonly backedUp: boolean },
): void {
  const { signCount: before = 0 } = passkey;
  change.write(
    accessTypes.updateOneOperation({
      filter: keyOf(passkey),
      // Of two logins with one count, one is with a copy.
      condition: { signCount: signCount > 0 ? { $lt: signCount } : before },
      update: { $set: { signCount, backedUp, lastUsedAt: table.now() } },
    }),
    credentialRefused,
  );
}

/** @throws AccountError `PasskeyNotFound` */
function findPasskey(account: Account, passkeyId: string): PasskeyContact {
  const passkey = passkeysOf(account).find(({ ulid }) => ulid === passkeyId);
  if (passkey) return passkey;
  throw new AccountError('PasskeyNotFound', {});
}

/** The whole key of a passkey. */
function keyOf({ accountId, ulid }: PasskeyContact): {
  readonly accountId: string;
  readonly 'data.kind': 'passkey';
  readonly ulid: string;
} {
  return { accountId, 'data.kind': 'passkey', ulid };
}
