import { EntityError } from '@latchkey/entity';
import type { AccountEntity } from '../core/ChangeCore.js';
import type { EventContext } from '../events/accountEvents.js';
import type { AccountDocument, ConnectionInfo } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { activeRange } from '../core/sessionMarks.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Maximum number of ended sessions that are read before the query filters for active ones. */
const SPARE = 25;

/** Enforces `maxSessions`. */
export class SessionLimit {
  readonly #context: SessionsContext;
  readonly #accounts: AccountEntity;

  constructor(context: SessionsContext, accounts: AccountEntity) {
    this.#context = context;
    this.#accounts = accounts;
  }

  /**
   * Ends the oldest sessions of an account if it has too many: one `Query`, and one write on the
   * account. Each login does so after its session was written, so that the last of several concurrent
   * logins sees all sessions. The event is `RevokeSessionsSuccess` with the method `maxSessions`. If it
   * fails, the login still succeeds; the event is `RevokeSessionsError`, and the next login tries again.
   */
  async enforce(
    account: AccountDocument,
    { ulid, impersonatedBy }: SessionDocument,
    connection: ConnectionInfo,
  ): Promise<void> {
    const { events, policy, sessions } = this.#context;
    const { maxSessions } = policy;
    if (maxSessions === Infinity || impersonatedBy !== undefined) return;
    const { accountId } = account;
    const eventContext: EventContext = {
      accountId,
      sessionId: ulid,
      method: 'maxSessions',
      ...connection,
    };
    const newest = (limit: number, isValid = false): ReturnType<typeof sessions.findMany> =>
      sessions.findMany({
        filter: { ...this.#sinceLastCut(account), ...(isValid && this.#stillValid(account)) },
        sort: 'descending',
        consistent: true,
        limit,
      });
    try {
      const hasEnded = await events.withFailureEvent('RevokeSessions', eventContext, async () => {
        const limit = maxSessions + SPARE;
        const { items } = await newest(limit);
        let live = this.#live(items, account);
        let oldest = live[maxSessions - 1];
        if (live.length <= maxSessions && items.length === limit) {
          // So many have ended since the last cut that one is made even where none is too many.
          live = this.#live((await newest(maxSessions + 1, true)).items, account);
          oldest = live[maxSessions - 1] ?? live.at(-1);
        }
        if (!oldest || oldest.ulid === account.sessionsFrom) return false;
        try {
          const { item } = await this.#accounts.updateOne(
            cutBefore(oldest, live[0] ?? oldest, account),
          );
          return item !== null && live.length > maxSessions;
        } catch (error) {
          if (EntityError.is(error) && error.code === 'ConditionFailed') return false;
          throw error;
        }
      });
      if (hasEnded) await events.emit('RevokeSessionsSuccess', eventContext);
    } catch {
      // The login must not fail: the link or code that it has used does not work again.
    }
  }

  #live(sessions: readonly SessionDocument[], account: AccountDocument): SessionDocument[] {
    const { policy, table } = this.#context;
    const now = table.now();
    return sessions.filter(
      (session) =>
        session.impersonatedBy === undefined && isSessionActive(session, account, now, policy),
    );
  }

  #sinceLastCut(account: AccountDocument) {
    const { from } = activeRange(account);
    return { accountId: account.accountId, ...(from !== undefined && { ulid: { $gte: from } }) };
  }

  #stillValid({ sessionGeneration }: AccountDocument) {
    return {
      valid: true,
      generation: sessionGeneration,
      expiresAt: { $gt: this.#context.table.now() },
      impersonatedBy: { $exists: false },
    };
  }
}

/**
 * Returns the write that ends every session older than one; it never restores a session that another
 * login has ended. The next session must sort after the newest, or a login on a server whose clock is
 * behind would be the first to end.
 */
function cutBefore(
  { ulid: sessionsFrom }: SessionDocument,
  { ulid: sessionsTo }: SessionDocument,
  { accountId, sessionGeneration }: AccountDocument,
) {
  return {
    filter: { accountId },
    // If the generation has changed, all counted sessions have ended anyway.
    condition: {
      sessionGeneration,
      $or: [{ sessionsFrom: { $exists: false } }, { sessionsFrom: { $lt: sessionsFrom } }],
    },
    update: { $set: { sessionsFrom, sessionsTo } },
  } satisfies Parameters<AccountEntity['updateOne']>[0];
}
