import type { Account } from '../core/Account.js';
import { passkeysOf, type PasskeyContact } from '../core/PasskeyPolicy.js';
import type {
  CredentialDescriptor,
  PasskeyCreationOptions,
  PasskeyRequestOptions,
} from './passkeyInputs.js';
import { userHandleOf, userNameOf } from './passkeyFacts.js';
import type { PasskeySettings } from './passkeySettings.js';

/** How long a challenge can be used, in milliseconds (WebAuthn §15.1 advises 5 to 10 minutes). */
export const CHALLENGE_LIFETIME_MS = 600_000;

/** EdDSA, ES256 and RS256, which authenticators have: at least 112 bits each (ASVS 11.2.3). */
export const ALGORITHMS: readonly number[] = Object.freeze([-8, -7, -257]);

/** Returns the options with which a browser creates a passkey. */
export function creationOptions(
  account: Account,
  { rpId, rpName }: Pick<PasskeySettings, 'rpId' | 'rpName'>,
  { challenge, conditional }: { readonly challenge: string; readonly conditional: boolean },
): PasskeyCreationOptions {
  const name = userNameOf(account);
  return {
    challenge,
    rp: { id: rpId, name: rpName },
    user: { id: userHandleOf(account.accountId), name, displayName: name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: passkeysOf(account).map(descriptorOf),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      // A passkey that is created without asking cannot verify anybody at that moment.
      userVerification: conditional ? 'preferred' : 'required',
    },
    attestation: 'none',
    timeout: CHALLENGE_LIFETIME_MS,
  };
}

/**
 * Returns the options with which a browser signs a challenge.
 *
 * @param account - whose passkeys are asked for; without it, any account's passkey will do.
 * @param isAlone - tells whether the device must verify its user, since no other factor is asked for.
 */
export function requestOptions(
  challenge: string,
  { rpId }: Pick<PasskeySettings, 'rpId'>,
  account?: Account,
  isAlone: boolean = account === undefined,
): PasskeyRequestOptions {
  return {
    challenge,
    rpId,
    allowCredentials: account ? passkeysOf(account).map(descriptorOf) : [],
    // Beside another factor, to have the device is enough.
    userVerification: isAlone ? 'required' : 'preferred',
    timeout: CHALLENGE_LIFETIME_MS,
  };
}

function descriptorOf({ data: { value, transports } }: PasskeyContact): CredentialDescriptor {
  return { type: 'public-key', id: value, ...(transports && { transports }) };
}
