import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { ValueShape } from '@latchkey/schema';
import { isLeftOut, toAttributeValue } from './toAttributeValue.js';

/** A value as DynamoDB keeps it; undefined for the empty set of a field of sets: no attribute. */
export function toStored(
  value: unknown,
  shape: ValueShape,
  path: string,
): AttributeValue | undefined {
  if (value === undefined || isLeftOut(value, shape)) return undefined;
  return toAttributeValue(value, shape, path);
}
