import type { Connection, Entity, Table } from '@latchkey/entity';
import { EntityError } from '@latchkey/entity';
import { Session, type Infer } from '@latchkey/schema';
import type { AccountEntity } from '../accounts/AccountEntity.js';
import { AccountError } from '../errors/AccountError.js';
import { inAccountTerms } from '../errors/inAccountTerms.js';
import { requireObject } from '../errors/requireObject.js';
import { requireUlid } from '../errors/requireUlid.js';
import {
  AuthTokens,
  type AuthTokensOptions,
  type VerifiedAuthToken,
} from '../tokens/AuthTokens.js';
import { digestMatches, digestSecret } from '../tokens/digestSecret.js';
import { parseDuration, type Duration } from '../tokens/parseDuration.js';
import {
  destroySession,
  readConnectionInfo,
  type AccountDocument,
  type SessionRequest,
} from './SessionRequest.js';

/** How sessions are signed, and how long they last. */
export interface SessionsOptions extends Pick<
  AuthTokensOptions<SessionRequest>,
  'getTokenSecret' | 'audience'
> {
  /** How long a session lasts (default: `'7d'`; at most 400 days). */
  readonly tokenDuration?: Duration;
}

/** What a login gives. */
export interface LoginResult {
  readonly account: AccountDocument;
  /** For the client. It is not stored, and cannot be had again. */
  readonly authToken: string;
  readonly sessionDocument: Infer<typeof Session>;
}

/** What {@link Sessions.listSessions} takes. */
export interface ListSessionsInput {
  readonly account: AccountDocument;
  readonly first?: number;
  readonly after?: string | null;
}

/** What {@link Sessions.logout} takes. */
export interface LogoutInput {
  readonly authToken: string;
  readonly request: SessionRequest;
}

/** The sessions of all accounts: they begin at login, and every request is checked against them. */
export class Sessions {
  readonly #table: Table;
  readonly #accounts: AccountEntity;
  readonly #sessions: Entity<typeof Session>;
  readonly #tokens: AuthTokens<SessionRequest>;
  readonly #durationMs: number;

  /** @internal */
  constructor(
    options: SessionsOptions,
    table: Table,
    accounts: AccountEntity,
    sessions: Entity<typeof Session>,
  ) {
    const { tokenDuration = '7d', getTokenSecret, audience } = options;
    this.#table = table;
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#durationMs = parseDuration(tokenDuration, 'sessions.tokenDuration');
    this.#tokens = new AuthTokens({
      getTokenSecret,
      ...(audience !== undefined && { audience }),
      now: () => table.now().getTime(),
    });
  }

  /**
   * Begins a session: one `PutItem`. The account's generation goes into it, so that a revocation
   * that happens at the same time voids it, too.
   *
   * @throws AccountError `InvalidInput`, `SecretTooShort`, `ServiceUnavailable`
   */
  async begin(account: AccountDocument, request: SessionRequest): Promise<LoginResult> {
    const connectionInfo = readConnectionInfo(request);
    const { accountId, sessionGeneration: generation } = account;
    const expiresAt = new Date(this.#table.now().getTime() + this.#durationMs);
    const ulid = this.#table.newUlid();
    const { authToken, secretDigest: token } = await this.#tokens.issue(
      { accountId, sessionId: ulid, rotation: 0, expiresAtMs: expiresAt.getTime() },
      request,
    );
    const { item: sessionDocument } = await inAccountTerms(() =>
      this.#sessions.createOne({
        ulid,
        item: { accountId, token, valid: true, connectionInfo, expiresAt, generation },
      }),
    );
    request.authToken = authToken;
    request.user = account;
    // Said of the session before, if there was one.
    delete request.sessionDestroyed;
    return { account, authToken, sessionDocument };
  }

  /**
   * Finds out whose request it is, and sets `request.user`: one strongly consistent `BatchGetItem`
   * of account and session, so that a logout holds everywhere as soon as it has returned. A request
   * without token is left alone.
   *
   * @throws AccountError `TokenVerificationFailed` or `InvalidSession`, after the session was taken
   *   off the request; `ServiceUnavailable`, which says nothing of the session; `SecretTooShort`.
   */
  readonly handleRequest = async <R extends SessionRequest>(
    request: R,
  ): Promise<R & SessionRequest> => {
    requireObject(request, 'request');
    // Whatever a caller claims: only what is verified here counts.
    delete request.user;
    if (request.authToken === undefined) return request;
    try {
      const token = await this.#tokens.verify(request.authToken, request);
      request.user = await inAccountTerms(() => this.#accountOf(token));
      return request;
    } catch (error) {
      if (AccountError.is(error) && error.status === 401) await destroySession(request);
      throw error;
    }
  };

  /**
   * Ends the session of a token, everywhere, before it returns: one `UpdateItem`. An expired token
   * will do, and so will one whose session has ended already.
   *
   * @returns whether the session is there; false for one that its expiry has removed.
   * @throws AccountError `TokenVerificationFailed`, `InvalidSession` for a token that the session
   *   has replaced, `ServiceUnavailable`, `SecretTooShort`.
   */
  readonly logout = async (input: LogoutInput): Promise<boolean> => {
    requireObject(input, '');
    const { authToken, request } = input;
    requireObject(request, 'request');
    const token = await this.#tokens.verify(authToken, request, { ignoreExpiration: true });
    const ended = await inAccountTerms(() => this.#end(token));
    await destroySession(request);
    return ended;
  };

  /**
   * The live sessions of an account, oldest first: one `Query` for up to 25, as a rule.
   *
   * @param input - `account` as `handleRequest` or `findUser` gave it; `first` 1 to 1000 (default:
   *   25); `after`, the cursor of the page before.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async listSessions(input: ListSessionsInput): Promise<Connection<Infer<typeof Session>>> {
    requireObject(input, '');
    const { account, first = 25, after = null } = input;
    requireObject(account, 'account');
    const { accountId, sessionGeneration: generation } = account;
    return inAccountTerms(() =>
      this.#sessions.paginate({
        filter: { accountId, valid: true, generation, expiresAt: { $gt: this.#table.now() } },
        consistent: true,
        first,
        after,
      }),
    );
  }

  /**
   * Ends one session of an account before it returns: one `UpdateItem`.
   *
   * @param input - `sessionId`: the session's `ulid`.
   * @returns whether the account has such a session.
   * @throws AccountError `InvalidInput`, `ServiceUnavailable`
   */
  async revokeSession(input: {
    readonly accountId: string;
    readonly sessionId: string;
  }): Promise<boolean> {
    requireObject(input, '');
    const { accountId, sessionId: ulid } = input;
    requireUlid(accountId, 'accountId');
    requireUlid(ulid, 'sessionId');
    const { item } = await inAccountTerms(() =>
      this.#sessions.updateOne({ filter: { accountId, ulid }, update: { $set: { valid: false } } }),
    );
    return item !== null;
  }

  /**
   * Ends every session of an account before it returns, however many there are: one `UpdateItem`.
   *
   * @throws AccountError `InvalidInput`, `UserNotFound`, `ServiceUnavailable`
   */
  async revokeAllSessions(input: { readonly accountId: string }): Promise<void> {
    requireObject(input, '');
    const { accountId } = input;
    requireUlid(accountId, 'accountId');
    const update = { $set: { sessionGeneration: this.#table.newUlid() } };
    const { item } = await inAccountTerms(() =>
      this.#accounts.updateOne({ filter: { accountId }, update }),
    );
    if (!item) throw new AccountError('UserNotFound', {});
  }

  async #accountOf(token: VerifiedAuthToken): Promise<AccountDocument> {
    const { accountId, sessionId: ulid, secret, rotation } = token;
    const [account, session] = await this.#table.batchGet(
      [
        this.#accounts.reference({ accountId }),
        this.#sessions.reference({ accountId, ulid }, { secrets: true }),
      ],
      { consistent: true },
    );
    const isLive =
      account !== null &&
      !account.deactivated &&
      session?.valid === true &&
      session.generation === account.sessionGeneration &&
      session.rotation === rotation &&
      // TTL removes rows late, by days: the clock decides.
      session.expiresAt > this.#table.now() &&
      digestMatches(secret, session.token);
    if (!isLive) throw new AccountError('InvalidSession', {});
    return account;
  }

  async #end({ accountId, sessionId: ulid, secret }: VerifiedAuthToken): Promise<boolean> {
    try {
      const { item } = await this.#sessions.updateOne({
        filter: { accountId, ulid },
        condition: { token: digestSecret(secret) },
        update: { $set: { valid: false } },
      });
      return item !== null;
    } catch (error) {
      if (EntityError.is(error) && error.code === 'ConditionFailed') {
        throw new AccountError('InvalidSession', {});
      }
      throw error;
    }
  }
}
