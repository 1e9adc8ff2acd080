/**
 * Codes of the faults that the client finds by itself. All other codes are the server's: those of
 * docs/errors.md.
 */
export type ClientErrorCode =
  /** No response came, or not all of it: whether the server did what was asked is unknown. */
  | 'NetworkError'
  /** The response is not one of these accounts' server, but for example a proxy's. */
  | 'UnexpectedResponse'
  /** `init` was given an empty `appId`. */
  | 'AppIdNotSet'
  /** `init` was given an `appId` that no application can have. */
  | 'AppIdNotValid'
  /** A session is active; sign out first. */
  | 'UserAlreadySignedIn'
  /** The browser, or the page's place in it, has no passkeys. */
  | 'PasskeysNotSupported'
  /** The browser has used no passkey: the user declined, had none, or took too long. */
  | 'PasskeyNotAllowed'
  /** The device has a passkey of the account already. */
  | 'PasskeyAlreadyRegistered';

/** Fields of an {@link AccountsClientError}, besides its code and message. */
export interface ClientErrorFields {
  readonly status?: number;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly challenge?: string;
  readonly cause?: unknown;
}

/**
 * Error class of the client, with the `code` and `details` that the server sent.
 *
 * @example
 * ```ts
 * import { AccountsClientError, signIn, type AccountsClient } from '@latchkey/accounts/client';
 *
 * export async function submit(client: AccountsClient, username: string, password: string) {
 *   try {
 *     const { user } = await signIn(client, { username, password });
 *     return `Welcome, ${user.username ?? user.userId}.`;
 *   } catch (error) {
 *     if (!(error instanceof AccountsClientError)) throw error;
 *     if (error.code === 'NetworkError') return 'There is no connection. Try again.';
 *     return error.message;
 *   }
 * }
 * ```
 */
export class AccountsClientError extends Error {
  override readonly name: string = 'AccountsClientError';
  /** A code of docs/errors.md, or one of the client's own; a newer server may have more. */
  readonly code: ClientErrorCode | (string & NonNullable<unknown>);
  /** The HTTP status of the response; 0 without a response. */
  readonly status: number;
  /** The details that belong to the code. */
  readonly details: Readonly<Record<string, unknown>>;
  // Not a field of the object: a secret that error reporters must not find.
  readonly #challenge: string | undefined;

  constructor(
    code: AccountsClientError['code'],
    message: string,
    { status = 0, details = {}, challenge, cause }: ClientErrorFields = {},
  ) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.status = status;
    this.details = details;
    this.#challenge = challenge;
  }

  /** With `TwoFactorRequired` and `TwoFactorEnrolmentRequired`: continues the sign-in. */
  get challenge(): string | undefined {
    return this.#challenge;
  }
}
