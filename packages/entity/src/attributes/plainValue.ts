import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PLAIN_DATA } from '@latchkey/schema';
import { fromAttributeValue } from './fromAttributeValue.js';

/**
 * A stored value as it is stored, whatever a schema says of it: dates are text, and numbers are
 * numbers, except for whole ones that a number cannot hold, which are bigints.
 */
export function plainValue(attribute: AttributeValue): unknown {
  if (attribute.N !== undefined) return plainNumber(attribute.N);
  if (attribute.NS !== undefined) return new Set(attribute.NS.map(plainNumber));
  if (attribute.L !== undefined) return attribute.L.map(plainValue);
  if (attribute.M !== undefined) {
    return Object.fromEntries(
      Object.entries(attribute.M).map(([name, value]) => [name, plainValue(value)]),
    );
  }
  return fromAttributeValue(attribute, PLAIN_DATA);
}

function plainNumber(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : BigInt(text);
}
