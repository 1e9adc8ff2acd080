import { parseClientAddress } from './parseClientAddress.js';
import type { TrustedProxies } from './trustedProxies.js';
import type { Account, Infer } from '@latchkey/schema';
import { AccountError } from '../errors/AccountError.js';
import { readFrom, requireObject } from '../errors/requireObject.js';

/** An account as this package returns it: without secrets. */
export type AccountDocument = Infer<typeof Account>;

/**
 * Data about a request that this package reads, and data that it sets. Use a new object for each
 * request: the result of `handleRequest` is kept with it and not read again. The object must not be
 * frozen or sealed: `authToken`, `user` and `sessionDestroyed` are set on it, and deleted.
 */
export interface SessionRequest {
  /** The token that came with the request, if any. */
  authToken?: string;
  /**
   * The client's address, as seen by the application's own proxy, optionally with a port or in
   * brackets. In a comma-separated chain, it is the rightmost address that is not in the option
   * `trustedProxies`; without that option, the last one. Empty if unknown.
   */
  requestIp: string;
  /** The client's `User-Agent`, if it sends one; the first 1024 characters are stored. */
  userAgent: string | null | undefined;
  /**
   * Called when the session has ended, for example to clear a cookie; errors that it throws are
   * ignored.
   */
  onCallDestroySession: null | ((request: SessionRequest) => unknown);
  /** Account of the request: set by `handleRequest`, removed when the session ends. */
  user?: AccountDocument;
  /** Tells whether the session has ended during this request. */
  sessionDestroyed?: boolean;
}

/** A request that says nothing of its client. */
export const NO_CLIENT: SessionRequest = Object.freeze({
  requestIp: '',
  userAgent: '',
  onCallDestroySession: null,
});

/** Stored origin of a session. */
export type ConnectionInfo = {
  readonly ip: string;
  readonly userAgent: string;
};

/** Reads where a request comes from, as {@link readConnectionInfo}, past the trusted proxies. */
export type ConnectionReader = (request: unknown) => ConnectionInfo;

/** A chain of addresses as long as a header may be. */
export const MAX_CHAIN = 8192;
const MAX_USER_AGENT = 1024;

/** Properties that are put on a request, and taken off it again. */
const SET_HERE = ['authToken', 'user', 'sessionDestroyed'] as const;

/**
 * Refuses what is no request that a session can be put on, before anything is done with it: a frozen
 * object would throw once the session has been written.
 *
 * @throws AccountError `InvalidInput` with the path `request`.
 */
export function requireRequest(request: unknown): asserts request is SessionRequest {
  requireObject(request, 'request');
  if (readFrom('request', () => SET_HERE.every((name) => canSet(request, name)))) return;
  throw invalid('request', 'notWritable');
}

/**
 * Reads where a request comes from.
 *
 * @throws AccountError `InvalidInput` with the path `request`, `request.requestIp` or
 *   `request.userAgent`.
 */
export function readConnectionInfo(request: unknown, trusted: TrustedProxies = 0): ConnectionInfo {
  requireRequest(request);
  const [requestIp, userAgent] = readFrom<[unknown, unknown]>('request', () => [
    request.requestIp,
    request.userAgent,
  ]);
  if (typeof requestIp !== 'string') throw invalid('request.requestIp', 'notAString');
  if (requestIp.length > MAX_CHAIN) throw invalid('request.requestIp', 'tooLong');
  const ip = parseClientAddress(requestIp, trusted);
  if (ip === undefined) throw invalid('request.requestIp', 'notAnAddress');
  // A client need not send one.
  const device = userAgent ?? '';
  if (typeof device !== 'string') throw invalid('request.userAgent', 'notAString');
  return { ip, userAgent: device.slice(0, MAX_USER_AGENT).toWellFormed() };
}

/** Takes the session off a request, then tells its owner. */
export async function destroySession(request: SessionRequest): Promise<void> {
  delete request.authToken;
  delete request.user;
  request.sessionDestroyed = true;
  try {
    await request.onCallDestroySession?.(request);
  } catch {
    // It is told, not asked: the session has ended, and the answer is the one that led to it.
  }
}

function invalid(path: string, reason: string): AccountError<'InvalidInput'> {
  return new AccountError('InvalidInput', { path, reason });
}

/** Tells whether an object takes a property, and gives it up again. */
function canSet(object: object, name: string): boolean {
  if (!(name in object)) return Object.isExtensible(object);
  const own = Object.getOwnPropertyDescriptor(object, name);
  if (own) return own.configurable === true && isWritable(own);
  return Object.isExtensible(object) && isWritable(inheritedDescriptor(object, name));
}

function isWritable(property: PropertyDescriptor | undefined): boolean {
  return property?.writable ?? property?.set !== undefined;
}

function inheritedDescriptor(object: object, name: string): PropertyDescriptor | undefined {
  const prototype = Object.getPrototypeOf(object) as object | null;
  if (prototype === null) return undefined;
  return Object.getOwnPropertyDescriptor(prototype, name) ?? inheritedDescriptor(prototype, name);
}
