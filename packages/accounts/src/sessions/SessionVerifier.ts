import { EntityError } from '@latchkey/entity';
import type { InferWithSecrets, Session } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import type { EventContext } from '../events/accountEvents.js';
import type { VerifiedAuthToken } from '../tokens/AuthTokens.js';
import type { AccountDocument } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { isSessionActive, mayBeTorn, tokenStatus } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** The active session of a token. */
export interface CheckedSession {
  readonly account: AccountDocument;
  readonly session: InferWithSecrets<typeof Session>;
  /** False for the token before the last rotation, within its grace period. */
  readonly isCurrent: boolean;
}

/** Compares tokens with what is stored. */
export class SessionVerifier {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  /**
   * Reads account and session of a token, and those of an impersonator, in one strongly consistent
   * `BatchGetItem`, and once more before a session is refused for its generation. If a token is used after
   * it was replaced, its session ends (ASVS 10.4.5).
   *
   * @throws AccountError `InvalidSession`
   */
  async check(token: VerifiedAuthToken, eventContext: EventContext): Promise<CheckedSession> {
    const { table, accounts, sessions, policy } = this.#context;
    const { accountId, sessionId: ulid, actor } = token;
    const actors = actor && {
      account: accounts.reference({ accountId: actor.accountId }),
      session: sessions.reference({ accountId: actor.accountId, ulid: actor.sessionId }),
    };
    const read = () =>
      table.batchGet(
        [
          accounts.reference({ accountId }),
          sessions.reference({ accountId, ulid }, { secrets: true }),
          ...(actors ? ([actors.account, actors.session] as const) : ([] as const)),
        ],
        { consistent: true },
      );
    let found = await read();
    if (mayBeTorn(found[1], found[0])) found = await read();
    const [account, session, actingAccount = null, actingSession = null] = found;
    const isAllowedToAct = !actor || this.#mayAct(actingAccount, actingSession);
    const now = table.now();
    if (
      account === null ||
      session === null ||
      account.deactivated ||
      !isAllowedToAct ||
      session.impersonatedBy !== token.actor?.accountId ||
      session.impersonatorSessionId !== token.actor?.sessionId ||
      !isSessionActive(session, account, now, policy)
    ) {
      throw new AccountError('InvalidSession', {});
    }
    const status = tokenStatus(token, session, now, policy);
    // Only once for each session, however often such a token is used at the same time.
    if (status === 'reused' && (await this.revoke(session))) {
      await this.#context.events.emit('TokenReuseDetected', eventContext);
    }
    if (status !== 'current' && status !== 'previous') {
      throw new AccountError('InvalidSession', {});
    }
    return { account, session, isCurrent: status === 'current' };
  }

  /**
   * Ends a session, whatever its token.
   *
   * @returns true if the session existed and had not ended.
   */
  async revoke({ accountId, ulid }: Pick<SessionDocument, 'accountId' | 'ulid'>): Promise<boolean> {
    try {
      const { item } = await this.#context.sessions.updateOne({
        filter: { accountId, ulid },
        condition: { valid: true },
        update: { $set: { valid: false } },
      });
      return item !== null;
    } catch (error) {
      if (EntityError.is(error) && error.code === 'ConditionFailed') return false;
      throw error;
    }
  }

  /** Checks that an impersonator is still logged in, and has the permission (ASVS 8.3.2). */
  #mayAct(account: AccountDocument | null, session: SessionDocument | null): boolean {
    const { table, policy } = this.#context;
    return (
      account !== null &&
      session !== null &&
      !account.deactivated &&
      account.permissions.includes(policy.impersonationPermission) &&
      // No idle timeout: the impersonator's own session is in use by this request.
      isSessionActive(session, account, table.now(), { ...policy, idleTimeoutMs: undefined })
    );
  }
}
