import type { RequestHead } from '../http/RequestHead.js';

/**
 * Tells whether a request comes from the console's own page, or from no page at all. By `Host`, since a
 * page elsewhere can have its own name point to this machine (DNS rebinding); by `Origin` and Fetch
 * Metadata, since a page elsewhere can send requests here.
 *
 * @param origin - the console's own, such as `http://127.0.0.1:4321`.
 */
export function isOwnRequest({ headers }: RequestHead, origin: string): boolean {
  if (headers.get('host') !== new URL(origin).host) return false;
  const from = headers.get('origin');
  if (from !== null && from !== origin) return false;
  const site = headers.get('sec-fetch-site');
  // `none`: by the operator's own hand, such as a click in a terminal.
  return site === null || site === 'same-origin' || site === 'none';
}
