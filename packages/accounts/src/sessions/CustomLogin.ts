import type { AccountsCore } from '../accounts/AccountsCore.js';
import { findAccountId } from '../accounts/findAccountId.js';
import { readAccount } from '../contacts/readAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { requireObject } from '../errors/requireObject.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import { parseLoginIdentifier } from '../identifiers/parseLoginIdentifier.js';
import { isActivated } from '../login/isActivated.js';
import type { LoginResult } from './SessionBeginning.js';
import { readConnectionInfo, type SessionRequest } from './SessionRequest.js';

/** What {@link CustomLogin.pushCustomSession} takes. */
export interface PushCustomSessionInput {
  /** A username, an e-mail address, a phone number or an account id. */
  readonly username: string;
  readonly request: SessionRequest;
  /** Whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
}

/** Sessions that the application answers for. */
export class CustomLogin {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /**
   * Begins a session for an account without a password or a second factor: the application has made
   * sure of who it is, by means of its own. Never call it with what only a client says. Three
   * requests, two by account id; one more with `requireActivation`.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `AccountDeactivated`,
   *   `AccountNotActivated`, `Vetoed`, `SecretTooShort`, `ServiceUnavailable`.
   */
  readonly pushCustomSession = async (input: PushCustomSessionInput): Promise<LoginResult> => {
    requireObject(input, '');
    const { request, rememberMe } = input;
    const { accounts, events, sessions } = this.#core;
    const facts: EventFacts = { ...connectionFacts(request), method: 'custom' };
    return events.run('Login', facts, async () => {
      const identifier = parseLoginIdentifier(input.username, 'username');
      readConnectionInfo(request);
      const accountId = await findAccountId(this.#core, identifier);
      if (accountId === undefined) throw new AccountError('UserNotFound', {});
      const { item: account } = await accounts.findOne({ filter: { accountId }, consistent: true });
      if (!account) throw new AccountError('UserNotFound', {});
      facts.accountId = accountId;
      if (account.deactivated) throw new AccountError('AccountDeactivated', {});
      await this.#requireActivated(accountId);
      await events.ask('ValidateLogin', facts, { account });
      const login = await sessions.begin(account, request, {
        ...(rememberMe === true && { rememberMe }),
      });
      facts.sessionId = login.sessionDocument.ulid;
      return login;
    });
  };

  async #requireActivated(accountId: string): Promise<void> {
    if (!this.#core.requireActivation) return;
    const { accessTypes } = await readAccount(this.#core, accountId);
    if (!isActivated(accessTypes)) throw new AccountError('AccountNotActivated', {});
  }
}
