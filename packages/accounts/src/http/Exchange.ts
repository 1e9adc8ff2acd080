import type { SessionRequest } from '../requests/SessionRequest.js';
import { AuthCookies, type PresentedCookies } from './AuthCookies.js';
import { clientAddress } from './clientAddress.js';
import { isForeign, NEW_TOKEN_HEADER } from './crossOrigin.js';
import { HttpError } from './HttpError.js';
import type { HttpSettings } from './HttpOptions.js';
import type { Connection, RequestHead } from './RequestHead.js';

/** A client's token, and how it came. */
interface Presented {
  readonly authToken: string | undefined;
  readonly isBearer: boolean;
}

const BEARER = /^Bearer +([\w.~+/-]+=*)$/i;

/**
 * One request over HTTP and what its response has to carry: reads the token from a cookie or header,
 * and brings the session's newest token back the same way.
 */
export class Exchange {
  /** For the calls of `Accounts`. */
  readonly request: SessionRequest;
  /** Contents of the client's cookies. */
  readonly cookies: PresentedCookies;
  readonly #authCookies: AuthCookies;
  readonly #presented: Presented;
  readonly #setCookies: string[] = [];
  #isBearer: boolean;
  #isLasting: boolean;

  /**
   * @throws HttpError `CrossOrigin`
   * @throws AccountError `InvalidInput` for duplicate cookies.
   */
  constructor(head: RequestHead, connection: Connection, settings: HttpSettings) {
    if (isForeign(head, settings.origins)) throw new HttpError('CrossOrigin');
    const { transport } = settings;
    this.#authCookies = new AuthCookies(settings.cookies);
    const noCookies = transport === 'bearer';
    this.cookies = this.#authCookies.read(noCookies ? null : head.headers.get('cookie'));
    this.#presented = presentedBy(head, this.cookies);
    this.#isBearer = noCookies || this.#presented.isBearer;
    this.#isLasting = this.cookies.isLasting;
    const { authToken } = this.#presented;
    this.request = {
      ...(authToken !== undefined && { authToken }),
      requestIp: clientAddress(head, connection, settings),
      userAgent: head.headers.get('user-agent'),
      onCallDestroySession: null,
    };
  }

  /** Tells whether the client keeps the session's token by itself. */
  get isBearer(): boolean {
    return this.#isBearer;
  }

  /** Sets how a session that begins now is kept, by what its client asks for. */
  keepSession(rememberMe: unknown = 'session'): void {
    if (rememberMe === 'none') this.#isBearer = true;
    this.#isLasting = rememberMe === 'local';
  }

  /** Brings the client a token by which its device is known at the next sign-in. */
  rememberDevice(deviceToken: string | undefined): void {
    if (deviceToken === undefined || this.#isBearer) return;
    this.#setCookies.push(this.#authCookies.device(deviceToken));
  }

  /** Keeps the handle of a sign-up, with which only this browser confirms the address by its link alone. */
  keepHandle(handle: string | undefined): void {
    if (handle === undefined || this.#isBearer) return;
    this.#setCookies.push(this.#authCookies.handle(handle));
  }

  /** Forgets that handle, once it has served. */
  forgetHandle(): void {
    if (this.cookies.handle !== undefined) this.#setCookies.push(this.#authCookies.clearHandle());
  }

  /**
   * The headers that bring the client its session as it is now: a new token, or none any more.
   *
   * @param secondsLeft - how many seconds the session of the request still lasts.
   */
  sessionHeaders(secondsLeft: () => number): [name: string, value: string][] {
    const { authToken, sessionDestroyed } = this.request;
    const set = this.#setCookies.map((cookie): [string, string] => ['Set-Cookie', cookie]);
    if (authToken !== undefined && authToken !== this.#presented.authToken) {
      return [...set, this.#bring(authToken, secondsLeft)];
    }
    const hadCookie = this.#presented.authToken !== undefined && !this.#presented.isBearer;
    if (sessionDestroyed === true && hadCookie) {
      return [...set, ['Set-Cookie', this.#authCookies.clearSession()]];
    }
    return set;
  }

  #bring(authToken: string, secondsLeft: () => number): [string, string] {
    if (this.#isBearer) return [NEW_TOKEN_HEADER, authToken];
    const seconds = this.#isLasting ? secondsLeft() : undefined;
    return ['Set-Cookie', this.#authCookies.session(authToken, seconds)];
  }
}

function presentedBy({ headers }: RequestHead, cookies: PresentedCookies): Presented {
  const [, bearer] = BEARER.exec(headers.get('authorization')?.trim() ?? '') ?? [];
  if (bearer !== undefined) return { authToken: bearer, isBearer: true };
  return { authToken: cookies.authToken, isBearer: false };
}
