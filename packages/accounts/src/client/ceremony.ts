import type { PasskeySignalsAnswer } from '../http/api.js';
import { AccountsClientError } from './AccountsClientError.js';
import { page, type PublicKeyCredential } from './browser.js';

/** Options of a ceremony with a passkey, as far as the client reads them. */
export type CeremonyOptions = Readonly<Record<string, unknown>> & {
  /** In milliseconds; the challenge expires with it. */
  readonly timeout?: number;
  readonly rp?: { readonly id: string };
};

/** Has the browser create or use a passkey, and gives the credential's `toJSON()`. */
type Ceremony = (
  options: CeremonyOptions,
  conditional: boolean,
  signal: AbortSignal | undefined,
) => Promise<{ readonly id: string }>;

/**
 * Gives the browser's ceremonies.
 *
 * @throws AccountsClientError `PasskeysNotSupported`
 */
export function platform(): { readonly create: Ceremony; readonly get: Ceremony } {
  const { navigator, PublicKeyCredential: parser } = page();
  const credentials = navigator?.credentials;
  if (
    !credentials ||
    !parser?.parseCreationOptionsFromJSON ||
    !parser.parseRequestOptionsFromJSON
  ) {
    throw new AccountsClientError('PasskeysNotSupported', 'The browser does not support passkeys.');
  }
  const ceremony =
    (call: 'create' | 'get', parse: (options: object) => unknown): Ceremony =>
    async (options, conditional, signal) => {
      const outcome = credentials[call]({
        publicKey: parse(options),
        ...(conditional && { mediation: 'conditional' }),
        ...(signal && { signal }),
      });
      return jsonOf(outcome, signal);
    };
  return {
    create: ceremony('create', (options) => parser.parseCreationOptionsFromJSON?.(options)),
    get: ceremony('get', (options) => parser.parseRequestOptionsFromJSON?.(options)),
  };
}

/** @throws AccountsClientError `PasskeyNotAllowed`, `PasskeyAlreadyRegistered` */
async function jsonOf(
  outcome: Promise<PublicKeyCredential | null>,
  signal: AbortSignal | undefined,
): Promise<{ readonly id: string }> {
  let cause: unknown;
  try {
    const credential = await outcome;
    if (credential) return credential.toJSON();
  } catch (error) {
    // Like `fetch`: who ends a call by hand knows why.
    if (signal?.aborted) throw error;
    cause = error;
  }
  if ((cause as Error | undefined)?.name === 'InvalidStateError') {
    const message = 'This device has a passkey of the account already.';
    throw new AccountsClientError('PasskeyAlreadyRegistered', message, { cause });
  }
  throw new AccountsClientError('PasskeyNotAllowed', 'No passkey was used.', { cause });
}

/** Tells the browser which passkeys are accepted, and by which name the user goes, if it can be told. */
export function signalPasskeys<A extends { readonly signals: PasskeySignalsAnswer }>(answer: A): A {
  const { PublicKeyCredential: browser } = page();
  ignore(browser?.signalAllAcceptedCredentials?.(answer.signals));
  ignore(browser?.signalCurrentUserDetails?.(answer.signals));
  return answer;
}

/** Tells the browser that a passkey is not accepted, if it can be told. */
export function signalUnknownPasskey(passkey: {
  readonly rpId: string | undefined;
  readonly credentialId: string;
}): void {
  ignore(page().PublicKeyCredential?.signalUnknownCredential?.(passkey));
}

/** A signal helps the user, but nothing depends on it. */
function ignore(signal: Promise<void> | undefined): void {
  signal?.catch(() => undefined);
}
