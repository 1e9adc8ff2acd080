// The parts of a browser that Node's types do not have. Types of the DOM as a whole would let the
// server's code use a `window` that is not there.

/** The part of `navigator.locks` that the client uses (Web Locks). */
interface Locks {
  request<T>(
    name: string,
    options: { readonly ifAvailable?: boolean; readonly signal?: AbortSignal },
    callback: (lock: object | null) => T,
  ): Promise<Awaited<T>>;
}

/** The part of a `BroadcastChannel` that the client uses. */
export interface Channel {
  onmessage: ((message: never) => void) | null;
  postMessage(message: string): void;
  close(): void;
}

/** A credential, as far as it leaves the page. */
export interface PublicKeyCredential {
  toJSON(): { readonly id: string };
}

/** Options of a ceremony with a passkey. */
interface CeremonyOptions {
  readonly publicKey: unknown;
  readonly mediation?: 'conditional';
  readonly signal?: AbortSignal;
}

/** The part of `navigator.credentials` that the client uses (WebAuthn). */
interface Credentials {
  create(options: CeremonyOptions): Promise<PublicKeyCredential | null>;
  get(options: CeremonyOptions): Promise<PublicKeyCredential | null>;
}

/** The part of `PublicKeyCredential` that the client uses (WebAuthn Level 3); browsers lack some of it. */
interface PublicKeyCredentials {
  parseCreationOptionsFromJSON?(options: object): unknown;
  parseRequestOptionsFromJSON?(options: object): unknown;
  signalAllAcceptedCredentials?(options: object): Promise<void>;
  signalCurrentUserDetails?(options: object): Promise<void>;
  signalUnknownCredential?(options: object): Promise<void>;
}

/** Globals of a page; outside of a browser, some or all of them are missing. */
interface Page {
  readonly location?: { readonly href: string };
  readonly navigator?: { readonly locks?: Locks; readonly credentials?: Credentials };
  readonly PublicKeyCredential?: PublicKeyCredentials;
  readonly BroadcastChannel?: new (name: string) => Channel;
}

/** Gives the globals, as they are now. */
export function page(): Page {
  return globalThis;
}
