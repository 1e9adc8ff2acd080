import type { Account } from '../core/Account.js';
import { passkeysOf, type PasskeyContact } from '../core/PasskeyPolicy.js';
import type { Passkey, PasskeySignals } from './passkeyInputs.js';
import type { PasskeySettings } from './passkeySettings.js';

type NamedAccount = Pick<Account, 'accessTypes' | 'accountId'> & {
  readonly username?: string | undefined;
};

/** Returns a passkey as its owner sees it. */
export function toPasskey(stored: PasskeyContact): Passkey {
  const { ulid, createdAt, name = '', backedUp = false, lastUsedAt } = stored;
  const { value, backupEligible, aaguid } = stored.data;
  return {
    passkeyId: ulid,
    name,
    credentialId: value,
    backupEligible,
    backedUp,
    ...(aaguid !== undefined && { aaguid }),
    createdAt,
    ...(lastUsedAt && { lastUsedAt }),
  };
}

/** Returns the user handle of an account: its id, which says nothing about a person (WebAuthn §14.6.1). */
export function userHandleOf(accountId: string): string {
  return Buffer.from(accountId).toString('base64url');
}

/** Returns the account of a user handle, as far as its form goes. */
export function accountOfUserHandle(userHandle: string | undefined): string | undefined {
  const accountId = Buffer.from(userHandle ?? '', 'base64url').toString();
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(accountId) ? accountId : undefined;
}

/** Returns the name under which browsers list an account's passkeys. */
export function userNameOf({ accessTypes, accountId, username }: NamedAccount): string {
  const emails = accessTypes.filter(({ data }) => data.kind === 'email');
  const email = emails.find(({ verified }) => verified === true) ?? emails[0];
  return username ?? email?.data.value ?? accountId;
}

/** Returns the data for a browser's signals. */
export function signalsOf(
  account: NamedAccount,
  { rpId }: Pick<PasskeySettings, 'rpId'>,
): PasskeySignals {
  const name = userNameOf(account);
  return {
    rpId,
    userId: userHandleOf(account.accountId),
    allAcceptedCredentialIds: passkeysOf(account).map(({ data }) => data.value),
    name,
    displayName: name,
  };
}
