import { createHash, createPrivateKey, sign } from 'node:crypto';
import {
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
  type AuthenticatorParameters,
} from 'nid-webauthn-emulator';
import type {
  PasskeyCreationOptions,
  PasskeyRequestOptions,
} from '../../src/passkeys/passkeyInputs.js';

/** Where the tests' pages are. */
export const ORIGIN = 'https://app.example.com';
export const RP_ID = 'example.com';

/** A credential's `toJSON()`. */
export type CredentialJson = Readonly<Record<string, unknown>> & {
  readonly id: string;
  readonly response: Readonly<Record<string, unknown>>;
};

/** How a forged assertion differs from an honest one. */
export interface Forgery {
  readonly origin?: string;
  readonly rpId?: string;
  /** Flags of the authenticator data: 1 user present, 4 user verified, 8 and 16 backup. */
  readonly flags?: number;
  readonly counter?: number;
  readonly challenge?: string;
  readonly clientData?: Readonly<Record<string, unknown>>;
  readonly userHandle?: string;
  /** Changes the response as it is sent. */
  readonly edit?: (response: Record<string, unknown>) => void;
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const sha256 = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest();

/** A browser with an authenticator of its own, emulated; it also signs what no browser would. */
export class Device {
  readonly #emulator: WebAuthnEmulator;
  readonly #credentials = new PasskeysCredentialsMemoryRepository();

  constructor(parameters: Partial<AuthenticatorParameters> = {}) {
    const credentialsRepository = this.#credentials;
    this.#emulator = new WebAuthnEmulator(
      new AuthenticatorEmulator({ credentialsRepository, ...parameters }),
    );
  }

  create(options: PasskeyCreationOptions, origin = ORIGIN): CredentialJson {
    return this.#emulator.createJSON(origin, options as never) as unknown as CredentialJson;
  }

  get(options: PasskeyRequestOptions, origin = ORIGIN): CredentialJson {
    return this.#emulator.getJSON(origin, options as never) as unknown as CredentialJson;
  }

  /** Lets go of what the site no longer accepts. */
  signal(options: object): void {
    this.#emulator.signalAllAcceptedCredentials(options as never);
  }

  /** Signs a challenge with the device's own key, and says of it what it is told to. */
  forge(options: PasskeyRequestOptions, forgery: Forgery = {}): CredentialJson {
    const [credential] = this.#credentials.loadCredentials();
    if (!credential) throw new Error('The device has no passkey.');
    const { id, privateKey, userHandle } = credential.publicKeyCredentialSource as unknown as {
      id: Uint8Array;
      privateKey: Uint8Array;
      userHandle: Uint8Array;
    };
    const { origin = ORIGIN, rpId = RP_ID, flags = 29, counter = 1000, clientData } = forgery;
    const authenticatorData = Buffer.alloc(37);
    sha256(rpId).copy(authenticatorData);
    authenticatorData.writeUInt8(flags, 32);
    authenticatorData.writeUInt32BE(counter, 33);
    const clientDataJSON = Buffer.from(
      JSON.stringify({
        type: 'webauthn.get',
        challenge: forgery.challenge ?? options.challenge,
        origin,
        crossOrigin: false,
        ...clientData,
      }),
    );
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    const signed = Buffer.concat([authenticatorData, sha256(clientDataJSON)]);
    const response: Record<string, unknown> = {
      clientDataJSON: base64url(clientDataJSON),
      authenticatorData: base64url(authenticatorData),
      signature: base64url(sign('sha256', signed, key)),
      userHandle: forgery.userHandle ?? base64url(userHandle),
    };
    forgery.edit?.(response);
    return {
      id: base64url(id),
      rawId: base64url(id),
      type: 'public-key',
      clientExtensionResults: {},
      response,
    };
  }
}
