import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PLAIN_DATA, type ValueShape } from '@latchkey/schema';
import { fromAttributeValue } from './fromAttributeValue.js';

/**
 * The names that lead to the first value inside an attribute that cannot be read: looked for only
 * once reading has failed, so that reading itself need not keep account of them.
 */
export function unreadablePath(attribute: AttributeValue, shape: ValueShape): readonly string[] {
  const { fields, rest = PLAIN_DATA, element = PLAIN_DATA } = shape;
  const inner = [
    ...Object.entries(attribute.M ?? {}).map(
      ([name, value]) => [name, value, fields?.get(name) ?? rest] as const,
    ),
    ...(attribute.L ?? []).map((value, at) => [String(at), value, element] as const),
  ];
  for (const [name, value, below] of inner) {
    try {
      fromAttributeValue(value, below);
    } catch {
      return [name, ...unreadablePath(value, below)];
    }
  }
  return [];
}
