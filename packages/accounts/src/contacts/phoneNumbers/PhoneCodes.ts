import { readObject } from '../../errors/requireObject.js';
import { invalidOption } from '../../errors/invalidOption.js';
import type { AccountsCore } from '../../flows/AccountsCore.js';
import { requirePhones, type PhoneInput } from '../../identifiers/PhoneParser.js';
import type { CompletedLogin } from '../../login/completeLogin.js';
import type { LoginCode } from '../../login/loginCode.js';
import { LoginCodes, type CodeLoginInput } from '../../login/LoginCodes.js';
import type { SessionRequest } from '../../requests/SessionRequest.js';

/** Input of {@link PhoneCodes.request}. */
export interface RequestPhoneCodeInput extends PhoneInput {
  /** Request of the visitor: counted by address, and stored with the code (default: neither). */
  readonly request?: SessionRequest;
}

/** Input of {@link PhoneCodes.login}. */
export interface PhoneCodeLoginInput extends LoginCode {
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/**
 * Logins by a code that is sent to a verified phone number, with `phoneNumbers({ login: true })`.
 *
 * @example
 * ```ts
 * import type { AccountsWith, SessionRequest } from '@latchkey/accounts';
 *
 * export const ask = (accounts: AccountsWith<'phones'>, request: SessionRequest, phone: string) =>
 *   accounts.phoneCodes.request({ phone, request });
 *
 * export async function enter(
 *   accounts: AccountsWith<'phones'>,
 *   request: SessionRequest,
 *   form: { challenge: string; code: string },
 * ) {
 *   const { authToken } = await accounts.phoneCodes.login({ ...form, request });
 *   return authToken;
 * }
 * ```
 */
export class PhoneCodes {
  readonly #core: AccountsCore;
  readonly #codes: LoginCodes;
  readonly #isOffered: boolean;

  /** @internal */
  constructor(core: AccountsCore, isOffered: boolean) {
    this.#core = core;
    this.#codes = new LoginCodes(core, 'login_code');
    this.#isOffered = isOffered;
  }

  /** Tells whether the option asks for these logins. */
  get isOffered(): boolean {
    return this.#isOffered;
  }

  /**
   * Sends a code of six digits, with `delivery` as the message `LoginCode`, if the phone number is a
   * verified one of an account. The response, its requests (four) and its time are the same for every
   * number.
   *
   * A number gets as many as `throttling.code` allows, 5 by default, and then one after each wait, which is
   * not longer than a code's lifetime; the rest are dropped. Using a code resets the count.
   *
   * @returns the challenge that the code is good with, for the client that has asked and nobody else, for
   *   ten minutes (`tokens.loginCode`); for a number without an account, too.
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `login: true` or `delivery`.
   */
  async request(input: RequestPhoneCodeInput): Promise<{ readonly challenge: string }> {
    this.#requireOffered();
    input = readObject(input, '');
    const { phone, country, request } = input;
    return this.#codes.request({
      flow: 'RequestLoginCode',
      request,
      parse: () => ({
        kind: 'phone',
        value: requirePhones(this.#core.phones).parse(phone, country, 'phone'),
      }),
    });
  }

  /**
   * Logs in with the code: five requests. Of concurrent calls, only one gets the session. A second factor
   * is still required, and asking for it uses the code up.
   *
   * A challenge takes 5 attempts by default (`throttling.code`), then one after each wait. One number takes
   * 100 in a row, whoever asked for the codes; after that, it has to be verified again
   * (`contacts.requestPhoneVerification`).
   *
   * The phone network is a restricted authenticator (SP 800-63B-4 §3.1.3.3): offer another way in as well,
   * and never count a code as the second of two factors.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a code that is wrong, expired, used or
   *   revoked, for a challenge that `request` did not return, and for a number that is no longer the
   *   account's; `AccountLocked`, `AuthenticatorDisabled`, `TooManyRequests`; `AccountDeactivated` and
   *   `Vetoed`, which do not use the code up; `AccountNotActivated`, `TwoFactorRequired`,
   *   `TwoFactorEnrolmentRequired`, `SecretTooShort`, `ServiceUnavailable`; `InvalidConfiguration` without
   *   `login: true`.
   */
  async login(input: PhoneCodeLoginInput): Promise<CompletedLogin> {
    this.#requireOffered();
    input = readObject(input, '');
    const { challenge, code, request, rememberMe }: CodeLoginInput = input;
    // As texts that are missing, so that they are not taken for a link.
    const shown = { challenge: challenge ?? null, code: code ?? null };
    return this.#codes.login({ ...shown, request, rememberMe });
  }

  #requireOffered(): void {
    if (this.#isOffered) return;
    throw invalidOption('phones', 'Use phoneNumbers({ login: true }), so that codes log in.');
  }
}
