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
import { tokenRefused } from '../oneTimeTokens/OneTimeTokens.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { CompletedLogin } from '../login/completeLogin.js';

/** Input of {@link MagicLinks.request}. */
export interface RequestMagicLinkInput {
  readonly email: string;
  /** Request of the visitor: counted by address, and kept with the token. */
  readonly request?: SessionRequest;
}

/** Input of {@link MagicLinks.login}. */
export interface MagicLinkLoginInput {
  /** From the link. */
  readonly token: string;
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/**
 * Logins by a link that goes to an e-mail address.
 *
 * @example
 * ```ts
 * import type { Accounts, SessionRequest } from '@latchkey/accounts';
 *
 * export async function ask(accounts: Accounts, request: SessionRequest, email: string) {
 *   await accounts.magicLinks.request({ email, request });
 *   return 'If there is such an account, it has mail.';
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
   * Sends a link to log in by, if the address is a verified one of an account: by `delivery`, as the
   * message `MagicLink`. Whoever asks on a public form learns nothing else: the answer, its requests
   * (four) and its time are the same for every address. An address that is not verified gets none,
   * as somebody else may have put it there.
   *
   * A mailbox gets as many as `throttling.code` says, 5, and then one after each wait, which is no
   * longer than a link is good for; the rest are dropped. A link that was followed begins the count
   * again.
   *
   * @throws AccountError `InvalidInput`, `TooManyRequests`, `ServiceUnavailable`;
   *   `InvalidConfiguration` without `delivery`.
   */
  async request(input: RequestMagicLinkInput): Promise<void> {
    requireObject(input, '');
    const { email, request } = input;
    const eventContext: EventContext = { ...connectionContext(request), method: 'magicLink' };
    const send = this.#core.events.run('RequestMagicLink', eventContext, async () => {
      const identifier = parseLoginIdentifier(email, 'email', this.#core);
      if (identifier.kind !== 'email') {
        throw new AccountError('InvalidInput', { path: 'email', reason: 'notAnEmailAddress' });
      }
      const link = { identifier, kind: 'magick_link', message: 'MagicLink' } as const;
      await sendLink(this.#core, { ...link, request, eventContext });
    });
    await suppressEnumeration(send);
  }

  /**
   * Logs in by a link: of any number of callers, one gets the session. Three requests. A second
   * factor is still asked for, and the link is used up by that.
   *
   * It shows that somebody reads a mailbox, which NIST does not accept as out-of-band
   * authentication (SP 800-63B-4 §3.1.3.1): of two factors, it is none to count as the second.
   *
   * @throws AccountError `InvalidInput`; `TokenVerificationFailed` for a link that is unknown,
   *   expired, used, void, of another kind, or to an address that is not the account's, or is no longer
   *   verified; `AccountDeactivated` and `Vetoed`, with which it is not used up;
   *   `TwoFactorRequired`, `TwoFactorEnrolmentRequired`, `TooManyRequests`, `SecretTooShort`,
   *   `ServiceUnavailable`.
   */
  async login(input: MagicLinkLoginInput): Promise<CompletedLogin> {
    requireObject(input, '');
    const { token, request, rememberMe } = input;
    const eventContext: EventContext = { ...connectionContext(request), method: 'magicLink' };
    return this.#core.events.run('Login', eventContext, async () => {
      const connection = this.#core.connectionOf(request);
      const found = await findToken(this.#core, { token, kind: 'magick_link', request });
      const { account } = found;
      eventContext.accountId = account.accountId;
      const isOwn = account.accessTypes.some(
        ({ data, verified }) =>
          verified === true && data.kind === 'email' && data.value === found.token.createdFor,
      );
      if (!isOwn) throw tokenRefused();
      const forgotten = forgetLinks(this.#core, {
        kind: 'magick_link',
        account,
        mailbox: found.token.createdFor,
      });
      const login = { account, request, eventContext, ...(rememberMe === true && { rememberMe }) };
      const commit = commitLogin(this.#core, login, (change) =>
        change.useToken(found.token, tokenRefused, connection).writeAll([forgotten]),
      );
      return completeLogin(this.#core, login, commit);
    });
  }
}
