import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HeaderList } from '../../http/createAccountGuard.js';

/** How long the rest of a body is thrown away, in milliseconds, for the client to see the response. */
const LINGER_MS = 2_000;

/** Sends a response from `fetch`'s world. */
export async function sendResponse(res: ServerResponse, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  send(res, response.status, [...response.headers], body);
}

/** Sends a response, unless somebody has already sent another. */
export function send(
  res: ServerResponse,
  status: number,
  headers: HeaderList,
  body: string | Buffer,
): void {
  if (res.headersSent || res.destroyed) return;
  res.statusCode = status;
  addHeaders(res, headers);
  res.end(body.length > 0 ? body : undefined);
  discardRest(res.req);
}

/** Headers that others may have set, too, and whose values stand side by side. */
const LISTS = new Set(['set-cookie', 'vary']);

/** Puts headers on a response; cookies and `Vary` come beside those that are there. */
export function addHeaders(res: ServerResponse, headers: HeaderList): void {
  for (const [name, value] of headers) {
    if (LISTS.has(name.toLowerCase())) res.appendHeader(name, value);
    else res.setHeader(name, value);
  }
}

/**
 * Throws away what is still to come of a body. A client that has not finished by then is cut off; at once,
 * it would lose the response (RFC 9112 §9.6).
 */
function discardRest(req: IncomingMessage): void {
  if (req.complete || req.destroyed) return;
  req.resume();
  const timer = setTimeout(() => req.destroy(), LINGER_MS).unref();
  for (const event of ['end', 'close']) req.once(event, () => clearTimeout(timer));
}
