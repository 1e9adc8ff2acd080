import type { RequestHead } from './RequestHead.js';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** How long a browser may keep what a preflight has answered, in seconds. */
const PREFLIGHT_SECONDS = 600;

/** The header that brings a new token to a client which keeps it by itself. */
export const NEW_TOKEN_HEADER = 'Auth-Token';

/**
 * Tells whether a page of another origin has made a request that changes something (CSRF, sign-ins
 * included). Browsers say so by Fetch Metadata, older ones by `Origin`; what sends neither is no browser.
 * Source: OWASP's Cross-Site Request Forgery Prevention Cheat Sheet.
 *
 * @param origins - other origins whose pages may call.
 */
export function isForeign(
  { method, headers, url }: RequestHead,
  origins: ReadonlySet<string>,
): boolean {
  if (SAFE_METHODS.has(method)) return false;
  const origin = headers.get('origin');
  if (origin !== null && origins.has(origin)) return false;
  const site = headers.get('sec-fetch-site');
  // `none`: by the user's own hand, not from a page.
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  return origin !== null && hostOf(origin) !== (headers.get('host') ?? hostOf(url));
}

/** The headers by which a page of a listed origin may read the response. */
export function corsHeaders(
  { headers }: RequestHead,
  origins: ReadonlySet<string>,
): Record<string, string> {
  if (origins.size === 0) return {};
  const origin = headers.get('origin');
  if (origin === null || !origins.has(origin)) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Credentials': 'true',
    'Access-Control-Expose-Headers': `${NEW_TOKEN_HEADER}, Retry-After`,
  };
}

/**
 * Tells whether a browser asks beforehand if a page may make a request. The question has none of that
 * request's headers, `App-Id` among them, so that the answer cannot depend on an application.
 */
export function isPreflight({ method, headers }: RequestHead): boolean {
  return method === 'OPTIONS' && headers.get('access-control-request-method') !== null;
}

/** The headers of the answer to a preflight, beside those of {@link corsHeaders}. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': 'Authorization, Content-Type, App-Id',
  'Access-Control-Max-Age': String(PREFLIGHT_SECONDS),
};

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}
