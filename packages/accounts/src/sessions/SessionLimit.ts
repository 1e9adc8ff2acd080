import { EntityError } from '@latchkey/entity';
import type { AccountEntity } from '../core/ChangeCore.js';
import type { EventContext } from '../events/accountEvents.js';
import type { AccountDocument, ConnectionInfo } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** How many sessions that have ended are read along before only live ones are asked for. */
const SPARE = 25;

/** Keeps accounts to the number of sessions that they may have. */
export class SessionLimit {
  readonly #context: SessionsContext;
  readonly #accounts: AccountEntity;

  constructor(context: SessionsContext, accounts: AccountEntity) {
    this.#context = context;
    this.#accounts = accounts;
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
      // What the login has used up, a link or a code, cannot be used again.
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

  #sinceLastCut({ accountId, sessionsFrom }: AccountDocument) {
    return { accountId, ...(sessionsFrom !== undefined && { ulid: { $gte: sessionsFrom } }) };
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
 * The write that voids every session older than one; it never takes back what another login has
 * voided. The next session is to come after the newest, or that of a login by a clock that is behind
 * would go first.
 */
function cutBefore(
  { ulid: sessionsFrom }: SessionDocument,
  { ulid: sessionsTo }: SessionDocument,
  { accountId, sessionGeneration }: AccountDocument,
) {
  return {
    filter: { accountId },
    // What was counted is void where the generation has changed.
    condition: {
      sessionGeneration,
      $or: [{ sessionsFrom: { $exists: false } }, { sessionsFrom: { $lt: sessionsFrom } }],
    },
    update: { $set: { sessionsFrom, sessionsTo } },
  } satisfies Parameters<AccountEntity['updateOne']>[0];
}
