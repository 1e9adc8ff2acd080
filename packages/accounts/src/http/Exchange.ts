import { AccountError } from '../errors/AccountError.js';
import type { SessionRequest } from '../requests/SessionRequest.js';
import type { RememberMe } from '../selfService/selfServiceInputs.js';
import type { AuthCookies, PresentedCookies } from './AuthCookies.js';
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
  readonly #method: string;
  readonly #authCookies: AuthCookies;
  readonly #presented: Presented;
  readonly #setCookies: string[] = [];
  #isForgotten = false;
  #isBearer: boolean;
  #isLasting: boolean;

  /**
   * @param isLanding - tells whether browsers come from other sites, with a secret that proves more.
   * @throws HttpError `CrossOrigin`
   * @throws AccountError `InvalidInput` for duplicate cookies, and for several client addresses in a header.
   */
  constructor(
    head: RequestHead,
    connection: Connection,
    settings: HttpSettings,
    cookies: AuthCookies,
    isLanding = false,
  ) {
    if (!isLanding && isForeign(head, settings.origins)) throw new HttpError('CrossOrigin');
    const { transport } = settings;
    this.#method = head.method;
    this.#authCookies = cookies;
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

  /** @throws AccountError `UserNotSignedIn` for a request that has come without a token. */
  requireToken(): void {
    if (this.#presented.authToken === undefined) throw new AccountError('UserNotSignedIn', {});
  }

  /** Tells whether the client keeps the session's token by itself. */
  get isBearer(): boolean {
    return this.#isBearer;
  }

  /**
   * Sets how a session that has just begun is kept, by what its client asks for. Not before: until then, a
   * new token belongs to the session that the request came with, whose cookie no script may read.
   */
  keepSession(rememberMe: RememberMe = 'session'): void {
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

  /** Keeps the secret of a flow with an identity provider, which only this browser completes. */
  keepFlow(browserSecret: string, isCrossSite: boolean): void {
    this.#setCookies.push(this.#authCookies.flow(browserSecret, isCrossSite));
  }

  /** The secret of the flow that a browser completes: a form of another site brings one of its own. */
  get flowSecret(): string | undefined {
    const { crossSiteFlow, flow } = this.cookies;
    return this.#method === 'POST' ? (crossSiteFlow ?? flow) : flow;
  }

  /** Forgets the secret that other sites' forms bring along, once it has served. */
  forgetCrossSiteFlow(): void {
    if (this.cookies.crossSiteFlow === undefined) return;
    this.#setCookies.push(this.#authCookies.clearCrossSiteFlow());
  }

  /** Takes the cookie of a session that is over off the client, even with a refusal. */
  forgetSession(): void {
    delete this.request.authToken;
    this.request.sessionDestroyed = true;
    this.#isForgotten = true;
  }

  /**
   * The headers that bring the client its session as it is now: a new token, or none any more.
   *
   * @param secondsLeft - how many seconds the session of the request still lasts.
   * @param isRefused - tells whether the request was refused: then the cookie stays unless it was to be
   *   forgotten. A request that is under way while another one replaces the token finds its own to be over,
   *   and must not take the new one off the browser.
   */
  sessionHeaders(secondsLeft: () => number, isRefused = false): [name: string, value: string][] {
    const { authToken, sessionDestroyed } = this.request;
    const isNew = authToken !== undefined && authToken !== this.#presented.authToken;
    // A session that the client now keeps by itself has taken the place of the cookie's.
    const isEnded = sessionDestroyed === true && (!isRefused || this.#isForgotten);
    const isOver = isEnded || (isNew && this.#isBearer);
    const hadCookie = this.#presented.authToken !== undefined && !this.#presented.isBearer;
    const set = [
      ...this.#setCookies,
      ...(isOver && hadCookie ? [this.#authCookies.clearSession()] : []),
    ].map((cookie): [string, string] => ['Set-Cookie', cookie]);
    const headers = isNew ? [...set, this.#bring(authToken, secondsLeft)] : set;
    // A shared cache may keep a response with a cookie, and give it to others (RFC 9111 §7.3).
    return headers.length === 0 ? [] : [...headers, ['Cache-Control', 'no-store']];
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
