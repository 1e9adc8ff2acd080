import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ValueShape } from '@latchkey/schema';
import { toAttributeValue } from './toAttributeValue.js';

/** A value as DynamoDB keeps it; undefined for an empty set, which it keeps as nothing. */
export function toStored(
  value: unknown,
  shape: ValueShape,
  path: string,
): AttributeValue | undefined {
  if (value === undefined || (value instanceof Set && value.size === 0)) return undefined;
  return toAttributeValue(value, shape, path);
}
