import { MAX_CHAIN, type SessionRequest } from '../requests/SessionRequest.js';
import type { EventContext } from './accountEvents.js';

/**
 * Collects an event's context about the client, from a request of any form, since events report bad
 * requests, too.
 */
export function connectionContext(request: unknown): Pick<EventContext, 'ip' | 'userAgent'> {
  if (typeof request !== 'object' || request === null) return {};
  const { requestIp, userAgent } = readConnection(request);
  return {
    ...(typeof requestIp === 'string' && { ip: requestIp.slice(-MAX_CHAIN) }),
    ...(typeof userAgent === 'string' && { userAgent: userAgent.slice(0, 1024) }),
  };
}

/** Reads nothing from a request whose getters throw: the flow refuses it. */
function readConnection(request: object): Partial<Record<keyof SessionRequest, unknown>> {
  try {
    const { requestIp, userAgent } = request as Partial<Record<keyof SessionRequest, unknown>>;
    return { requestIp, userAgent };
  } catch {
    return {};
  }
}
