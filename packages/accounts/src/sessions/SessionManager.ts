import { EntityError, type Connection } from '@latchkey/entity';
import type { ActingAccount } from '../core/actingAccount.js';
import { Actor } from '../core/Actor.js';
import type { ChangeCore } from '../core/ChangeCore.js';
import { changeAccount, type Flow } from '../core/changeAccount.js';
import { AccountError } from '../errors/AccountError.js';
import { withAccountErrors } from '../errors/withAccountErrors.js';
import { requireObject } from '../errors/requireObject.js';
import { requireUlid } from '../errors/requireUlid.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import { isSessionActive } from '../core/sessionState.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/**
 * Account whose sessions are listed: that of a request, or any account where the application
 * decides.
 */
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
 * A session as {@link SessionManager.listSessions} shows it: the device is `connectionInfo.userAgent`,
 * the address `connectionInfo.ip`, both as of the login or the last rotation.
 */
export type ListedSession = SessionDocument & {
  /** Tells whether it is the session of the request that asks. */
  readonly current: boolean;
};

/** Marks a transaction that was refused since there is no such session. */
const NO_SUCH_SESSION = new Error('There is no such session.');

/** Operations of an account on its own sessions, and of an application on those of any account. */
export class SessionManager {
  readonly #core: ChangeCore;

  constructor(core: ChangeCore) {
    this.#core = core;
  }

  /** Carries out {@link Sessions.listSessions}. */
  async listSessions(input: ListSessionsInput): Promise<Connection<ListedSession>> {
    requireObject(input, '');
    const { sessionEntity: sessions, table, sessionPolicy: policy } = this.#core;
    const { first = 25, after = null } = input;
    return withAccountErrors(async () => {
      const { account, actor } = await this.#ownerOf(input);
      const { accountId, sessionGeneration: generation, sessionsFrom } = account;
      const now = table.now();
      // After a cursor, what lies before the oldest that counts has been passed already.
      const from = after === null ? sessionsFrom : undefined;
      const read = cursorChecked(() =>
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
      const [{ edges, pageInfo }] = await Promise.all([read, actor?.assertSessionActive()]);
      const sessionId = actor?.session?.ulid;
      const live = edges.filter(({ node }) => isSessionActive(node, account, now, policy));
      return {
        edges: live.map(({ node, cursor }) => ({
          node: { ...node, current: node.ulid === sessionId },
          cursor,
        })),
        pageInfo,
      };
    });
  }

  /** Carries out {@link Sessions.revokeSession}. */
  async revokeSession(input: ActingAccount & { readonly sessionId: string }): Promise<boolean> {
    const { sessionId: ulid } = input;
    return this.#revoke(input, async (flow) => {
      requireUlid(ulid, 'sessionId');
      const { sessionEntity } = this.#core;
      const { accountId, session } = flow.actor;
      const update = { filter: { accountId, ulid }, update: { $set: { valid: false } } } as const;
      if (!session) return (await sessionEntity.updateOne(update)).item !== null;
      return flow.commitUnread((change) => {
        if (ulid === session.ulid) {
          const condition = { valid: true, generation: session.generation };
          change.writeSession(sessionEntity.updateOneOperation({ ...update, condition }));
        } else {
          change.write(sessionEntity.updateOneOperation(update), () => NO_SUCH_SESSION);
        }
        return () => true;
      });
    }).catch((error: unknown) => {
      if (error === NO_SUCH_SESSION) return false;
      throw error;
    });
  }

  /** Carries out {@link Sessions.revokeOtherSessions}. */
  async revokeOtherSessions(input: { readonly request: SessionRequest }): Promise<void> {
    requireObject(input, '');
    const { request } = input;
    // As a request even where there is none: no account's sessions end by its id here.
    requireObject(request, 'request');
    await changeAccount(this.#core, { flow: 'RevokeSessions', input: { request } }, (flow) =>
      flow.commitUnread((change) => {
        change.revokeOtherSessions().revokePending('contacts', 'tokens');
        return () => undefined;
      }),
    );
  }

  /** Carries out {@link Sessions.revokeAllSessions}. */
  async revokeAllSessions(input: ActingAccount): Promise<void> {
    await this.#revoke(input, (flow) =>
      flow.commitUnread((change) => {
        change.revokeAllSessions();
        change.revokePending('contacts', 'tokens');
        return () => undefined;
      }),
    );
  }

  /** Runs a flow after which a request whose own session has ended is told so. */
  async #revoke<T>(input: ActingAccount, run: (flow: Flow) => Promise<T>): Promise<T> {
    const { request } = (input as ActingAccount | null | undefined) ?? {};
    const own = request && this.#core.verified.find(request)?.session.ulid;
    const { sessionId } = (input as { readonly sessionId?: string } | null | undefined) ?? {};
    const result = await changeAccount(this.#core, { flow: 'RevokeSessions', input }, run);
    if (request && (sessionId === undefined || sessionId === own)) {
      await this.#core.verified.destroy(request);
    }
    return result;
  }

  async #ownerOf(
    input: ListSessionsInput,
  ): Promise<{ readonly account: AccountDocument; readonly actor?: Actor }> {
    if (input.account !== undefined) {
      requireObject(input.account, 'account');
      return { account: input.account };
    }
    const actor = Actor.of(this.#core, input);
    const { accountId, request } = actor;
    if (request) return { account: this.#core.verified.of(request).account, actor };
    const { item } = await this.#core.accounts.findOne({ filter: { accountId }, consistent: true });
    if (!item) throw new AccountError('UserNotFound', {});
    return { account: item };
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
