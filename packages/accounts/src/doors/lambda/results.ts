import { STATUS_CODES } from 'node:http';
import type { HeaderList } from '../../http/createAccountGuard.js';
import type { AlbEvent, HttpApiEvent, KnownEvent } from './events.js';

/** Response that every trigger accepts. */
interface ResultBase {
  readonly statusCode: number;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

/** Response for an HTTP API (payload format 2.0) or a function URL. */
export interface HttpApiResult extends ResultBase {
  readonly headers: Record<string, string>;
  readonly cookies: string[];
}

/** Response for a REST API, or an HTTP API with payload format 1.0. */
export interface RestApiResult extends ResultBase {
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
}

/** Response for an Application Load Balancer: in the form, of two, in which its requests come. */
export interface AlbResult extends ResultBase {
  /** Status and phrase, such as `200 OK`. */
  readonly statusDescription: string;
  readonly headers?: Record<string, string>;
  readonly multiValueHeaders?: Record<string, string[]>;
}

/** Response for the trigger of an event. */
export type LambdaResultOf<E> = E extends HttpApiEvent
  ? HttpApiResult
  : E extends AlbEvent
    ? AlbResult
    : RestApiResult;

/** A response in parts. */
export interface ResultParts {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: string;
}

/** Puts a response into the form that an event's trigger takes. */
export function toResult(
  known: KnownEvent,
  { status, headers, body }: ResultParts,
): AlbResult | HttpApiResult | RestApiResult {
  const empty: Result = {
    statusCode: status,
    ...(known.trigger === 'alb' && {
      statusDescription: `${status} ${STATUS_CODES[status] ?? ''}`.trim(),
    }),
    body,
    isBase64Encoded: false,
  };
  return withHeaders(known, empty, headers) as AlbResult | HttpApiResult | RestApiResult;
}

/** An application's own response, of whatever trigger. */
interface Result {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly unknown[]>> | null;
  readonly cookies?: readonly string[];
  readonly [more: string]: unknown;
}

/** Adds headers to a response: cookies come beside those that are there. */
export function withHeaders(known: KnownEvent, result: unknown, added: HeaderList): object {
  const given = structuredOf(known, result);
  const others = Object.fromEntries(added.filter(([name]) => !isCookie(name)));
  const cookies = added.filter(([name]) => isCookie(name)).map(([, value]) => value);
  if (known.trigger === 'http') {
    const headers = { ...given.headers, ...others };
    return { ...given, headers, cookies: [...(given.cookies ?? []), ...cookies] };
  }
  const one = split(given.headers);
  const many = split(given.multiValueHeaders);
  if (known.trigger === 'rest') {
    const all = [...one.cookies, ...many.cookies, ...cookies];
    const multiValueHeaders = { ...many.others, ...listed(all) };
    return { ...given, headers: { ...one.others, ...others }, multiValueHeaders };
  }
  if (known.event.multiValueHeaders) {
    const lists = Object.fromEntries(
      Object.entries(others).map(([name, value]) => [name, [value]]),
    );
    const all = listed([...many.cookies, ...cookies]);
    return { ...given, multiValueHeaders: { ...many.others, ...lists, ...all } };
  }
  const all = spelled([...one.cookies, ...cookies]);
  return { ...given, headers: { ...one.others, ...others, ...all } };
}

/** HTTP APIs read a result without a status as JSON, or as the text that it is. */
function structuredOf({ trigger }: KnownEvent, result: unknown): Result {
  const isStructured = typeof result === 'object' && result !== null && 'statusCode' in result;
  if (isStructured || trigger !== 'http') return (result ?? {}) as Result;
  const body = typeof result === 'string' ? result : JSON.stringify(result ?? null);
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body };
}

/** Cookies, and other headers. */
function split(headers: Readonly<Record<string, unknown>> | null = null): {
  readonly cookies: readonly unknown[];
  readonly others: Readonly<Record<string, unknown>>;
} {
  const entries = Object.entries(headers ?? {});
  return {
    cookies: entries.filter(([name]) => isCookie(name)).flatMap(([, value]) => value),
    others: Object.fromEntries(entries.filter(([name]) => !isCookie(name))),
  };
}

function listed(cookies: readonly unknown[]): Record<string, readonly unknown[]> {
  return cookies.length > 0 ? { 'Set-Cookie': cookies } : {};
}

/**
 * Several cookies where a name can be there once only: spelled in several ways (`Set-Cookie`,
 * `sEt-Cookie`), it is the same to browsers.
 */
function spelled(cookies: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(cookies.map((cookie, at) => [spelling(at), cookie]));
}

function spelling(at: number): string {
  return Array.from('Set-Cookie', (letter, place) =>
    (at >> place) & 1 ? invertCase(letter) : letter,
  ).join('');
}

function invertCase(letter: string): string {
  const upper = letter.toUpperCase();
  return letter === upper ? letter.toLowerCase() : upper;
}

function isCookie(name: string): boolean {
  return name.toLowerCase() === 'set-cookie';
}
