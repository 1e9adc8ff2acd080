import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';

type Item = Readonly<Record<string, AttributeValue>>;
/** The bytes of a text in UTF-8. */
type BytesOf = (text: string) => number;

/** DynamoDB's limit on an item, in bytes. */
export const MAX_ITEM_BYTES: number = 400 * 1024;

/**
 * Refuses an item that DynamoDB would refuse for its size
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 *
 * @throws {@link EntityError} `UnsupportedValue` that names the largest field.
 */
export function assertItemSize(item: Item, entity: string): void {
  if (fitsIntoItem((bytesOf) => sizeOfFields(item, bytesOf))) return;
  let largest = { path: entity, bytes: 0 };
  for (const [path, attribute] of Object.entries(item)) {
    const bytes = sizeOfField(path, attribute, exactBytes);
    if (bytes > largest.bytes) largest = { path, bytes };
  }
  throw tooLarge(largest.path, entity);
}

/**
 * Refuses an attribute that makes any item too large; see {@link assertItemSize}.
 *
 * @throws {@link EntityError} `UnsupportedValue`
 */
export function assertAttributeSize(path: string, attribute: AttributeValue, entity: string): void {
  if (fitsIntoItem((bytesOf) => sizeOfField(path, attribute, bytesOf))) return;
  throw tooLarge(path, entity);
}

function tooLarge(path: string, entity: string): EntityError<'UnsupportedValue'> {
  const reason = 'makes an item of more than 400 KB';
  return new EntityError(
    'UnsupportedValue',
    `${entity}'s "${path}" cannot be stored: it ${reason}.`,
    { path, reason, entity },
  );
}

/** The bytes that DynamoDB counts for an item. */
export function itemSize(item: Item): number {
  return sizeOfFields(item, exactBytes);
}

/** Nearly everything is far below the limit, and a text's length is known before its bytes are. */
function fitsIntoItem(size: (bytesOf: BytesOf) => number): boolean {
  return size(mostBytes) <= MAX_ITEM_BYTES || size(exactBytes) <= MAX_ITEM_BYTES;
}

function exactBytes(text: string): number {
  return Buffer.byteLength(text);
}

/** No character of UTF-16 takes more than three bytes. */
function mostBytes(text: string): number {
  return text.length * 3;
}

function sizeOfFields(fields: Item, bytesOf: BytesOf): number {
  let total = 0;
  for (const name in fields) {
    const attribute = fields[name];
    if (attribute) total += sizeOfField(name, attribute, bytesOf);
  }
  return total;
}

function sizeOfField(name: string, attribute: AttributeValue, bytesOf: BytesOf): number {
  return bytesOf(name) + sizeOf(attribute, bytesOf);
}

function sizeOf(attribute: AttributeValue, bytesOf: BytesOf): number {
  if (attribute.S !== undefined) return bytesOf(attribute.S);
  if (attribute.N !== undefined) return sizeOfNumber(attribute.N);
  if (attribute.BOOL !== undefined || attribute.NULL !== undefined) return 1;
  if (attribute.L !== undefined) {
    return sum(attribute.L, (element) => 1 + sizeOf(element, bytesOf)) + 3;
  }
  if (attribute.M !== undefined) return sizeOfMap(attribute.M, bytesOf);
  if (attribute.SS !== undefined) return sum(attribute.SS, bytesOf);
  if (attribute.NS !== undefined) return sum(attribute.NS, sizeOfNumber);
  if (attribute.BS !== undefined) return sum(attribute.BS, (bytes) => bytes.byteLength);
  return attribute.B?.byteLength ?? 0;
}

/** A map takes three bytes for itself, and one for each of its fields. */
function sizeOfMap(map: Item, bytesOf: BytesOf): number {
  return sizeOfFields(map, bytesOf) + Object.keys(map).length + 3;
}

/** About one byte for two significant digits, and one more; a sign takes another. */
function sizeOfNumber(text: string): number {
  return Math.ceil(text.length / 2) + 1;
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  return values.reduce((total, value) => total + size(value), 0);
}
