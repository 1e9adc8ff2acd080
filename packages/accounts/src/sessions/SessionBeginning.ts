import type { CreateOneInput, TransactOperation } from '@latchkey/entity';
import type { Session } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { MAX_DURATION_MS } from '../tokens/parseDuration.js';
import { MaximumSessions } from './MaximumSessions.js';
import { readConnectionInfo, type AccountDocument, type SessionRequest } from './SessionRequest.js';
import type { SessionsContext } from './SessionsContext.js';
import type { SessionDocument } from './VerifiedRequests.js';

/** What a login gives. */
export interface LoginResult {
  readonly account: AccountDocument;
  /** For the client. It is not stored, and cannot be had again. */
  readonly authToken: string;
  readonly sessionDocument: SessionDocument;
}

/** What a session begins with. */
export interface BeginSessionOptions {
  /** Writes that belong to the login, done in the same transaction as the session. */
  readonly alongside?: readonly TransactOperation<unknown>[];
  /** Whether the client is to stay logged in for `rememberMeDuration` (default: false). */
  readonly rememberMe?: boolean;
  /** When the session ends, at the latest in 400 days (default: by the options of the sessions). */
  readonly expiresAt?: Date;
  /** How long the session lasts, 1 ms to 400 days, where `expiresAt` is not given. */
  readonly durationMs?: number;
  /** Who acts in the session, where it is not its owner. */
  readonly actor?: { readonly accountId: string; readonly sessionId: string };
}

/** A session that is ready to be written. */
export interface PreparedSession {
  /** For `SessionEntity.createOne` or `createOneOperation`. */
  readonly create: CreateOneInput<typeof Session>;
  readonly authToken: string;
  /** Does what writes the session, and tells the hooks if that fails. */
  readonly write: <T>(commit: () => Promise<T>) => Promise<T>;
  /** Puts the written session on the request, after those that are too many have been ended. */
  readonly complete: (sessionDocument: SessionDocument) => Promise<LoginResult>;
}

/** Begins sessions. */
export class SessionBeginning {
  readonly #context: SessionsContext;
  readonly #maximum: MaximumSessions;

  constructor(context: SessionsContext) {
    this.#context = context;
    this.#maximum = new MaximumSessions(context);
  }

  /** See `Sessions.begin`. */
  async begin(
    account: AccountDocument,
    request: SessionRequest,
    { alongside = [], ...options }: BeginSessionOptions = {},
  ): Promise<LoginResult> {
    const { sessions, table } = this.#context;
    const { create, write, complete } = await this.prepare(account, request, options);
    const sessionDocument = await write(async () => {
      if (alongside.length === 0) return (await sessions.createOne(create)).item;
      return (await table.transact([sessions.createOneOperation(create), ...alongside]))[0];
    });
    return complete(sessionDocument);
  }

  /** See `Sessions.prepare`. */
  async prepare(
    account: AccountDocument,
    request: SessionRequest,
    options: Omit<BeginSessionOptions, 'alongside'> = {},
  ): Promise<PreparedSession> {
    const { table, tokens, hooks, verified } = this.#context;
    const connectionInfo = readConnectionInfo(request);
    const { accountId, sessionGeneration: generation } = account;
    const { actor } = options;
    const isRemembered = options.rememberMe === true;
    const now = table.now();
    const expiresAt = this.#endOf(now, isRemembered, options);
    const ulid = table.newUlid();
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
          lastSeenAt: now,
          ...(kid !== undefined && { kid }),
          ...(isRemembered && { remembered: true }),
          // Who acts for others has not proven to be the owner.
          ...(actor
            ? { impersonatedBy: actor.accountId, impersonatorSessionId: actor.sessionId }
            : { authenticatedAt: now }),
        },
      },
      authToken,
      write: (commit) => hooks.upsert({ request, accountId }, commit),
      complete: async (sessionDocument) => {
        await this.#maximum.enforce(account, sessionDocument);
        request.authToken = authToken;
        verified.put(request, { account, session: sessionDocument });
        // Said of the session before, if there was one.
        delete request.sessionDestroyed;
        return { account, authToken, sessionDocument };
      },
    };
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
