import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { PLAIN_DATA, type ValueShape } from '@latchkey/schema';
import { toBigint, toDate } from './UnreadableValue.js';

/**
 * Reads what `toAttributeValue` wrote.
 *
 * @throws {@link UnreadableValue} for what it never writes: text that is no date, say.
 */
export function fromAttributeValue(attribute: AttributeValue, shape: ValueShape): unknown {
  if (attribute.S !== undefined) {
    return shape.strings === 'date' ? toDate(attribute.S) : attribute.S;
  }
  if (attribute.N !== undefined) {
    return shape.numbers === 'bigint' ? toBigint(attribute.N) : Number(attribute.N);
  }
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.M !== undefined) return fromAttributeMap(attribute.M, shape);
  if (attribute.L !== undefined) {
    const element = shape.element ?? PLAIN_DATA;
    return attribute.L.map((item) => fromAttributeValue(item, element));
  }
  if (attribute.NULL !== undefined) return null;
  if (attribute.SS !== undefined) return fromStrings(attribute.SS, shape.element);
  if (attribute.NS !== undefined) {
    const isBigint = shape.element?.numbers === 'bigint';
    return new Set(attribute.NS.map((text) => (isBigint ? toBigint(text) : Number(text))));
  }
  if (attribute.BS !== undefined) return new Set(attribute.BS);
  return attribute.B;
}

/** Reads what `toAttributeMap` wrote. */
export function fromAttributeMap(
  map: Readonly<Record<string, AttributeValue>>,
  shape: ValueShape,
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  const { fields, rest = PLAIN_DATA } = shape;
  for (const name in map) {
    const attribute = map[name];
    // `toAttributeMap` never writes this name; another program's must not become a prototype.
    if (name === '__proto__') continue;
    if (attribute) object[name] = fromAttributeValue(attribute, fields?.get(name) ?? rest);
  }
  return object;
}

function fromStrings(strings: readonly string[], element: ValueShape | undefined): Set<unknown> {
  const isDate = element?.strings === 'date';
  return new Set(strings.map((text) => (isDate ? toDate(text) : text)));
}
