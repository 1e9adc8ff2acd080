import { randomBytes } from 'node:crypto';
import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { commitLogin, completeLogin } from '../login/completeLogin.js';
import { findToken } from '../flows/findToken.js';
import { forgetLinks } from '../flows/linkThrottleKeys.js';
import { sendLink, suppressEnumeration } from '../flows/sendLink.js';
import { tokenRefused, type FoundToken } from '../oneTimeTokens/OneTimeTokens.js';
import { NO_CLIENT, type ConnectionInfo, type SessionRequest } from '../requests/SessionRequest.js';
import { LOGIN_CHALLENGE_SUBJECT_BYTES } from '../tokens/LoginChallenges.js';
import { createSixDigitCode } from '../tokens/sixDigitCode.js';
import type { CompletedLogin } from '../login/completeLogin.js';
import {
  addressAttempt,
  addressDigest,
  codeAttempt,
  codeRefused,
  parseLoginCode,
  tokenOfCode,
  type LoginCode,
} from './loginCode.js';

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

/** Input of a login, of any form. */
interface ShownSecret {
  readonly token?: unknown;
  readonly challenge?: unknown;
  readonly code?: unknown;
  readonly request: SessionRequest;
}

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

  constructor(core: AccountsCore) {
    this.#core = core;
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
   * @returns the challenge that the code is good with, for the client that has asked and nobody else, as
   *   long as the link is; for an address without an account, too. It is signed by the token secret.
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `SecretTooShort`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async request(input: RequestMagicLinkInput): Promise<{ readonly challenge: string }> {
    requireObject(input, '');
    const { email, request } = input;
    const code = createSixDigitCode();
    let challenge = '';
    const eventContext: EventContext = { ...connectionContext(request), method: 'magicLink' };
    const send = this.#core.events.run('RequestMagicLink', eventContext, async () => {
      const identifier = parseLoginIdentifier(email, 'email', this.#core);
      if (identifier.kind !== 'email') {
        throw new AccountError('InvalidInput', { path: 'email', reason: 'notAnEmailAddress' });
      }
      challenge = await this.#issueChallenge(addressDigest(identifier.value), request);
      const link = { identifier, kind: 'magick_link', message: 'MagicLink' } as const;
      const secret = { token: tokenOfCode({ challenge, code }), code };
      try {
        await sendLink(this.#core, { ...link, secret, request, eventContext });
      } catch (error) {
        // No message was sent, so no code is good: guesses must not use up the address's failures.
        if (AccountError.is(error) && error.code === 'AccountLocked') {
          challenge = await this.#issueChallenge(
            randomBytes(LOGIN_CHALLENGE_SUBJECT_BYTES),
            request,
          );
        }
        throw error;
      }
    });
    await suppressEnumeration(send);
    return { challenge };
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
    requireObject(input, '');
    const { request, rememberMe } = input;
    const eventContext: EventContext = { ...connectionContext(request), method: 'magicLink' };
    return this.#core.events.run('Login', eventContext, async () => {
      const connection = this.#core.connectionOf(request);
      const found = await this.#find(input, connection);
      const { account } = found;
      eventContext.accountId = account.accountId;
      const isOwn = account.accessTypes.some(
        ({ data, verified }) =>
          verified === true && data.kind === 'email' && data.value === found.token.createdFor,
      );
      if (!isOwn) throw tokenRefused();
      const { createdFor: mailbox } = found.token;
      const { throttle } = this.#core;
      const forgotten = forgetLinks(this.#core, { kind: 'magick_link', account, mailbox });
      const login = { account, request, eventContext, ...(rememberMe === true && { rememberMe }) };
      const commit = commitLogin(this.#core, login, (change) =>
        change
          .useToken(found.token, tokenRefused, connection)
          .writeAll([forgotten, throttle.forgetOperation(addressAttempt(addressDigest(mailbox)))]),
      );
      return completeLogin(this.#core, login, commit);
    });
  }

  /** @throws AccountError `InvalidInput`, `AccountLocked`, `TooManyRequests`, `TokenVerificationFailed` */
  async #find(input: MagicLinkLoginInput, { ip }: ConnectionInfo): Promise<FoundToken> {
    const { token, challenge, code, request }: ShownSecret = input;
    if (challenge === undefined && code === undefined) {
      return findToken(this.#core, { token, kind: 'magick_link', request });
    }
    if (token !== undefined) {
      throw new AccountError('InvalidInput', { path: 'token', reason: 'notBesideCode' });
    }
    const shown = parseLoginCode({ challenge, code });
    const { throttle, loginChallenges } = this.#core;
    const address = await loginChallenges.verify(shown.challenge, request);
    // Made up or expired: no code is good with it, so there is no guess to count.
    if (!address) throw codeRefused();
    // Only guesses that are looked at count against the address.
    await throttle.recordAttempt({ ...codeAttempt(shown), ip });
    await throttle.recordAttempt(addressAttempt(address));
    try {
      return await this.#core.oneTimeTokens.find(tokenOfCode(shown), 'magick_link');
    } catch (error) {
      const isRefused = AccountError.is(error) && error.code === 'TokenVerificationFailed';
      throw isRefused ? codeRefused() : error;
    }
  }

  #issueChallenge(subject: Buffer, request: SessionRequest = NO_CLIENT): Promise<string> {
    const lifetimeMs = this.#core.oneTimeTokens.lifetimeMsOf('magick_link');
    return this.#core.loginChallenges.issue({ subject, lifetimeMs }, request);
  }
}
