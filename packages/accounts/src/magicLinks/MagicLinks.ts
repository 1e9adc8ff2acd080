import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import type { LoginCode } from '../login/loginCode.js';
import { LoginCodes } from '../login/LoginCodes.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { LinkSignUp } from './LinkSignUp.js';

/** Input of {@link MagicLinks.request}. */
export interface RequestMagicLinkInput {
  readonly email: string;
  /**
   * Request of the visitor: counted by address, stored with the token, and handed on to `getTokenSecret`
   * (default: not counted or stored; `getTokenSecret` is given a request without address and token).
   */
  readonly request?: SessionRequest;
}

/** Input of {@link MagicLinks.login}: the token from the link, or the code and its challenge. */
export type MagicLinkLoginInput = {
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
} & (
  | { readonly token: string; readonly challenge?: undefined; readonly code?: undefined }
  | (LoginCode & { readonly token?: undefined })
);

/**
 * Logins by a link that is sent to an e-mail address, or by the code that comes with it.
 *
 * @example
 * ```ts
 * import type { Accounts, SessionRequest } from '@latchkey/accounts';
 *
 * export async function ask(accounts: Accounts, request: SessionRequest, email: string) {
 *   const { challenge } = await accounts.magicLinks.request({ email, request });
 *   return { challenge, message: 'If there is such an account, it has mail.' };
 * }
 *
 * export async function follow(accounts: Accounts, request: SessionRequest, token: string) {
 *   const { authToken } = await accounts.magicLinks.login({ token, request });
 *   return authToken;
 * }
 * ```
 */
export class MagicLinks {
  readonly #core: AccountsCore;
  readonly #codes: LoginCodes;
  readonly #signUp: LinkSignUp | undefined;

  /** @internal */
  constructor(core: AccountsCore, signUp?: LinkSignUp) {
    this.#core = core;
    this.#codes = new LoginCodes(core, 'magick_link');
    this.#signUp = signUp;
  }

  /**
   * Sends a login link and a code of six digits, with `delivery` as the message `MagicLink`, if the address is a verified
   * one of an account. A public form reveals nothing: the response, its requests (four) and its
   * time are the same for every address. An unverified address gets none, because someone else may
   * have entered it.
   *
   * A mailbox gets as many as `throttling.code` allows, 5 by default, and then one after each wait,
   * which is not longer than a link's lifetime; the rest are dropped. Using a link resets the
   * count.
   *
   * With the option `signUpByLink`, an address that no account has gets a link and a code that make one.
   *
   * @returns the challenge that the code is good with, for the client that has asked and nobody else, for
   *   ten minutes (`tokens.loginCode`), but no longer than the link; for an address without an account,
   *   too. It is signed by the token secret.
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async request(input: RequestMagicLinkInput): Promise<{ readonly challenge: string }> {
    input = readObject(input, '');
    const { email, request } = input;
    const signUp = this.#signUp;
    return this.#codes.request({
      flow: 'RequestMagicLink',
      request,
      parse: () => {
        const identifier = parseLoginIdentifier(email, 'email', this.#core);
        if (identifier.kind === 'email') return identifier;
        throw new AccountError('InvalidInput', { path: 'email', reason: 'notAnEmailAddress' });
      },
      toNobody: signUp && ((invitation) => signUp.invite(invitation)),
    });
  }

  /**
   * Logs in with a link, or with the code that was sent with it. Of concurrent calls, only one gets
   * the session. Three requests, and two more to count an attempt with a code. A second factor is
   * still required, and asking for it consumes the link.
   *
   * A challenge takes 5 attempts by default (`throttling.code`), then one after each wait. One address
   * takes 100 in a row, whoever asked for the codes; after that, only a link works, and resets the
   * count. A challenge that `request` did not return, or that has expired, is refused without a request.
   *
   * A link proves access to a mailbox, which NIST does not accept as out-of-band authentication (SP
   * 800-63B-4 §3.1.3.1): it cannot count as the second of two factors.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a link that is unknown,
   *   expired, used, revoked, of another kind, or for an address that is no longer the account's or
   *   no longer verified; `AccountDeactivated` and `Vetoed`, which do not consume it;
   *   `TwoFactorRequired`, `TwoFactorEnrolmentRequired`, `TooManyRequests`, `SecretTooShort`,
   *   `ServiceUnavailable`; with a code also `AccountLocked` and `AuthenticatorDisabled`.
   */
  async login(input: MagicLinkLoginInput): Promise<CompletedLogin> {
    const signUp = this.#signUp;
    return this.#codes.login(
      input,
      signUp && ((token, usedFrom) => signUp.signUp({ token, usedFrom, login: input })),
    );
  }
}
