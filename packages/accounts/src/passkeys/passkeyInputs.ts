import type { ActingAccount } from '../core/actingAccount.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/** Options for `PublicKeyCredential.parseCreationOptionsFromJSON` (WebAuthn §5.1.9). */
export interface PasskeyCreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: readonly { readonly type: 'public-key'; readonly alg: number }[];
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: 'required';
    readonly requireResidentKey: true;
    readonly userVerification: 'required' | 'preferred';
  };
  readonly attestation: 'none';
  /** In milliseconds. */
  readonly timeout: number;
}

/** Options for `PublicKeyCredential.parseRequestOptionsFromJSON` (WebAuthn §5.1.10). */
export interface PasskeyRequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  /** Empty for a login without a username: the browser offers the passkeys that it knows. */
  readonly allowCredentials: readonly CredentialDescriptor[];
  readonly userVerification: 'required' | 'preferred';
  /** In milliseconds; the challenge expires with it. */
  readonly timeout: number;
}

/** Names a credential to the browser. */
export interface CredentialDescriptor {
  readonly type: 'public-key';
  readonly id: string;
  readonly transports?: readonly string[];
}

/** Options for a browser, and the secret that binds their challenge to it. */
export interface BegunCeremony<O> {
  readonly options: O;
  /**
   * For the same browser, in a cookie that no script can read; it is shown again with the response. It
   * stays the same for challenges that begin with it.
   */
  readonly browserSecret: string;
}

/** Input of {@link Passkeys.createRegistrationOptions}. */
export interface CreateRegistrationOptionsInput {
  /** As `handleRequest` gave it. */
  readonly request: SessionRequest;
  /** From an earlier challenge, if the browser has one. */
  readonly browserSecret?: string | undefined;
  /**
   * Tells whether the browser may create the passkey without asking, just after a login with a saved
   * password (`mediation: 'conditional'`); default: false.
   */
  readonly conditional?: boolean;
}

/** Input of {@link Passkeys.register}. */
export interface RegisterPasskeyInput {
  /** As `handleRequest` gave it, of the same session that got the options. */
  readonly request: SessionRequest;
  /** The credential's `toJSON()`. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly browserSecret: string;
  /** The owner's name for it, 1 to 64 characters (default: `'Passkey'`). */
  readonly name?: string;
}

/** Input of {@link Passkeys.createLoginOptions}. */
export interface CreateLoginOptionsInput {
  readonly request: SessionRequest;
  /** From an earlier challenge, if the browser has one. */
  readonly browserSecret?: string | undefined;
  /** Challenge of a login that has thrown `TwoFactorRequired` with the method `passkey`. */
  readonly challenge?: string;
}

/** Input of {@link Passkeys.login}. */
export interface PasskeyLoginInput {
  readonly request: SessionRequest;
  /** The credential's `toJSON()`. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly browserSecret: string;
  /** The same as in {@link CreateLoginOptionsInput}. */
  readonly challenge?: string;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false); not with `challenge`. */
  readonly rememberMe?: boolean;
}

/** Input of {@link Passkeys.createReauthenticationOptions}. */
export interface CreateReauthenticationOptionsInput {
  /** As `handleRequest` gave it. */
  readonly request: SessionRequest;
  /** From an earlier challenge, if the browser has one. */
  readonly browserSecret?: string | undefined;
}

/** Input of {@link Passkeys.reauthenticate}. */
export interface ReauthenticateByPasskeyInput {
  /** As `handleRequest` gave it, of the same session that got the options. */
  readonly request: SessionRequest;
  /** The credential's `toJSON()`. */
  readonly response: Readonly<Record<string, unknown>>;
  readonly browserSecret: string;
}

/** Names one passkey of an account. */
export type PasskeyReference = ActingAccount & {
  /** The `passkeyId` of {@link Passkey}. */
  readonly passkeyId: string;
};

/** A passkey, as its owner sees it. */
export interface Passkey {
  readonly passkeyId: string;
  readonly name: string;
  /** Id of the credential, in base64url, by which browsers know it. */
  readonly credentialId: string;
  /** Tells whether it can be synchronised between devices. */
  readonly backupEligible: boolean;
  /** Tells whether it was synchronised at its last use. */
  readonly backedUp: boolean;
  /** Model of the authenticator or password manager (AAGUID), if it has told. */
  readonly aaguid?: string;
  readonly createdAt: Date;
  readonly lastUsedAt?: Date;
}

/**
 * Data for the browser's signals (WebAuthn §5.1.11), by which it hides passkeys that were removed, and
 * shows the user's present name: `signalAllAcceptedCredentials` and `signalCurrentUserDetails` of
 * `PublicKeyCredential` take it as it is.
 */
export interface PasskeySignals {
  readonly rpId: string;
  /** In base64url. */
  readonly userId: string;
  readonly allAcceptedCredentialIds: readonly string[];
  readonly name: string;
  readonly displayName: string;
}

/** Result of {@link Passkeys.list}. */
export interface PasskeyList {
  /** Oldest first. */
  readonly passkeys: readonly Passkey[];
  readonly signals: PasskeySignals;
}
