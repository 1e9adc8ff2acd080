import type * as SimpleWebAuthn from '@simplewebauthn/server';
import type * as Helpers from '@simplewebauthn/server/helpers';
import type { ContactData } from '../core/Account.js';
import type { PasskeyContact } from '../core/PasskeyPolicy.js';
import { invalidOption } from '../errors/invalidOption.js';
import { ALGORITHMS } from './ceremonyOptions.js';
import {
  credentialRefused,
  type AuthenticationResponse,
  type ParsedCredential,
  type RegistrationResponse,
} from './parseCredential.js';
import type { PasskeySettings } from './passkeySettings.js';

/** The data of a verified registration. */
export interface VerifiedRegistration {
  readonly data: Extract<ContactData, { readonly kind: 'passkey' }>;
  readonly signCount: number;
  readonly backedUp: boolean;
}

/** The data of a verified signature. */
export interface VerifiedAssertion {
  readonly signCount: number;
  readonly backedUp: boolean;
  /** Tells whether the signature counter has gone back, or stayed where it was. */
  readonly hasRolledBack: boolean;
}

/** The rules of one use. */
interface Verification {
  readonly settings: Pick<PasskeySettings, 'origins' | 'rpId'>;
  /** The challenge that was used up for it. */
  readonly challenge: string;
}

/**
 * Verifies a new credential (WebAuthn §7.1).
 *
 * @param conditional - tells whether the browser was allowed to create it without asking.
 * @throws AccountError `TokenVerificationFailed`
 */
export async function verifyRegistration(
  { response }: ParsedCredential<RegistrationResponse>,
  { settings, challenge }: Verification,
  conditional: boolean,
): Promise<VerifiedRegistration> {
  const { verifyRegistrationResponse, decodeAttestationObject } = await loadVerifier();
  const { transports, ...attestation } = response.response;
  try {
    const encoded = Buffer.from(attestation.attestationObject, 'base64url');
    const object = decodeAttestationObject(new Uint8Array(encoded));
    // Nothing else was asked for; certificates would have the verifier fetch the lists that they name.
    const isUnattested = object.get('fmt') === 'none' || object.get('fmt') === 'packed';
    if (!isUnattested || object.get('attStmt').get('x5c') !== undefined) throw credentialRefused();
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...response, response: attestation, clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: [...settings.origins],
      expectedRPID: settings.rpId,
      requireUserPresence: !conditional,
      requireUserVerification: !conditional,
      supportedAlgorithmIDs: [...ALGORITHMS],
    });
    if (!verified) throw credentialRefused();
    const { aaguid, credential, credentialDeviceType, credentialBackedUp } = registrationInfo;
    // What the client calls the credential must be what the authenticator has signed.
    if (credential.id !== response.id) throw credentialRefused();
    return {
      signCount: credential.counter,
      backedUp: credentialBackedUp,
      data: {
        kind: 'passkey',
        value: credential.id,
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        backupEligible: credentialDeviceType === 'multiDevice',
        ...(transports && { transports }),
        ...(!/^[0-]+$/.test(aaguid) && { aaguid }),
      },
    };
  } catch {
    // The verifier's messages hold what was sent, and how far it was verified: not even as a cause.
    throw credentialRefused();
  }
}

/**
 * Verifies the signature of a credential (WebAuthn §7.2).
 *
 * @throws AccountError `TokenVerificationFailed`
 */
export async function verifyAssertion(
  { response }: ParsedCredential<AuthenticationResponse>,
  { settings, challenge }: Verification,
  { data, signCount: before = 0 }: PasskeyContact,
  requireUserVerification: boolean,
): Promise<VerifiedAssertion> {
  const { verifyAuthenticationResponse } = await loadVerifier();
  const { userHandle, ...assertion } = response.response;
  try {
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: {
        ...response,
        response: { ...assertion, ...(typeof userHandle === 'string' && { userHandle }) },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...settings.origins],
      expectedRPID: settings.rpId,
      requireUserVerification,
      credential: {
        id: data.value,
        publicKey: new Uint8Array(Buffer.from(data.publicKey, 'base64url')),
        // The caller compares the counters, once the signature has shown that they are genuine.
        counter: 0,
      },
    });
    const { newCounter, credentialBackedUp, credentialDeviceType } = authenticationInfo;
    const isSameKind = (credentialDeviceType === 'multiDevice') === data.backupEligible;
    if (!verified || !isSameKind) throw credentialRefused();
    return {
      signCount: newCounter,
      backedUp: credentialBackedUp,
      hasRolledBack: (newCounter > 0 || before > 0) && newCounter <= before,
    };
  } catch {
    throw credentialRefused();
  }
}

type Verifier = typeof SimpleWebAuthn & Pick<typeof Helpers, 'decodeAttestationObject'>;

/**
 * Loads the verifier with the first ceremony, so that a cold start does not.
 *
 * @throws AccountError `InvalidConfiguration` where it is not installed.
 */
async function loadVerifier(): Promise<Verifier> {
  try {
    const [verifier, { decodeAttestationObject }] = await Promise.all([
      import('@simplewebauthn/server'),
      import('@simplewebauthn/server/helpers'),
    ]);
    return { ...verifier, decodeAttestationObject };
  } catch {
    throw invalidOption('passkeys', 'Install the package @simplewebauthn/server, version 14.');
  }
}
