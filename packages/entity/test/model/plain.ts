import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';

const SYSTEM = ['id', 'ulid', 'createdAt', 'updatedAt', 'createdBy', 'updatedBy'];
const DAY_MS = 24 * 60 * 60 * 1000;
const DATES = ['day', 'until'];

/** The date of a day, which the model counts from 1970. */
export function date(day: number): Date {
  return new Date(day * DAY_MS);
}

/**
 * A document as the model has it: no system fields, dates as days, sets as sorted lists. Its fields
 * are in the order of their names, because an answer has them in any.
 */
export function plain(document: object | null | undefined): object | undefined {
  if (!document) return undefined;
  const fields = Object.entries(document).flatMap(([name, value]: [string, unknown]) => {
    if (SYSTEM.includes(name) || value === undefined) return [];
    if (value instanceof Date) return [[name, value.getTime() / DAY_MS] as const];
    if (value instanceof Set) return [[name, [...(value as Set<string>)].sort()] as const];
    if (Array.isArray(value)) return [[name, value.map(plainElement)] as const];
    return [[name, value] as const];
  });
  return Object.fromEntries(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function plainElement(value: unknown): unknown {
  return typeof value === 'object' ? plain(value) : value;
}

/** A stored item as the model has it, read without the library: its entity, TTL and fields. */
export function plainItem(item: Record<string, AttributeValue>): string {
  const { _e, ttl, ...fields } = unmarshall(item);
  const own = Object.entries(fields)
    .filter(([name]) => !/^_|PK$|SK$/.test(name))
    .map(([name, value]: [string, unknown]) =>
      DATES.includes(name) ? [name, new Date(String(value))] : [name, value],
    );
  const entity = String(_e).toLowerCase();
  const document = plain(Object.fromEntries(own) as object);
  return JSON.stringify({ entity, ...(ttl !== undefined && { ttl: ttl as number }), ...document });
}
