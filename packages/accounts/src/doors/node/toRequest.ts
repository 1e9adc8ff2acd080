import { canHaveBody, toFetchMethod } from '../shared/toFetchMethod.js';
import { bodyOf } from './bodyOf.js';
import { parsedBody } from './parsedBody.js';
import { toHead, type NodeRequest } from './toHead.js';

/** Headers that say how a body was sent, and that are not true of one that a parser has read. */
const TRANSFER_HEADERS = ['content-encoding', 'content-length', 'transfer-encoding'];

/** Translates a request of Node's. Its body is read when it is asked for. */
export function toRequest(req: NodeRequest): Request {
  const { url, headers, method } = toHead(req);
  const init = { method: toFetchMethod(method), headers };
  if (!canHaveBody(method)) return new Request(url, init);
  const parsed = req.readableEnded ? parsedBody(req.body, headers.get('content-type')) : undefined;
  if (parsed === undefined) return new Request(url, { ...init, body: bodyOf(req), duplex: 'half' });
  for (const name of TRANSFER_HEADERS) headers.delete(name);
  return new Request(url, { ...init, body: parsed });
}
