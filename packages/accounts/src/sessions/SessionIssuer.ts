import { readObject } from '../errors/requireObject.js';
import { EntityError, type CreateOneInput, type TransactOperation } from '@latchkey/entity';
import { Session } from '@latchkey/schema';
import type { AccountEntity } from '../core/ChangeCore.js';
import { AccountError } from '../errors/AccountError.js';
import { MAX_DURATION_MS } from '../tokens/parseDuration.js';
import { SessionLimit } from './SessionLimit.js';
import type { AccountDocument, SessionRequest } from '../requests/SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import { nextSession } from '../core/sessionMarks.js';
import type { SessionDocument } from '../core/VerifiedRequests.js';

/** Result of a login. */
export interface LoginResult {
  readonly account: AccountDocument;
  /** For the client. It is not stored and cannot be retrieved again. */
  readonly authToken: string;
  readonly sessionDocument: SessionDocument;
}

/** Options for beginning a session. */
export interface BeginSessionOptions {
  /** Other writes of the login, made in the same transaction as the session. */
  readonly alongside?: readonly TransactOperation<unknown>[];
  /** Tells whether the session lasts for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
  /** End of the session, at most 400 days from now (default: set by the `sessions` options). */
  readonly expiresAt?: Date;
  /** Duration of the session, 1 ms to 400 days, if `expiresAt` is not given. */
  readonly durationMs?: number;
  /**
   * Tells whether the end of the session stays, whatever `sessions.extend` says (default: true if `expiresAt`
   * or `durationMs` is given).
   */
  readonly fixedEnd?: boolean;
  /** The impersonator, in an impersonation session. */
  readonly actor?: { readonly accountId: string; readonly sessionId: string };
}

/** Operations that end the previous session, if there was one. */
export type EndingOperations = readonly TransactOperation<unknown>[];

/** A session that is ready to be written. */
export interface PreparedSession {
  /** For `SessionEntity.createOne` or `createOneOperation`. */
  readonly create: CreateOneInput<typeof Session>;
  readonly authToken: string;
  /**
   * Calls `commit`, which writes the session, and runs the hooks if it fails. `ending` is the write that
   * ends the request's previous session, to be made in the same transaction (ASVS 7.2.4). If that session
   * no longer exists, `commit` is called again without it.
   */
  readonly write: <T>(commit: (ending: EndingOperations) => Promise<T>) => Promise<T>;
  /**
   * Sets the written session on the request, after trying to end the sessions that exceed `maxSessions`.
   */
  readonly complete: (sessionDocument: SessionDocument) => Promise<LoginResult>;
}

/** Begins sessions. */
export class SessionIssuer {
  readonly #context: SessionsContext;
  readonly #maximum: SessionLimit;

  constructor(context: SessionsContext, accounts: AccountEntity) {
    this.#context = context;
    this.#maximum = new SessionLimit(context, accounts);
  }

  /** Carries out {@link Sessions.begin}. */
  async begin(
    account: AccountDocument,
    request: SessionRequest,
    { alongside = [], ...options }: BeginSessionOptions = {},
  ): Promise<LoginResult> {
    const { sessions, table } = this.#context;
    const given = readObject(account, 'account');
    const { create, write, complete } = await this.prepare(given, request, options);
    const sessionDocument = await write(async (ending) => {
      const others = [...alongside, ...ending];
      if (others.length === 0) return (await sessions.createOne(create)).item;
      return (await table.transact([sessions.createOneOperation(create), ...others]))[0];
    });
    return complete(sessionDocument);
  }

  /**
   * Prepares a session that is written in a transaction. It holds the account's generation, so that a
   * concurrent revocation ends it, too. The request's previous session ends with the writes that `write`
   * passes to `commit`.
   *
   * @throws AccountError `InvalidInput`, `SecretTooShort`, `ServiceUnavailable`
   */
  async prepare(
    account: AccountDocument,
    request: SessionRequest,
    options: Omit<BeginSessionOptions, 'alongside'> = {},
  ): Promise<PreparedSession> {
    const { table, tokens, hooks, verified } = this.#context;
    const connectionInfo = this.#context.connectionOf(request);
    const { accountId, sessionGeneration: generation } = account;
    const { actor } = options;
    // An impersonator stays logged in: the impersonation ends with their own session.
    const ending = actor ? [] : this.#endingOf(request);
    const isRemembered = options.rememberMe === true;
    const now = table.now();
    const expiresAt = this.#endOf(now, isRemembered, options);
    const isGiven = options.expiresAt !== undefined || options.durationMs !== undefined;
    const { fixedEnd = isGiven } = options;
    const ulid = nextSession(account, table.newUlid());
    const { authToken, secretDigest, kid } = await tokens.issue(
      {
        accountId,
        sessionId: ulid,
        rotation: 0,
        expiresAtMs: expiresAt.getTime(),
        ...(actor && { actor }),
      },
      request,
    );
    return {
      create: {
        ulid,
        item: {
          accountId,
          token: secretDigest,
          valid: true,
          connectionInfo,
          expiresAt,
          generation,
          rotation: 0,
          lastSeenAt: now,
          ...(kid !== undefined && { kid }),
          ...(isRemembered && { remembered: true }),
          ...(fixedEnd && { fixedEnd }),
          // An impersonator has not authenticated as the owner.
          ...(actor
            ? { impersonatedBy: actor.accountId, impersonatorSessionId: actor.sessionId }
            : { authTime: now }),
        },
      },
      authToken,
      write: (commit) => hooks.upsert({ request, accountId }, () => unlessGone(ending, commit)),
      complete: async (sessionDocument) => {
        await this.#maximum.enforce(account, sessionDocument, connectionInfo);
        request.authToken = authToken;
        verified.put(request, { account, session: sessionDocument });
        // Said of the session before, if there was one.
        delete request.sessionDestroyed;
        return { account, authToken, sessionDocument };
      },
    };
  }

  #endingOf(request: SessionRequest): EndingOperations {
    const { sessions, verified } = this.#context;
    const before = verified.find(request)?.session;
    if (!before) return [];
    const { accountId, ulid } = before;
    const update = { $set: { valid: false } };
    return [sessions.updateOneOperation({ filter: { accountId, ulid }, update })];
  }

  #endOf(
    now: Date,
    isRemembered: boolean,
    { expiresAt, durationMs }: Pick<BeginSessionOptions, 'expiresAt' | 'durationMs'>,
  ): Date {
    const { policy } = this.#context;
    const nowMs = now.getTime();
    const own = isRemembered ? policy.rememberMeDurationMs : policy.durationMs;
    const endMs = expiresAt?.getTime() ?? nowMs + (durationMs ?? own);
    if (endMs > nowMs && endMs <= nowMs + MAX_DURATION_MS) return new Date(endMs);
    const path = expiresAt ? 'expiresAt' : 'durationMs';
    throw new AccountError('InvalidInput', { path, reason: 'outOfRange' });
  }
}

/** Commits without the write that ends the previous session if that session no longer exists. */
async function unlessGone<T>(
  ending: EndingOperations,
  commit: (ending: EndingOperations) => Promise<T>,
): Promise<T> {
  try {
    return await commit(ending);
  } catch (error) {
    const isGone =
      EntityError.is(error) && error.code === 'NotFound' && error.details.entity === Session.name;
    if (isGone && ending.length > 0) return commit([]);
    throw error;
  }
}
