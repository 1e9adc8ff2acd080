/** Methods that a `Request` cannot have. */
const FORBIDDEN = new Set(['CONNECT', 'TRACE', 'TRACK']);
const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,40}$/;

/**
 * The method for a `Request`. One that a `Request` cannot have becomes one that no route has, and so
 * gets the same response, 405.
 */
export function toFetchMethod(method: string): string {
  return FORBIDDEN.has(method.toUpperCase()) || !TOKEN.test(method) ? 'UNKNOWN' : method;
}

/** Tells whether a `Request` of a method can have a body. */
export function canHaveBody(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
