import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { EntityError } from '../errors/EntityError.js';

/** DynamoDB's limit on an item, in bytes. */
const MAX_ITEM_BYTES = 400 * 1024;

/**
 * Refuses an item that DynamoDB would refuse for its size
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 *
 * @throws {@link EntityError} `UnsupportedValue` that names the largest field.
 */
export function assertItemSize(
  item: Readonly<Record<string, AttributeValue>>,
  entity: string,
): void {
  let total = 0;
  let largest = { path: entity, bytes: 0 };
  for (const path in item) {
    const attribute = item[path];
    const bytes = attribute ? Buffer.byteLength(path) + sizeOf(attribute) : 0;
    total += bytes;
    if (bytes > largest.bytes) largest = { path, bytes };
  }
  if (total <= MAX_ITEM_BYTES) return;
  const { path } = largest;
  const reason = 'makes an item of more than 400 KB';
  throw new EntityError('UnsupportedValue', `"${path}" cannot be stored: it ${reason}.`, {
    path,
    reason,
  });
}

/** The bytes that DynamoDB counts for an item. */
export function itemSize(item: Readonly<Record<string, AttributeValue>>): number {
  return sum(Object.entries(item), ([name, value]) => Buffer.byteLength(name) + sizeOf(value));
}

function sizeOf(attribute: AttributeValue): number {
  if (attribute.S !== undefined) return Buffer.byteLength(attribute.S);
  if (attribute.N !== undefined) return sizeOfNumber(attribute.N);
  if (attribute.BOOL !== undefined || attribute.NULL !== undefined) return 1;
  if (attribute.L !== undefined) return sum(attribute.L, (element) => 1 + sizeOf(element)) + 3;
  if (attribute.M !== undefined) {
    return sum(Object.entries(attribute.M), ([n, v]) => 1 + Buffer.byteLength(n) + sizeOf(v)) + 3;
  }
  if (attribute.SS !== undefined) return sum(attribute.SS, (text) => Buffer.byteLength(text));
  if (attribute.NS !== undefined) return sum(attribute.NS, sizeOfNumber);
  if (attribute.BS !== undefined) return sum(attribute.BS, (bytes) => bytes.byteLength);
  return attribute.B?.byteLength ?? 0;
}

/** About one byte for two significant digits, and one more; a sign takes another. */
function sizeOfNumber(text: string): number {
  return Math.ceil(text.length / 2) + 1;
}

function sum<T>(values: readonly T[], size: (value: T) => number): number {
  return values.reduce((total, value) => total + size(value), 0);
}
