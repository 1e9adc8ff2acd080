import { EntityError } from '@latchkey/entity';
import type { EventFacts } from '../events/accountEvents.js';
import type { AccountDocument, ConnectionInfo } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** How many sessions that have ended are read along before only live ones are asked for. */
const SPARE = 25;

/** Keeps accounts to the number of sessions that they may have. */
export class SessionLimit {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  /**
   * Ends the oldest sessions of an account if it has too many since its last login: one `Query`,
   * and one write on the account. Each login does so after its session was written, so that the
   * last of any number at the same time sees them all. What that has ended is told as
   * `RevokeSessionsSuccess`, by the method `maxSessions`. A login that has been written stays one if
   * this fails: that is told as `RevokeSessionsError`, and the next login does it.
   */
  async enforce(
    account: AccountDocument,
    { ulid, impersonatedBy }: SessionDocument,
    connection: ConnectionInfo,
  ): Promise<void> {
    if (this.#context.policy.maxSessions === Infinity || impersonatedBy !== undefined) return;
    const { events } = this.#context;
    const facts: EventFacts = {
      accountId: account.accountId,
      sessionId: ulid,
      method: 'maxSessions',
      ...connection,
    };
    try {
      const hasEnded = await events.begin('RevokeSessions', facts, () => this.#endSurplus(account));
      if (hasEnded) await events.emit('RevokeSessionsSuccess', facts);
    } catch {
      // What the login has used up, a link or a code, cannot be used again.
    }
  }

  /** Tells whether there were too many, and the write that ends them is this one. */
  async #endSurplus(account: AccountDocument): Promise<boolean> {
    const { maxSessions } = this.#context.policy;
    const { sessions: recent, isAll } = await this.#newest(account, maxSessions + SPARE);
    const live = this.#live(recent, account);
    if (live.length > maxSessions || isAll) {
      const isCut = await this.#cut(account, live[maxSessions - 1], live[0]);
      return isCut && live.length > maxSessions;
    }
    // So many have ended since the last cut that this one is made even where none is too many.
    const all = this.#live(await this.#newestValid(account, maxSessions + 1), account);
    const isCut = await this.#cut(account, all[maxSessions - 1] ?? all.at(-1), all[0]);
    return isCut && all.length > maxSessions;
  }

  #live(sessions: readonly SessionDocument[], account: AccountDocument): SessionDocument[] {
    const { policy, table } = this.#context;
    const now = table.now();
    return sessions.filter(
      (session) =>
        session.impersonatedBy === undefined && isSessionActive(session, account, now, policy),
    );
  }

  async #newest(
    { accountId, sessionsFrom }: AccountDocument,
    limit: number,
  ): Promise<{ sessions: readonly SessionDocument[]; isAll: boolean }> {
    const { items } = await this.#context.sessions.findMany({
      filter: { accountId, ...(sessionsFrom !== undefined && { ulid: { $gte: sessionsFrom } }) },
      sort: 'descending',
      consistent: true,
      limit,
    });
    return { sessions: items, isAll: items.length < limit };
  }

  async #newestValid(
    { accountId, sessionGeneration, sessionsFrom }: AccountDocument,
    limit: number,
  ): Promise<readonly SessionDocument[]> {
    const { sessions, table } = this.#context;
    const { items } = await sessions.findMany({
      filter: {
        accountId,
        ...(sessionsFrom !== undefined && { ulid: { $gte: sessionsFrom } }),
        valid: true,
        generation: sessionGeneration,
        expiresAt: { $gt: table.now() },
        impersonatedBy: { $exists: false },
      },
      sort: 'descending',
      consistent: true,
      limit,
    });
    return items;
  }

  /**
   * Voids every session older than one; never takes back what another login has voided. The next
   * session is to come after the newest, or that of a login by a clock that is behind would go first.
   *
   * @returns whether it was this call that did.
   */
  async #cut(
    { accountId, sessionGeneration, sessionsFrom: before }: AccountDocument,
    oldest: SessionDocument | undefined,
    newest: SessionDocument | undefined = oldest,
  ): Promise<boolean> {
    if (!oldest || !newest || oldest.ulid === before) return false;
    const sessionsFrom = oldest.ulid;
    try {
      const { item } = await this.#context.accounts.updateOne({
        filter: { accountId },
        // What was counted is void where the generation has changed.
        condition: {
          sessionGeneration,
          $or: [{ sessionsFrom: { $exists: false } }, { sessionsFrom: { $lt: sessionsFrom } }],
        },
        update: { $set: { sessionsFrom, sessionsTo: newest.ulid } },
      });
      return item !== null;
    } catch (error) {
      if (!EntityError.is(error) || error.code !== 'ConditionFailed') throw error;
      return false;
    }
  }
}
