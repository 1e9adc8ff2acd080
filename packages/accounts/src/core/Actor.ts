import {
  EntityError,
  type Condition,
  type TransactOperation,
  type TransactResults,
} from '@latchkey/entity';
import { Account } from '@latchkey/schema';
import { actingAccount, type ActingAccount } from './actingAccount.js';
import type { AccountsCore } from './AccountsCore.js';
import { AccountError } from '../errors/AccountError.js';
import type { EventFacts } from '../events/accountEvents.js';
import type { AccountDocument, SessionRequest } from './SessionRequest.js';
import { isLiveSession } from './sessionState.js';
import type { SessionDocument } from './VerifiedRequests.js';
import type { AccountWithContacts } from './Contact.js';
import { orSessionEnded } from '../contacts/endOtherSessions.js';
import { readAccount } from '../contacts/readAccount.js';

type Core = Pick<AccountsCore, 'accounts' | 'sessionEntity' | 'sessions' | 'table'>;

/** What becomes of the account itself in a transaction. */
export interface AccountWrite {
  /** Without it, the account is only checked. */
  readonly update?: Parameters<AccountsCore['accounts']['updateOne']>[0]['update'];
  /** The one that was read. */
  readonly version?: number;
  readonly condition?: Condition<AccountDocument>;
}

/** What an actor writes in one transaction. */
export interface ActorWrite<O extends readonly TransactOperation<unknown>[]> {
  readonly account: AccountWrite;
  readonly operations: O;
  /** What writes the session's row, and checks there that it has not ended. */
  readonly session?: readonly TransactOperation<unknown>[];
}

/**
 * Who acts on one account: its owner, in a session, or the application.
 *
 * A session may end after its request was let through: by a new password, say, because somebody else
 * is in the account. What was under way in it must not be carried out any more (ASVS 7.4.1, 7.4.3).
 * So a flow reads the account by {@link Actor.read}, and writes by {@link Actor.write}; or it takes
 * {@link Actor.condition} and {@link Actor.checks} into a write of its own. None of it costs a request.
 */
export class Actor {
  readonly accountId: string;
  /** Undefined where the application acts. */
  readonly request: SessionRequest | undefined;
  /** What events tell of who acts. */
  readonly facts: EventFacts;
  readonly #core: Core;

  /** @throws AccountError as `actingAccount`. */
  constructor(core: Core, input: ActingAccount) {
    this.#core = core;
    this.facts = actingAccount(input, core.sessions);
    this.request = input.request;
    this.accountId =
      input.accountId ?? core.sessions.verifiedSessionOf(input.request).account.accountId;
  }

  /**
   * The account with its contacts and tokens: one strongly consistent Query.
   *
   * @throws AccountError `UserNotFound`, `InvalidSession`
   */
  async read(): Promise<AccountWithContacts> {
    const family = await readAccount(this.#core, this.accountId);
    this.requireAlive(family);
    return family;
  }

  /**
   * Refuses to go on in a session that is not one of the account's any more.
   *
   * @param account - as it has just been read.
   * @throws AccountError `InvalidSession`
   */
  requireAlive(account: AccountDocument): void {
    if (!this.#isAlive(account)) throw new AccountError('InvalidSession', {});
  }

  /** What the account must be like for the session to be one of its. */
  get condition(): Condition<AccountDocument> {
    const session = this.#session;
    if (!session) return {};
    return {
      sessionGeneration: session.generation,
      $or: [{ sessionsFrom: { $exists: false } }, { sessionsFrom: { $lte: session.ulid } }],
    };
  }

  /** The checks, for a transaction that writes neither the account nor the session. */
  checks(): TransactOperation<unknown>[] {
    if (!this.request) return [];
    return [this.#accountOperation({}), ...this.sessionChecks()];
  }

  /**
   * `table.transact` for what the actor does: the account is written, or checked, on condition that
   * the session has not ended, neither with others nor by itself.
   *
   * @returns the account as it is then, where it had to be read for that, and what each write returns.
   * @throws AccountError `InvalidSession`; and what `table.transact` throws.
   */
  async write<const O extends readonly TransactOperation<unknown>[]>({
    account,
    operations,
    session = this.sessionChecks(),
  }: ActorWrite<O>): Promise<{
    readonly account: AccountDocument | null;
    readonly results: TransactResults<O>;
  }> {
    const own = this.#accountOperation(account);
    try {
      const [written, ...results] = await this.#core.table.transact([
        own,
        ...operations,
        ...session,
      ]);
      return {
        account: written,
        results: results.slice(0, operations.length) as TransactResults<O>,
      };
    } catch (error) {
      throw this.inItsTerms(error);
    }
  }

  /** The check that nobody has logged out of the session, for a transaction that does not write it. */
  sessionChecks(): TransactOperation<unknown>[] {
    const session = this.#session;
    if (!session) return [];
    const { accountId, ulid, generation } = session;
    return [
      this.#core.sessionEntity.checkOperation({
        filter: { accountId, ulid },
        condition: { valid: true, generation },
      }),
    ];
  }

  /** An error as it is, or `InvalidSession` where it is that the session has ended. */
  inItsTerms(error: unknown): unknown {
    const isAboutAccount =
      EntityError.is(error) &&
      error.code === 'ConditionFailed' &&
      error.details.entity === Account.name;
    if (isAboutAccount && !this.#isAlive(error.details.item as AccountDocument)) {
      return new AccountError('InvalidSession', {});
    }
    return orSessionEnded(error);
  }

  /** As it is said of the request: what the request does to its own session is known there. */
  get #session(): SessionDocument | undefined {
    return this.request && this.#core.sessions.verifiedSessionOf(this.request).session;
  }

  #isAlive(account: AccountDocument): boolean {
    const { sessions, table } = this.#core;
    const session = this.#session;
    return !session || isLiveSession(session, account, table.now(), sessions.policy);
  }

  #accountOperation({
    update,
    version,
    condition = {},
  }: AccountWrite): TransactOperation<AccountDocument | null> {
    const { accounts } = this.#core;
    const parts = [condition, this.condition].filter((part) => Object.keys(part).length > 0);
    const what = {
      filter: { accountId: this.accountId },
      ...(parts.length > 0 && { condition: { $and: parts } }),
    };
    if (!update) return withoutResult(accounts.checkOperation(what));
    return accounts.updateOneOperation({
      ...what,
      update,
      ...(version !== undefined && { version }),
    });
  }
}

function withoutResult(operation: TransactOperation<unknown>): TransactOperation<null> {
  return { prepare: async () => ({ ...(await operation.prepare()), result: null }) };
}
