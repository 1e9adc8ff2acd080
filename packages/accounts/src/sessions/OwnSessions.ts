import { EntityError, type Connection } from '@latchkey/entity';
import { actingAccount, type ActingAccount } from '../core/actingAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { requireUlid } from '../errors/requireUlid.js';
import type { EventFacts } from '../events/accountEvents.js';
import { connectionFacts } from '../events/connectionFacts.js';
import type { AccountDocument, SessionRequest } from '../core/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { isLiveSession } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Whose sessions: those of a request's account, or of any where the application decides. */
export type ListSessionsInput = (
  | {
      readonly account: AccountDocument;
      readonly accountId?: undefined;
      readonly request?: undefined;
    }
  | (ActingAccount & { readonly account?: undefined })
) & {
  /** 1 to 1000 (default: 25). */
  readonly first?: number;
  /** The cursor of the page before. */
  readonly after?: string | null;
};

/**
 * A session as {@link OwnSessions.listSessions} shows it: the device is `connectionInfo.userAgent`,
 * the address `connectionInfo.ip`, both as of the login or the last rotation.
 */
export type ListedSession = SessionDocument & {
  /** Whether it is the session of the request that asks. */
  readonly current: boolean;
};

/** What an account can do with its sessions, and an application with those of any. */
export class OwnSessions {
  readonly #context: SessionsContext;

  constructor(context: SessionsContext) {
    this.#context = context;
  }

  /**
   * The live sessions of an account, oldest first: one `Query` for up to 25, as a rule. By
   * `accountId`, one request more.
   *
   * @param input - `request`, for the sessions of its own account, with `current`; or `account` as
   *   `handleRequest` or `findUser` gave it, or `accountId`, where the application decides.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  readonly listSessions = async (input: ListSessionsInput): Promise<Connection<ListedSession>> => {
    requireObject(input, '');
    const { sessions, table, policy } = this.#context;
    const { first = 25, after = null } = input;
    return inAccountTerms(async () => {
      const { account, sessionId } = await this.#ownerOf(input);
      const { accountId, sessionGeneration: generation, sessionsFrom } = account;
      const now = table.now();
      // After a cursor, what lies before the oldest that counts has been passed already.
      const from = after === null ? sessionsFrom : undefined;
      const { edges, pageInfo } = await cursorChecked(() =>
        sessions.paginate({
          filter: {
            accountId,
            valid: true,
            generation,
            expiresAt: { $gt: now },
            ...(from !== undefined && { ulid: { $gte: from } }),
          },
          consistent: true,
          first,
          after,
        }),
      );
      const live = edges.filter(({ node }) => isLiveSession(node, account, now, policy));
      return {
        edges: live.map(({ node, cursor }) => ({
          node: { ...node, current: node.ulid === sessionId },
          cursor,
        })),
        pageInfo,
      };
    });
  };

  /**
   * Ends one session of an account before it returns: one `UpdateItem`.
   *
   * @param input - `sessionId`: the session's `ulid`; and `request`, for one of its own account, or
   *   `accountId` where the application decides.
   * @returns whether the account has such a session.
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`,
   *   `ServiceUnavailable`.
   */
  readonly revokeSession = async (
    input: ActingAccount & { readonly sessionId: string },
  ): Promise<boolean> => {
    return this.#revoke(input, async ({ accountId }) => {
      const { sessionId: ulid } = input;
      requireUlid(ulid, 'sessionId');
      const { item } = await this.#context.sessions.updateOne({
        filter: { accountId, ulid },
        update: { $set: { valid: false } },
      });
      const isOwn = ulid === this.#sessionIdOf(input.request);
      return { result: item !== null, endsRequest: isOwn };
    });
  };

  /**
   * Ends every session of a request's account but its own before it returns: one transaction.
   *
   * @throws AccountError `InvalidInput`; `InvalidSession` where the session itself has ended
   *   meanwhile, and then nothing is done; `ImpersonatedSession`, `ServiceUnavailable`.
   */
  readonly revokeOtherSessions = async (input: {
    readonly request: SessionRequest;
  }): Promise<void> => {
    requireObject(input, '');
    const { request } = input;
    // As a request even where there is none: no account's sessions end by its id here.
    requireObject(request, 'request');
    return this.#revoke({ request }, async ({ accountId }) => {
      const { accounts, sessions, table, verified } = this.#context;
      const { account, session } = verified.of(request);
      const { ulid, generation: before } = session;
      const generation = table.newUlid();
      try {
        await table.transact([
          accounts.updateOneOperation({
            filter: { accountId },
            condition: { sessionGeneration: before },
            update: { $set: { sessionGeneration: generation } },
          }),
          // Nobody brings a session back that has ended meanwhile.
          sessions.updateOneOperation({
            filter: { accountId, ulid },
            condition: { valid: true, generation: before },
            update: { $set: { generation } },
          }),
        ]);
      } catch (error) {
        const isOver =
          EntityError.is(error) && (error.code === 'ConditionFailed' || error.code === 'NotFound');
        throw isOver ? new AccountError('InvalidSession', {}) : error;
      }
      verified.put(request, {
        account: { ...account, sessionGeneration: generation },
        session: { ...session, generation },
      });
      return { result: undefined, endsRequest: false };
    });
  };

  /**
   * Ends every session of an account before it returns, however many there are: one `UpdateItem`.
   *
   * @throws AccountError `InvalidInput`, `InvalidSession`, `ImpersonatedSession`, `UserNotFound`,
   *   `ServiceUnavailable`.
   */
  readonly revokeAllSessions = async (input: ActingAccount): Promise<void> => {
    return this.#revoke(input, async ({ accountId }) => {
      const { accounts, table } = this.#context;
      const update = { $set: { sessionGeneration: table.newUlid() } };
      const { item } = await accounts.updateOne({ filter: { accountId }, update });
      if (!item) throw new AccountError('UserNotFound', {});
      return { result: undefined, endsRequest: input.request !== undefined };
    });
  };

  async #revoke<T>(
    input: ActingAccount,
    action: (
      facts: EventFacts & { readonly accountId: string },
    ) => Promise<{ readonly result: T; readonly endsRequest: boolean }>,
  ): Promise<T> {
    requireObject(input, '');
    const { request } = input;
    const facts: EventFacts = connectionFacts(request);
    const { result, endsRequest } = await this.#context.events.run(
      'RevokeSessions',
      facts,
      async () => action(Object.assign(facts, this.#actingAccount(input))),
    );
    if (endsRequest && request) await this.#context.verified.destroy(request);
    return result;
  }

  async #ownerOf(
    input: ListSessionsInput,
  ): Promise<{ readonly account: AccountDocument; readonly sessionId?: string | undefined }> {
    if (input.account !== undefined) {
      requireObject(input.account, 'account');
      return { account: input.account };
    }
    const { accountId, sessionId } = this.#actingAccount(input);
    const { request } = input;
    if (request) return { account: this.#context.verified.of(request).account, sessionId };
    const filter = { accountId };
    const { item } = await this.#context.accounts.findOne({ filter, consistent: true });
    if (!item) throw new AccountError('UserNotFound', {});
    return { account: item };
  }

  #actingAccount(input: ActingAccount): EventFacts & { readonly accountId: string } {
    const { verified } = this.#context;
    return actingAccount(input, { verifiedSessionOf: (request) => verified.of(request) });
  }

  #sessionIdOf(request: SessionRequest | undefined): string | undefined {
    return request && this.#context.verified.find(request)?.session.ulid;
  }
}

async function cursorChecked<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!EntityError.is(error) || error.code !== 'InvalidCursor') throw error;
    throw new AccountError('InvalidInput', { path: 'after', reason: 'notACursor' });
  }
}
