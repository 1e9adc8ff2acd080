import type { AccountsCore } from '../flows/AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import { readObject, requireUlid } from '../errors/requireObject.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import { isActivated } from '../flows/isVerifiedIdentifier.js';
import { documentOf, type Account } from '../core/Account.js';
import { loadAccountOrThrow } from '../core/loadAccount.js';
import type { LoginResult } from '../sessions/SessionIssuer.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';

/** Input of {@link Impersonation.impersonate}. */
export interface ImpersonateInput {
  /** Request of the impersonator, accepted by `handleRequest`; it is not changed. */
  readonly request: SessionRequest;
  /** Account id of the user to impersonate. */
  readonly accountId: string;
}

/** Sessions in which someone with the permission acts for another user. */
export class Impersonation {
  readonly #core: AccountsCore;

  constructor(core: AccountsCore) {
    this.#core = core;
  }

  /** Carries out {@link Accounts.impersonate}. */
  async impersonate(input: ImpersonateInput): Promise<LoginResult> {
    input = readObject(input, '');
    const { request, accountId } = input;
    const { events, requireActivation, sessions, sessionPolicy, verified } = this.#core;
    const eventContext: EventContext = connectionContext(request);
    return events.run('Impersonation', eventContext, async () => {
      const { account: actor, session } = verified.of(request);
      eventContext.actorId = actor.accountId;
      if (session.impersonatedBy !== undefined) throw new AccountError('ImpersonatedSession', {});
      sessions.guards.assertPermission(request, sessionPolicy.impersonationPermission);
      const { accessTypes, ...found } = await this.#findOther(accountId, actor);
      const account = documentOf(found);
      eventContext.accountId = accountId;
      if (account.deactivated) throw new AccountError('AccountDeactivated', {});
      if (requireActivation && !isActivated(accessTypes)) {
        throw new AccountError('AccountNotActivated', {});
      }
      await events.authorize('ValidateImpersonation', eventContext, { account });
      const endMs = this.#core.table.now().getTime() + sessionPolicy.impersonationDurationMs;
      const { create, write, authToken } = await sessions.issuer.prepare(account, request, {
        actor: { accountId: actor.accountId, sessionId: session.ulid },
        expiresAt: new Date(Math.min(endMs, session.expiresAt.getTime())),
      });
      const { item } = await write(() => this.#core.sessionEntity.createOne(create));
      eventContext.sessionId = item.ulid;
      return { account, authToken, sessionDocument: item };
    });
  }

  async #findOther(accountId: string, actor: AccountDocument): Promise<Account> {
    requireUlid(accountId, 'accountId');
    if (accountId === actor.accountId) {
      throw new AccountError('InvalidInput', { path: 'accountId', reason: 'ownAccount' });
    }
    return loadAccountOrThrow(this.#core, accountId);
  }
}
