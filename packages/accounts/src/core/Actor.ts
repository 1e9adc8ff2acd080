import { EntityError, type Condition, type TransactOperation } from '@latchkey/entity';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import { connectionContext } from '../events/connectionContext.js';
import type { ChangeCore } from './ChangeCore.js';
import { actingAccount, type ActingAccount } from './actingAccount.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { isSessionActive, mayBeTorn } from './sessionState.js';
import type { SessionDocument } from './VerifiedRequests.js';

/** An actor's account, and the request that it acts by. */
interface ActorOptions {
  readonly accountId: string;
  readonly request?: SessionRequest | undefined;
  readonly eventContext: EventContext;
}

/**
 * Party that acts on one account: its owner, in a session, or the application, or the holder of a
 * token.
 *
 * A session may end after its request was let through: by a new password, say, because somebody else
 * is in the account. Nothing may be done in it then (ASVS 7.4.1, 7.4.3). `changeAccount` applies the
 * checks of this class to every flow; no flow applies them itself.
 */
export class Actor {
  readonly accountId: string;
  /** The request of the account's own session; undefined where the application acts, or a token. */
  readonly request: SessionRequest | undefined;
  /** The part of an event that tells who acts. */
  readonly eventContext: EventContext;
  readonly #core: ChangeCore;

  private constructor(core: ChangeCore, { accountId, request, eventContext }: ActorOptions) {
    this.#core = core;
    this.accountId = accountId;
    this.request = request;
    this.eventContext = eventContext;
  }

  /**
   * Authenticates the owner, by a request that `handleRequest` has let through, or takes the
   * application at its word.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`
   */
  static of(core: ChangeCore, input: ActingAccount): Actor {
    const eventContext = actingAccount(input, core.verified);
    return new Actor(core, {
      accountId: eventContext.accountId,
      request: input.request,
      eventContext,
    });
  }

  /**
   * Gives the holder of an account's token, who acts in the account's own session if the request is
   * of one.
   */
  static holding(core: ChangeCore, accountId: string, request: SessionRequest | undefined): Actor {
    const found = request && core.verified.find(request);
    const isOwn =
      found?.account.accountId === accountId && found.session.impersonatedBy === undefined;
    const eventContext = {
      ...connectionContext(request),
      accountId,
      ...(isOwn && { sessionId: found.session.ulid }),
    };
    return new Actor(core, { accountId, request: isOwn ? request : undefined, eventContext });
  }

  /** The session as the request has it: what the request does to its own session is known there. */
  get session(): SessionDocument | undefined {
    return this.request && this.#core.verified.of(this.request).session;
  }

  /** Tells whether the session is one of the account's, as that has just been read. */
  isActive(account: AccountDocument): boolean {
    const { sessionPolicy, table } = this.#core;
    const { session } = this;
    return !session || isSessionActive(session, account, table.now(), sessionPolicy);
  }

  /** The condition on the account under which the session is still active. */
  get condition(): Condition<AccountDocument> {
    const { session } = this;
    if (!session) return {};
    return {
      sessionGeneration: session.generation,
      $or: [{ sessionsFrom: { $exists: false } }, { sessionsFrom: { $lte: session.ulid } }],
    };
  }

  /** The check that the session has not been ended by itself, by a logout for example. */
  get sessionCheck(): TransactOperation<unknown> | undefined {
    const { session } = this;
    if (!session) return undefined;
    const { accountId, ulid, generation } = session;
    return this.#core.sessionEntity.checkOperation({
      filter: { accountId, ulid },
      condition: { valid: true, generation },
    });
  }

  /**
   * Reads the session and the account again: one strongly consistent `BatchGetItem`, none where no
   * session acts. A session that goes on under another generation, since another call in it has ended
   * the account's other sessions, is noted on the request as it is now.
   *
   * @throws AccountError `InvalidSession`
   */
  async assertSessionActive(): Promise<void> {
    const { request, session } = this;
    if (!request || !session) return;
    const { accounts, sessionEntity, table, verified, sessionPolicy } = this.#core;
    const { accountId, ulid } = session;
    const read = () =>
      table.batchGet(
        [accounts.reference({ accountId }), sessionEntity.reference({ accountId, ulid })],
        { consistent: true },
      );
    let found = await read();
    if (mayBeTorn(found[1], found[0])) found = await read();
    const [account, stored] = found;
    const generation = stored?.generation ?? '';
    const current = { ...session, valid: stored?.valid === true, generation };
    if (!account || !isSessionActive(current, account, table.now(), sessionPolicy)) {
      throw new AccountError('InvalidSession', {});
    }
    if (generation !== session.generation) verified.carryOver(request, generation);
  }

  /** Tells whether an error of the account's item says that the session has ended. */
  hasEndedBy(error: unknown): boolean {
    if (!this.request || !EntityError.is(error)) return false;
    if (error.code === 'NotFound') return true;
    return (
      error.code === 'ConditionFailed' && !this.isActive(error.details.item as AccountDocument)
    );
  }
}
