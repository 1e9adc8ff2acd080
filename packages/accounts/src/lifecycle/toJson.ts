import type { Json, JsonObject } from './JsonObject.js';

/**
 * Converts a stored value to plain JSON: times as ISO 8601 strings, sets as lists, bigints as
 * decimal strings, bytes in base64.
 */
export function toJson(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, toJson);
  return toJsonObject(value as object);
}

/** {@link toJson} of an object; fields that are not there are left out. */
export function toJsonObject(value: object): JsonObject {
  const fields = Object.entries(value).filter(([, each]) => each !== undefined);
  // Not by assignment, which `__proto__` would change the meaning of.
  return Object.fromEntries(fields.map(([name, each]) => [name, toJson(each)]));
}
