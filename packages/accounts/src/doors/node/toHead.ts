import type { IncomingMessage } from 'node:http';
import type { Connection, RequestHead } from '../../http/RequestHead.js';
import { originOf } from '../shared/originOf.js';
import { headerOf, toHeaders } from './toHeaders.js';

/** A request as Node gives it, or a framework that stands on Node's. */
export interface NodeRequest extends IncomingMessage {
  /** The target as it came, where a router has shortened `url`. */
  readonly originalUrl?: string;
  /** The body as an earlier parser left it. */
  readonly body?: unknown;
}

/** A request's head with all of its headers. */
export interface NodeHead extends RequestHead {
  readonly headers: Headers;
}

/** Translates everything of a request but its body. No header that a client sends makes it throw. */
export function toHead(req: NodeRequest): NodeHead {
  return { method: req.method ?? 'GET', url: urlOf(req), headers: toHeaders(req) };
}

/** The same for a guard, which looks at a few headers only: each is translated when it is asked for. */
export function toGuardHead(req: NodeRequest): RequestHead {
  return {
    method: req.method ?? 'GET',
    get url() {
      return urlOf(req);
    },
    headers: { get: (name) => headerOf(req, name.toLowerCase()) },
  };
}

function urlOf(req: NodeRequest): string {
  const scheme = 'encrypted' in req.socket && req.socket.encrypted === true ? 'https' : 'http';
  const authority = req.headers.host ?? pseudoHeader(req, ':authority');
  return originOf(scheme, authority) + pathOf(req.originalUrl ?? req.url ?? '/');
}

/** Facts about the connection that the server itself knows. */
export function toConnection(req: NodeRequest): Connection {
  return { remoteAddress: req.socket.remoteAddress };
}

/** HTTP/2 has the host in a header of its own. */
function pseudoHeader(req: NodeRequest, name: string): string | undefined {
  const value = req.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Reduces a target to path and query: `GET http://host/path` and `OPTIONS *` are requests, too. */
function pathOf(target: string): string {
  if (target.startsWith('/')) return isPlain(target) ? target : '/';
  if (!URL.canParse(target)) return '/';
  const { pathname, search } = new URL(target);
  return pathname.startsWith('/') ? pathname + search : '/';
}

/** Tells whether a path leads where it says: `/a/../b`, `/a/%2e%2e/b` and `/a\\b` lead elsewhere. */
function isPlain(target: string): boolean {
  const [path = ''] = target.split('?', 1);
  return !path.startsWith('//') && new URL(path, 'http://localhost').pathname === path;
}
