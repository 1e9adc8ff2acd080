import type { IncomingMessage } from 'node:http';

type RawHeaders = Pick<IncomingMessage, 'rawHeaders'>;

/**
 * Translates every header as it came, however often: `req.headers` keeps the first of some and drops the
 * rest, so that two proxies may have looked at different ones.
 */
export function toHeaders({ rawHeaders }: RawHeaders): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    // HTTP/2's own (`:path`) are no headers.
    if (!name.startsWith(':')) headers.append(name, value);
  }
  return headers;
}

/** One of them, as `Headers` gives it: several values side by side, and null for none. */
export function headerOf({ rawHeaders }: RawHeaders, name: string): string | null {
  const separator = name === 'cookie' ? '; ' : ', ';
  let found: string | null = null;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const key = rawHeaders[at];
    if (key?.length !== name.length || key.toLowerCase() !== name) continue;
    const value = rawHeaders[at + 1] ?? '';
    found = found === null ? value : found + separator + value;
  }
  return found;
}
