import type { AccountsCore } from '../flows/AccountsCore.js';
import { findAccountId } from '../flows/findAccountId.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { isVerifiedIdentifier, isActivated } from '../flows/isVerifiedIdentifier.js';
import { documentOf } from '../core/Account.js';
import { loadAccountOrThrow } from '../core/loadAccount.js';
import type { LoginResult } from '../sessions/SessionIssuer.js';
import type { SessionRequest } from '../requests/SessionRequest.js';

/** Input of {@link CustomLogin.pushCustomSession}. */
export interface PushCustomSessionInput {
  /** A username, a verified e-mail address or phone number, or an account id. */
  readonly username: string;
  readonly request: SessionRequest;
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** Sessions that the application begins on its own authority. */
export class CustomLogin {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /** Carries out {@link Accounts.pushCustomSession}. */
  async pushCustomSession(input: PushCustomSessionInput): Promise<LoginResult> {
    input = readObject(input, '');
    const { request, rememberMe } = input;
    const { events, requireActivation, sessions } = this.#core;
    const eventContext: EventContext = { ...connectionContext(request), method: 'custom' };
    return events.run('Login', eventContext, async () => {
      const identifier = parseLoginIdentifier(input.username, 'username', this.#core);
      this.#core.connectionOf(request);
      const accountId = await findAccountId(this.#core, identifier);
      if (accountId === undefined) throw new AccountError('UserNotFound', {});
      const { accessTypes, ...found } = await loadAccountOrThrow(this.#core, accountId);
      const account = documentOf(found);
      eventContext.accountId = accountId;
      if (!isVerifiedIdentifier({ accessTypes }, identifier))
        throw new AccountError('UserNotFound', {});
      if (account.deactivated) throw new AccountError('AccountDeactivated', {});
      if (requireActivation && !isActivated(accessTypes)) {
        throw new AccountError('AccountNotActivated', {});
      }
      await events.authorize('ValidateLogin', eventContext, { account });
      const login = await sessions.issuer.begin(account, request, {
        ...(rememberMe === true && { rememberMe }),
      });
      eventContext.sessionId = login.sessionDocument.ulid;
      return login;
    });
  }
}
