import { randomUUID } from 'node:crypto';
import type { Operation, OperationName } from '../table/OperationClient.js';

/**
 * The body of an operation: JSON 1.0, in which binary values are base64
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html).
 * A `TransactWriteItems` without an idempotency token gets one, so that its attempts count once.
 */
export function bodyOf({ name, input }: Operation): string {
  const complete =
    name === 'TransactWriteItems' && !('ClientRequestToken' in input && input.ClientRequestToken)
      ? { ...input, ClientRequestToken: randomUUID() }
      : input;
  return hasBinary(complete) ? JSON.stringify(complete, toBase64) : JSON.stringify(complete);
}

/** Makes bytes of the base64 in an answer, in place. */
export function reviveBinary(document: unknown, text: string): void {
  // Few answers have any, and to look for it in the text is quicker.
  if (/"BS?"\s*:/.test(text)) reviveIn(document);
}

/** The operations whose answers have times. */
const DESCRIPTIONS: ReadonlySet<OperationName> = new Set([
  'CreateTable',
  'DeleteTable',
  'DescribeTable',
] as const);

/** Makes a `Date` of each time in a description of a table, in place. */
export function reviveDates(name: OperationName, document: object): void {
  if (DESCRIPTIONS.has(name)) reviveDatesIn(document);
}

function hasBinary(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(hasBinary);
  if (ArrayBuffer.isView(value)) return true;
  for (const name in value) {
    if (hasBinary((value as Readonly<Record<string, unknown>>)[name])) return true;
  }
  return false;
}

function toBase64(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  // A Buffer has made itself an object already.
  const given = this[name];
  if (!ArrayBuffer.isView(given)) return value;
  return Buffer.from(given.buffer, given.byteOffset, given.byteLength).toString('base64');
}

/** Attributes are objects: text under `B` is a binary value, never an attribute of that name. */
function reviveIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  if (typeof holder.B === 'string') holder.B = bytesOf(holder.B);
  else if (Array.isArray(holder.BS) && holder.BS.every((each) => typeof each === 'string')) {
    holder.BS = holder.BS.map(bytesOf);
  } else Object.values(holder).forEach(reviveIn);
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'));
}

function reviveDatesIn(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const holder = value as Record<string, unknown>;
  for (const [name, member] of Object.entries(holder)) {
    if (typeof member !== 'number') reviveDatesIn(member);
    else if (name.endsWith('DateTime')) holder[name] = new Date(member * 1000);
  }
}
