import type {
  AnswerOf,
  OperationName,
  PasswordSaltBody,
  SessionAnswer,
  SignedInAnswer,
  UserAnswer,
} from '../http/api.js';
import { AccountsClientError } from './AccountsClientError.js';
import { page, type Channel } from './browser.js';

/** Options of `init`. */
export interface ClientOptions {
  /**
   * URL of the server's routes, absolute or relative to the page (default: `/auth`). A server of another
   * origin has to list the page's origin in its `origins`.
   */
  readonly baseUrl?: string;
  /** Id of the application, for a server of several: 1 to 64 characters. */
  readonly appId?: string;
  /**
   * Hashes passwords, so that none leaves the page: the function `prehashPassword` of this package. Only for a
   * server with `passwords.prehashed` (default: passwords are sent).
   */
  readonly prehashPassword?: PasswordPrehash;
  /** Sends requests (default: the page's `fetch`). */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/**
 * Replaces the passwords in a body.
 *
 * @param ask - asks the server for the salt of a name, or of the session's user.
 */
export type PasswordPrehash = <B extends object>(
  body: B,
  ask: (name: PasswordSaltBody) => Promise<string>,
) => Promise<B>;

/** Options of a call. */
export interface CallOptions {
  /** Ends the call early, for example `AbortSignal.timeout(10_000)`. */
  readonly signal?: AbortSignal;
}

/** A session; null without one; undefined until the server was asked. */
export type KnownSession = SessionAnswer | null | undefined;

/** Is told of the session when it has changed; null without one. */
export type SessionListener = (session: SessionAnswer | null) => void;

/** Answer of a call that may begin a session; the client keeps its token. */
export type Begun<N extends OperationName> = Omit<AnswerOf<N> & object, 'authToken'>;

/** Accounts of a server, as a page reaches them: made by `init`, and handed to every function. */
export interface AccountsClient {
  readonly baseUrl: string;
  readonly appId: string | undefined;
}

/** Codes by which the server may say that there is no session; of others, a 401 says no such thing. */
const NO_SESSION = /^(InvalidSession|TokenVerificationFailed|UserNotSignedIn)$/;

/** The client behind {@link AccountsClient}: sends requests, and knows the session. */
export class ClientCore implements AccountsClient {
  readonly baseUrl: string;
  readonly appId: string | undefined;
  /** Under which the tabs of a browser find each other. */
  readonly name: string;
  /** The refresh that is under way in this tab. */
  refreshing: Promise<SessionAnswer> | undefined;
  readonly #fetch: NonNullable<ClientOptions['fetch']>;
  readonly #prehash: PasswordPrehash | undefined;
  readonly #listeners = new Set<SessionListener>();
  #channel: Channel | undefined;
  #session: KnownSession;
  // Never in storage, and no field that `JSON.stringify` or the console shows.
  #authToken: string | undefined;
  /** Counts what is learned of the session: an answer that is older than the last of it says nothing. */
  #turn = 0;

  constructor({ baseUrl = '/auth', appId, fetch, prehashPassword }: ClientOptions) {
    this.baseUrl = /^.*[^/]/s.exec(baseUrl)?.[0] ?? '';
    this.appId = appId;
    this.#prehash = prehashPassword;
    this.name = `latchkey ${this.baseUrl} ${appId ?? ''}`;
    // Looked up with each call, since a page may replace it.
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
  }

  get session(): KnownSession {
    return this.#session;
  }

  /** Tells whether the session is this tab's alone: its token is in memory, not in a cookie. */
  get isBearer(): boolean {
    return this.#authToken !== undefined;
  }

  /** Sends a request with the session, and takes up the token that the response may bring. */
  async fetch(url: string, init: RequestInit): Promise<Response> {
    const presented = this.#authToken;
    const headers = new Headers(init.headers);
    if (this.appId !== undefined) headers.set('App-Id', this.appId);
    if (presented !== undefined) headers.set('Authorization', `Bearer ${presented}`);
    const response = await this.#fetch(url, { credentials: 'include', ...init, headers });
    const renewed = response.headers.get('Auth-Token');
    // Where another response was faster, this one may bring the token before: to present that once more
    // would end the session.
    if (renewed !== null && presented === this.#authToken) this.#authToken = renewed;
    return response;
  }

  /**
   * Calls a route.
   *
   * @throws AccountsClientError as the server answers; `NetworkError`, `UnexpectedResponse`.
   */
  async send<A>(
    method: string,
    path: string,
    body?: object,
    { signal }: CallOptions = {},
  ): Promise<A> {
    const init: RequestInit = {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
      ...(signal && { signal }),
    };
    let response: Response;
    let text: string;
    try {
      response = await this.fetch(this.baseUrl + path, init);
      text = await response.text();
    } catch (cause) {
      // Like `fetch`: who ends a call by hand knows why. A timeout is a fault like any other of the network.
      if (signal?.aborted && (cause as Error).name !== 'TimeoutError') throw cause;
      throw new AccountsClientError('NetworkError', 'The server could not be reached.', { cause });
    }
    return answerOf(response, text) as A;
  }

  /** Calls a route; if that shows that the session may have ended, asks the server whether it has. */
  async call<A>(...[method, path, given, options]: Parameters<ClientCore['send']>): Promise<A> {
    const body = given && this.#prehash ? await this.#prehash(given, this.#saltOf(options)) : given;
    try {
      return await this.send<A>(method, path, body, options);
    } catch (error) {
      // Such a code can also be about a one-time token, or a cookie that another tab has replaced since.
      if (this.#session && saysNoSession(error)) await this.ask().catch(() => undefined);
      throw error;
    }
  }

  /** Calls a route that begins a session, unless something is missing for one yet. */
  async begin<A extends Partial<SignedInAnswer>>(
    path: string,
    body: object,
    options?: CallOptions,
  ): Promise<Omit<A, 'authToken'>> {
    // The client takes the token from the header. A copy would be void as soon as it is replaced.
    const { authToken: _, ...answer } = await this.call<A>('POST', path, body, options);
    const { user, expiresAt } = answer as Partial<SignedInAnswer>;
    if (user && expiresAt !== undefined) this.become({ user, expiresAt });
    return answer;
  }

  /** Calls a route that changes the user. */
  async change<A extends { readonly user: UserAnswer }>(
    ...args: Parameters<ClientCore['send']>
  ): Promise<A> {
    const answer = await this.call<A>(...args);
    const { user } = answer;
    if (this.#session?.user.userId === user.userId) this.become({ ...this.#session, user });
    return answer;
  }

  /** Calls a route that ends the session. */
  async end(...args: Parameters<ClientCore['send']>): Promise<void> {
    await this.call(...args);
    this.become(null);
  }

  /** Asks the server for the session. */
  async ask(options?: CallOptions): Promise<SessionAnswer | null> {
    const turn = ++this.#turn;
    const session = await this.send<SessionAnswer>('GET', '/session', undefined, options).catch(
      (error: unknown) => {
        if (saysNoSession(error)) return null;
        throw error;
      },
    );
    if (turn === this.#turn) this.#set(session);
    return this.#session === undefined ? session : this.#session;
  }

  /**
   * Refuses to begin a session in an active one.
   *
   * @throws AccountsClientError `UserAlreadySignedIn`
   */
  requireSignedOut(): void {
    const { user, expiresAt = '' } = this.#session ?? {};
    if (!user || Date.parse(expiresAt) <= Date.now()) return;
    const { username } = user;
    throw new AccountsClientError('UserAlreadySignedIn', 'The user is already signed in.', {
      status: 409,
      details: username === undefined ? {} : { username },
    });
  }

  /** Takes up a session that a call has begun, changed or ended; other tabs find out, too. */
  become(session: SessionAnswer | null): void {
    const { isBearer } = this;
    this.learn(session);
    if (isBearer) return;
    const channel = this.#channel ?? this.#openChannel();
    channel?.postMessage('session');
    if (channel !== this.#channel) channel?.close();
  }

  /** Takes up what a call has shown of the session. */
  learn(session: SessionAnswer | null): void {
    this.#turn++;
    this.#set(session);
  }

  /** @returns ends it. */
  listen(listener: SessionListener): () => void {
    // A function may be given twice.
    const own: SessionListener = (session) => listener(session);
    this.#listeners.add(own);
    if (!this.#channel) {
      this.#channel = this.#openChannel();
      // The message says nothing but that there is something to ask for.
      if (this.#channel) this.#channel.onmessage = () => this.#askAgain();
    }
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#channel?.close();
      this.#channel = undefined;
    };
  }

  #saltOf(options?: CallOptions): (name: PasswordSaltBody) => Promise<string> {
    return async (name) => {
      const { salt } = await this.send<AnswerOf<'passwordSalt'>>(
        'POST',
        '/password-salt',
        name,
        options,
      );
      return salt;
    };
  }

  #askAgain(): void {
    if (!this.isBearer) this.ask().catch(() => undefined);
  }

  #openChannel(): Channel | undefined {
    const { BroadcastChannel } = page();
    return BroadcastChannel && new BroadcastChannel(this.name);
  }

  #set(session: SessionAnswer | null): void {
    if (session === null) this.#authToken = undefined;
    if (JSON.stringify(session) === JSON.stringify(this.#session)) return;
    this.#session = session;
    for (const listener of this.#listeners) {
      // What a listener throws is not an error of the call.
      queueMicrotask(() => {
        if (this.#listeners.has(listener)) listener(session);
      });
    }
  }
}

/**
 * The client behind what `init` has returned.
 *
 * @throws TypeError for anything else.
 */
export function coreOf(client: AccountsClient): ClientCore {
  if (client instanceof ClientCore) return client;
  throw new TypeError('The first argument must be what init() has returned.');
}

/** @throws AccountsClientError */
function answerOf({ ok, status }: Response, text: string): unknown {
  if (ok && text === '') return undefined;
  const json = parse(text);
  if (ok && json !== undefined) return json;
  const { code, detail, details, challenge } = Object(json) as Readonly<Record<string, unknown>>;
  if (ok || typeof code !== 'string') {
    const message = 'The response did not come from the server of the accounts.';
    throw new AccountsClientError('UnexpectedResponse', message, { status });
  }
  throw new AccountsClientError(code, String(detail), {
    status,
    ...(details !== undefined && { details: details as Record<string, unknown> }),
    ...(challenge !== undefined && { challenge: challenge as string }),
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function saysNoSession(error: unknown): boolean {
  return error instanceof AccountsClientError && NO_SESSION.test(error.code);
}
