import { parseCookie, stringifySetCookie, type SetCookie } from 'cookie';
import { AccountError } from '../errors/AccountError.js';
import type { CookieOptions } from './HttpOptions.js';

/** Contents of a client's cookies. */
export interface PresentedCookies {
  readonly authToken?: string;
  /** Tells whether the session's cookie outlives the browser. */
  readonly isLasting: boolean;
  readonly deviceToken?: string;
  /** Handle of a sign-up that waits for its address to be confirmed. */
  readonly handle?: string;
  /** Secrets of flows with identity providers. */
  readonly flow?: string;
  readonly crossSiteFlow?: string;
}

/** Browsers keep no cookie for longer (RFC 6265bis §5.5). */
const MAX_AGE_SECONDS = 400 * 24 * 60 * 60;
const HANDLE_SECONDS = 7 * 24 * 60 * 60;
const FLOW_SECONDS = 10 * 60;

/** Before the token in the cookie: the browser does not say whether it will keep what it sends. */
const LASTING = 'l.';
const PASSING = 's.';

/**
 * The cookies of a session, a known device, a pending sign-up and a flow with an identity provider:
 * `__Host-`, `Secure`, `HttpOnly`, `SameSite=Lax` (ASVS 3.3). Only a flow that ends in a form of the
 * provider's has one with `SameSite=None`.
 */
export class AuthCookies {
  /** Name of the session's cookie, with its prefix. */
  readonly sessionName: string;
  readonly #device: string;
  readonly #handle: string;
  readonly #flow: string;
  readonly #crossSiteFlow: string;
  readonly #secure: boolean;

  constructor({ name: base, insecure }: Required<CookieOptions>, appId: string | undefined) {
    const prefix = insecure ? '' : '__Host-';
    const name = appId === undefined ? base : `${base}.${appId}`;
    this.sessionName = prefix + name;
    this.#device = `${prefix}${name}-device`;
    this.#handle = `${prefix}${name}-handle`;
    this.#flow = `${prefix}${name}-flow`;
    this.#crossSiteFlow = `${prefix}${name}-form-flow`;
    this.#secure = !insecure;
  }

  /**
   * Reads a `Cookie` header.
   *
   * @throws AccountError `InvalidInput` with the path `cookie` for one of these that is there twice, since
   *   nobody could tell which of them is the client's own.
   */
  read(header: string | null): PresentedCookies {
    if (header === null) return { isLasting: false };
    assertOnce(header, [
      this.sessionName,
      this.#device,
      this.#handle,
      this.#flow,
      this.#crossSiteFlow,
    ]);
    const cookies = parseCookie(header);
    const session = cookies[this.sessionName];
    const deviceToken = cookies[this.#device];
    const handle = cookies[this.#handle];
    const flow = cookies[this.#flow];
    const crossSiteFlow = cookies[this.#crossSiteFlow];
    const isLasting = session?.startsWith(LASTING) === true;
    const isKnown = isLasting || session?.startsWith(PASSING) === true;
    return {
      isLasting,
      ...(session !== undefined && { authToken: isKnown ? session.slice(2) : session }),
      ...(deviceToken !== undefined && { deviceToken }),
      ...(handle !== undefined && { handle }),
      ...(flow !== undefined && { flow }),
      ...(crossSiteFlow !== undefined && { crossSiteFlow }),
    };
  }

  /** @param seconds - how long a lasting cookie lasts; undefined for one that goes with the browser. */
  session(authToken: string, seconds: number | undefined): string {
    const mark = seconds === undefined ? PASSING : LASTING;
    return this.#set(this.sessionName, mark + authToken, seconds);
  }

  device(deviceToken: string): string {
    return this.#set(this.#device, deviceToken, MAX_AGE_SECONDS);
  }

  handle(handle: string): string {
    return this.#set(this.#handle, handle, HANDLE_SECONDS);
  }

  /**
   * @param isCrossSite - tells whether a form of another site must bring the cookie along. Without
   *   `Secure`, no cookie can be like that.
   */
  flow(browserSecret: string, isCrossSite: boolean): string {
    return isCrossSite && this.#secure
      ? this.#set(this.#crossSiteFlow, browserSecret, FLOW_SECONDS, 'none')
      : this.#set(this.#flow, browserSecret, FLOW_SECONDS);
  }

  clearCrossSiteFlow(): string {
    return this.#set(this.#crossSiteFlow, '', 0, 'none');
  }

  clearSession(): string {
    return this.#set(this.sessionName, '', 0);
  }

  clearHandle(): string {
    return this.#set(this.#handle, '', 0);
  }

  #set(name: string, value: string, seconds?: number, sameSite: 'lax' | 'none' = 'lax'): string {
    const cookie: SetCookie = {
      name,
      value,
      path: '/',
      httpOnly: true,
      secure: this.#secure,
      sameSite,
      ...(seconds !== undefined && { maxAge: clampSeconds(seconds) }),
    };
    return stringifySetCookie(cookie);
  }
}

function clampSeconds(seconds: number): number {
  return Math.min(Math.max(0, Math.floor(seconds)), MAX_AGE_SECONDS);
}

function assertOnce(header: string, names: readonly string[]): void {
  const found = new Set<string>();
  for (const pair of header.split(';')) {
    const name = pair.split('=', 1)[0]?.trim() ?? '';
    if (!names.includes(name)) continue;
    if (found.has(name)) {
      throw new AccountError('InvalidInput', { path: 'cookie', reason: 'duplicate' });
    }
    found.add(name);
  }
}
