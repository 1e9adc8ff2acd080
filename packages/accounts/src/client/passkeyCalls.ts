import type { AnswerOf, BodyOf, ParamsOf } from '../http/api.js';
import {
  coreOf,
  type AccountsClient,
  type Begun,
  type CallOptions,
  type ClientCore,
} from './AccountsClient.js';
import { AccountsClientError } from './AccountsClientError.js';
import {
  platform,
  signalPasskeys,
  signalUnknownPasskey,
  type CeremonyOptions,
} from './ceremony.js';

/** Input of {@link registerPasskey}. */
export interface RegisterPasskeyInput {
  /** The user's name for it, 1 to 64 characters. */
  readonly name?: string;
  /**
   * Tells whether the browser creates it without asking, if the user has just signed in with a password
   * that it keeps (default: false). Call it so after each such sign-in, and ignore `PasskeyNotAllowed`.
   */
  readonly conditional?: boolean;
}

/** Input of {@link signInWithPasskey}. */
export type SignInWithPasskeyInput = Pick<
  BodyOf<'signInWithPasskey'>,
  'challenge' | 'rememberMe'
> & {
  /**
   * Tells whether passkeys are offered in the suggestions of a field with `autocomplete="username
   * webauthn"`, for as long as the page is open (default: false: in a dialogue, at once).
   */
  readonly conditional?: boolean;
};

const REAUTHENTICATE = '/session/reauthenticate/passkey';
/** Before a challenge expires, with time left for the user who is about to choose. */
const RENEWED_BEFORE_MS = 120_000;

/**
 * Options for the browser, by which it creates a passkey: {@link registerPasskey} asks for them by itself.
 *
 * @example
 * ```ts
 * import { passkeyRegistrationOptions, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { options } = await passkeyRegistrationOptions(client, {});
 *   return options; // for `PublicKeyCredential.parseCreationOptionsFromJSON`
 * }
 * ```
 */
export function passkeyRegistrationOptions(
  client: AccountsClient,
  body: BodyOf<'passkeyRegistrationOptions'>,
  options?: CallOptions,
): Promise<AnswerOf<'passkeyRegistrationOptions'>> {
  return coreOf(client).call('POST', '/passkeys/options', body, options);
}

/**
 * Options for the browser, by which it uses a passkey: {@link signInWithPasskey} asks for them by itself.
 *
 * @example
 * ```ts
 * import { passkeySignInOptions, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { options } = await passkeySignInOptions(client, {});
 *   return options; // for `PublicKeyCredential.parseRequestOptionsFromJSON`
 * }
 * ```
 */
export function passkeySignInOptions(
  client: AccountsClient,
  body: BodyOf<'passkeySignInOptions'>,
  options?: CallOptions,
): Promise<AnswerOf<'passkeySignInOptions'>> {
  return coreOf(client).call('POST', '/sign-in/passkey/options', body, options);
}

/**
 * Creates a passkey for the user, soon after a sign-in.
 *
 * @throws AccountsClientError `PasskeysNotSupported`, `PasskeyNotAllowed`, `PasskeyAlreadyRegistered`;
 *   `RecentLoginRequired` and others of the server.
 */
export async function registerPasskey(
  client: AccountsClient,
  { name, conditional = false }: RegisterPasskeyInput = {},
  options: CallOptions = {},
): Promise<AnswerOf<'registerPasskey'>> {
  const core = coreOf(client);
  const { create } = platform();
  const begun = await passkeyRegistrationOptions(
    client,
    conditional ? { conditional } : {},
    options,
  );
  const { browserSecret } = begun;
  const given: CeremonyOptions = begun.options;
  const response = await create(given, conditional, options.signal);
  const body = {
    response,
    ...(name !== undefined && { name }),
    ...(browserSecret !== undefined && { browserSecret }),
  };
  try {
    return await core.call('POST', '/passkeys', body, options);
  } catch (error) {
    // Refused, it would stay on the device and be offered for nothing.
    const isRefused =
      error instanceof AccountsClientError && error.status >= 400 && error.status < 500;
    if (isRefused) signalUnknownPasskey({ rpId: given.rp?.id, credentialId: response.id });
    throw error;
  }
}

/**
 * Signs in with a passkey, without a username; with the `challenge` of `TwoFactorRequired`, completes a
 * sign-in.
 *
 * @throws AccountsClientError `PasskeysNotSupported`, `PasskeyNotAllowed`; `TokenVerificationFailed` and
 *   others of the server.
 */
export async function signInWithPasskey(
  client: AccountsClient,
  { conditional = false, ...body }: SignInWithPasskeyInput = {},
  options: CallOptions = {},
): Promise<Begun<'signInWithPasskey'>> {
  const core = coreOf(client);
  const { challenge } = body;
  const asked = challenge === undefined ? {} : { challenge };
  const { signed, browserSecret } = await sign(core, asked, conditional, options);
  const answer = {
    ...body,
    response: signed,
    ...(browserSecret !== undefined && { browserSecret }),
  };
  return core.begin<AnswerOf<'signInWithPasskey'>>('/sign-in/passkey', answer, options);
}

/**
 * Options for the browser, by which it uses a passkey: {@link reauthenticateWithPasskey} asks for them by itself.
 *
 * @example
 * ```ts
 * import { passkeyReauthenticationOptions, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   const { options } = await passkeyReauthenticationOptions(client, {});
 *   return options; // for `PublicKeyCredential.parseRequestOptionsFromJSON`
 * }
 * ```
 */
export function passkeyReauthenticationOptions(
  client: AccountsClient,
  body: BodyOf<'passkeyReauthenticationOptions'>,
  options?: CallOptions,
): Promise<AnswerOf<'passkeyReauthenticationOptions'>> {
  return coreOf(client).call('POST', `${REAUTHENTICATE}/options`, body, options);
}

/**
 * Proves again whose session it is by a passkey, after `RecentLoginRequired`.
 *
 * @throws AccountsClientError `PasskeysNotSupported`, `PasskeyNotAllowed`; `PasskeyNotFound`,
 *   `TokenVerificationFailed` and others of the server.
 * @example
 * ```ts
 * import { reauthenticateWithPasskey, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient) {
 *   await reauthenticateWithPasskey(client); // after the error `RecentLoginRequired`
 * }
 * ```
 */
export async function reauthenticateWithPasskey(
  client: AccountsClient,
  options: CallOptions = {},
): Promise<AnswerOf<'reauthenticateWithPasskey'>> {
  const { get } = platform();
  const begun = await passkeyReauthenticationOptions(client, {}, options);
  const { browserSecret } = begun;
  const response = await get(begun.options, false, options.signal);
  const body = { response, ...(browserSecret !== undefined && { browserSecret }) };
  return coreOf(client).call('POST', REAUTHENTICATE, body, options);
}

/** The passkeys of the user. The browser learns which of those that it keeps are still accepted. */
export async function listPasskeys(
  client: AccountsClient,
  options?: CallOptions,
): Promise<AnswerOf<'listPasskeys'>> {
  return signalPasskeys(await coreOf(client).call('GET', '/passkeys', undefined, options));
}

/**
 * Gives a passkey another name.
 *
 * @example
 * ```ts
 * import { renamePasskey, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function example(client: AccountsClient, passkeyId: string) {
 *   await renamePasskey(client, { passkeyId, name: 'Work laptop' }); // from `listPasskeys`
 * }
 * ```
 */
export function renamePasskey(
  client: AccountsClient,
  {
    passkeyId,
    ...body
  }: BodyOf<'renamePasskey'> & Readonly<Record<ParamsOf<'renamePasskey'>, string>>,
  options?: CallOptions,
): Promise<AnswerOf<'renamePasskey'>> {
  return coreOf(client).call('PATCH', pathOf(passkeyId), body, options);
}

/** Removes a passkey; every other session ends. The browser no longer offers it. */
export async function removePasskey(
  client: AccountsClient,
  { passkeyId }: Readonly<Record<ParamsOf<'removePasskey'>, string>>,
  options?: CallOptions,
): Promise<AnswerOf<'removePasskey'>> {
  return signalPasskeys(await coreOf(client).call('DELETE', pathOf(passkeyId), undefined, options));
}

/** Has a challenge signed; one that waits for the user is replaced before it expires. */
async function sign(
  core: ClientCore,
  asked: BodyOf<'passkeySignInOptions'>,
  conditional: boolean,
  options: CallOptions,
): Promise<{ readonly signed: object; readonly browserSecret?: string | undefined }> {
  const { get } = platform();
  for (;;) {
    const { options: given, browserSecret } = await passkeySignInOptions(core, asked, options);
    const { timeout = 0 }: CeremonyOptions = given;
    const own = options.signal ? [options.signal] : [];
    const renewal = conditional ? AbortSignal.timeout(timeout - RENEWED_BEFORE_MS) : undefined;
    const signal = AbortSignal.any(renewal ? [...own, renewal] : own);
    try {
      return { signed: await get(given, conditional, signal), browserSecret };
    } catch (error) {
      if (!renewal?.aborted || options.signal?.aborted) throw error;
    }
  }
}

function pathOf(passkeyId: string): string {
  return `/passkeys/${encodeURIComponent(passkeyId)}`;
}
