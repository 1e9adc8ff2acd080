import type { Connection, RequestHead } from '../../http/RequestHead.js';
import { originOf } from '../shared/originOf.js';
import { canHaveBody, toFetchMethod } from '../shared/toFetchMethod.js';
import { eventHeaders, pairsOf } from './eventHeaders.js';
import type { KnownEvent, RestApiEvent } from './events.js';

/** An event's request without its body, and where it comes from. */
export interface EventHead {
  readonly head: RequestHead & { readonly headers: Headers };
  readonly connection: Connection;
}

/** Translates everything of an event but its body. */
export function eventHead(known: KnownEvent): EventHead {
  const headers = eventHeaders(known);
  const remoteAddress = takeRemoteAddress(known, headers);
  const origin = originOf('https', headers.get('host') ?? domainNameOf(known));
  const url = origin + pathOf(known) + queryOf(known);
  return { head: { method: methodOf(known), url, headers }, connection: { remoteAddress } };
}

/** Translates an event's request. */
export function eventRequest(known: KnownEvent): { request: Request; connection: Connection } {
  const { head, connection } = eventHead(known);
  const { url, method, headers } = head;
  const body = canHaveBody(method) ? bodyOf(known) : undefined;
  const init = { method: toFetchMethod(method), headers };
  const request = new Request(url, body === undefined ? init : { ...init, body });
  return { request, connection };
}

function domainNameOf({ trigger, event }: KnownEvent): string | undefined {
  return trigger === 'alb' ? undefined : event.requestContext?.domainName;
}

function methodOf({ trigger, event }: KnownEvent): string {
  const method: unknown = trigger === 'http' ? event.requestContext.http.method : event.httpMethod;
  return typeof method === 'string' ? method : 'GET';
}

function pathOf({ trigger, event }: KnownEvent): string {
  const given: unknown = trigger === 'http' ? event.rawPath : event.path;
  const path = typeof given === 'string' && given.startsWith('/') ? given : '/';
  const stage = trigger === 'alb' ? undefined : event.requestContext?.stage;
  const isWithStage = trigger === 'http' || (trigger === 'rest' && hasStage(event, path));
  // Some triggers have the path decoded: what it holds must not begin a query.
  return (isWithStage ? withoutStage(path, stage) : path).replaceAll(/[?#\\]/g, encodeURIComponent);
}

/** A REST API has its stage in the context's path alone; elsewhere, it is in both or in neither. */
function hasStage({ requestContext }: RestApiEvent, path: string): boolean {
  return requestContext?.path === path;
}

function withoutStage(path: string, stage = '$default'): string {
  const prefix = `/${stage}`;
  return `${path}/`.startsWith(`${prefix}/`) ? path.slice(prefix.length) || '/' : path;
}

function queryOf({ trigger, event }: KnownEvent): string {
  if (trigger === 'http') return asQuery((event.rawQueryString ?? '').replaceAll('#', '%23'));
  const pairs = pairsOf(event.queryStringParameters, event.multiValueQueryStringParameters);
  if (trigger === 'rest') return asQuery(new URLSearchParams(pairs).toString());
  // A load balancer leaves them encoded.
  return asQuery(pairs.map((pair) => pair.join('=').replaceAll('#', '%23')).join('&'));
}

function asQuery(query: string): string {
  return query === '' ? '' : `?${query}`;
}

function bodyOf({ event }: KnownEvent): string | Buffer | undefined {
  const { body, isBase64Encoded } = event;
  if (typeof body !== 'string' || body === '') return undefined;
  return isBase64Encoded === true ? Buffer.from(body, 'base64') : body;
}

/**
 * The address at the other end of the connection. The trigger also writes it at the end of
 * `X-Forwarded-For`: taken off there, the header is what the other end has sent. A load balancer writes it
 * nowhere else.
 */
function takeRemoteAddress(known: KnownEvent, headers: Headers): string | undefined {
  const chain = (headers.get('x-forwarded-for') ?? '').split(',');
  const last = chain.at(-1)?.trim();
  const address = known.trigger === 'alb' ? last : sourceIpOf(known);
  if (last !== '' && last === address) {
    headers.delete('x-forwarded-for');
    if (chain.length > 1) headers.set('x-forwarded-for', chain.slice(0, -1).join(','));
  }
  return address;
}

function sourceIpOf(known: Exclude<KnownEvent, { readonly trigger: 'alb' }>): string | undefined {
  const address: unknown =
    known.trigger === 'http'
      ? known.event.requestContext.http.sourceIp
      : known.event.requestContext?.identity?.sourceIp;
  return typeof address === 'string' ? address : undefined;
}
